# shellcheck shell=bash
# Sourced by the scripts beside it.

# make_dummy_tree SOURCE FOLDER makes a tree with the real launcher, presets and package list of SOURCE around a program
# that takes a second to build: it says which version it is, where it runs and which arguments it got, and exits 3.
make_dummy_tree() {
  local source="$1" folder="$2"
  mkdir -p "$folder"/{docs,sim/room,fake_glance,fake_hypervisor,real,tools}
  cp "$source"/{snapsim,packages.txt,CMakePresets.json} "$folder/"
  cp "$source/tools/install_packages.sh" "$folder/tools/"
  cat >"$folder/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(dummy LANGUAGES CXX)
option(SNAPSIM_TESTS "" ON)
if(SNAPSIM_TESTS)
  message(FATAL_ERROR "the launcher must not ask for the tests")
endif()
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
file(GLOB sources CONFIGURE_DEPENDS sim/room/*.cpp)
add_executable(snapsim sim/main.cpp ${sources})
END
  cat >"$folder/sim/main.cpp" <<'END'
#include <cstdio>
#include <filesystem>
#include "version.hpp"
int main(int count, char** arguments) {
  std::printf("version %d in %s:", version, std::filesystem::current_path().c_str());
  for (int i = 1; i < count; ++i) std::printf(" <%s>", arguments[i]);
  std::puts("");
  return 3;
}
END
  echo 'inline constexpr int version = 1;' >"$folder/sim/version.hpp"
  echo 'int extra = 0;' >"$folder/sim/room/extra.cpp"
}
