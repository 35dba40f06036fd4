# What the rooms need of other libraries when they are compiled to WebAssembly: headers only, which are those of the
# machine that compiles. Nothing else of its /usr/include may be seen, so they are reached through a folder of links.
set(SNAPSIM_HEADERS_FROM /usr/include CACHE PATH "Where the headers of Boost, fmt, nlohmann/json and xxHash are")
set(library_links ${PROJECT_BINARY_DIR}/libraries)
foreach(header boost fmt nlohmann xxhash.h)
  if(NOT EXISTS ${SNAPSIM_HEADERS_FROM}/${header})
    message(FATAL_ERROR "${SNAPSIM_HEADERS_FROM}/${header} is missing; ./snapsim installs what has it")
  endif()
  file(MAKE_DIRECTORY ${library_links})
  file(CREATE_LINK ${SNAPSIM_HEADERS_FROM}/${header} ${library_links}/${header} SYMBOLIC)
endforeach()
include_directories(SYSTEM ${library_links} ${CMAKE_CURRENT_LIST_DIR}/shim)

add_library(Boost::headers INTERFACE IMPORTED GLOBAL)
add_library(fmt::fmt INTERFACE IMPORTED GLOBAL)
target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY)
add_library(nlohmann_json::nlohmann_json INTERFACE IMPORTED GLOBAL)

# Nova's errors are exceptions, and so are ours.
add_compile_options(-fexceptions)
add_link_options(-fexceptions)
