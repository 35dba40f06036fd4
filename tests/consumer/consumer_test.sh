#!/usr/bin/env bash
# Uses snapsim as other projects do: installed, moved to another place and found by find_package; and built along, as
# FetchContent does. consumer_test.sh SOURCE BUILD COMPILER SANITIZERS; BUILD is built already.
set -euo pipefail

source="$1" build="$2" compiler="$3" sanitizers="$4"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
prefix="$work/moved"

fail() {
  printf 'FAILED: %s\n' "$1"
  exit 1
}

# make_project NAME FOLDER [OPTION...] configures and builds the project in FOLDER.
make_project() {
  local name="$1" folder="$2"
  shift 2
  cmake -G Ninja -S "$folder" -B "$work/$name" -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
    --no-warn-unused-cli "$@" >"$work/$name.log" 2>&1 &&
    cmake --build "$work/$name" >>"$work/$name.log" 2>&1 && return
  cat "$work/$name.log"
  fail "$name cannot be built"
}

# run STATUS COMMAND... runs the command, which ends with that status; what it prints is in out and err.
run() {
  local wanted="$1" status=0
  shift
  "$@" >"$work/out" 2>"$work/err" || status=$?
  ((status == wanted)) && return
  cat "$work/out" "$work/err"
  fail "$1 ends with $status instead of $wanted"
}

# Of what is sanitized, whoever links it needs the sanitizers too.
installed=(-DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_EXE_LINKER_FLAGS="${sanitizers:+-fsanitize=$sanitizers}")

cmake --install "$build" --prefix "$work/prefix" >/dev/null
mv "$work/prefix" "$prefix"
if grep -rnF -e "$source" -e "$build" -e "$work" "$prefix" --include='*.cmake'; then
  fail 'the installed package names folders of this machine'
fi
[[ ! -e "$prefix/include/snapsim-root/sim/cli" ]] || fail 'headers of the program are installed'

echo 'an installed snapsim, moved: the flow, the glue and the scenarios'
make_project snapshot "$source/docs/examples/snapshot" "${installed[@]}"
ctest --test-dir "$work/snapshot" --output-on-failure >"$work/ctest.log" || { cat "$work/ctest.log"; fail snapshot; }
for name in snapshot_test cast_is_lost snapshot_succeeds cast_is_lost.hardened snapshot_succeeds.hardened; do
  grep -qE "Test +#[0-9]+: $name " "$work/ctest.log" || fail "there is no test $name"
done

echo 'an installed snapsim: the programs of docs/library.md, and the story of a run that fails a check'
mkdir "$work/programs"
awk -v folder="$work/programs" '
  /^```cpp$/ { text = ""; inside = 1; next }
  /^```$/    { if (inside && text ~ /int main/) printf "%s", text > (folder "/" ++count ".cpp"); inside = 0 }
  inside     { text = text $0 "\n" }' "$source/docs/library.md"
make_project project "$source/tests/consumer/project" "${installed[@]}" -DPROGRAMS="$work/programs"
run 1 "$work/project/documented_kernel"
grep -qE '^seed [0-9]+ loses an update; replayed: 1$' "$work/out" || fail 'the kernel of docs/library.md finds nothing'
run 0 "$work/project/documented_story" "$source/docs/examples/snapshot/scenarios/snapshot_succeeds.json"
grep -qF 'CONSISTENT' "$work/out" || fail 'the program of docs/library.md tells no story'
run 2 "$work/project/failing_check"
grep -qF 'VIOLATED' "$work/err" || fail 'the story is not told'
[[ "$(grep -cF 'the same run again:' "$work/err")" == 1 ]] || fail 'the story is told once, for the check of a run'
grep -qF 'lost.json#p=nova,s=0,c=' "$work/out" || fail 'the check does not show the token'

echo 'an installed snapsim: the kernel alone'
make_project lease "$source/docs/examples/lease" "${installed[@]}"
[[ ! -e "$work/lease/_deps/snapsim-build/sim" ]] || fail 'the installed snapsim was not found'
run 0 "$work/lease/lease_test"

echo 'snapsim built along: the kernel alone'
make_project fetched "$source/docs/examples/lease" -DFETCHCONTENT_TRY_FIND_PACKAGE_MODE=NEVER \
  -DFETCHCONTENT_SOURCE_DIR_SNAPSIM="$source" -DFETCHCONTENT_FULLY_DISCONNECTED=ON
run 0 "$work/fetched/lease_test"
[[ -e "$work/fetched/_deps/snapsim-build/sim/engine" ]] || fail 'snapsim was not built along'
# Clang 14 finds no <coroutine> without a definition, and warns of that one.
if grep '"command"' "$work/fetched/compile_commands.json" | grep 'lease.cpp' |
  sed 's/ -Wno-builtin-macro-redefined//' | grep -e ' -W' -e SNAPSIM_; then
  fail 'our warnings and definitions are imposed on others'
fi
grep -E '^(CMAKE_CXX_(STANDARD|EXTENSIONS)|CMAKE_RUNTIME_OUTPUT_DIRECTORY|BUILD_TESTING|Boost_)' \
  "$work/fetched/CMakeCache.txt" && fail 'settings of others are changed, or libraries looked for that nobody needs'
[[ -z "$(find "$work/fetched" -maxdepth 1 -name 'snapsim*')" ]] || fail 'programs are put among those of others'
echo 'all is well'
