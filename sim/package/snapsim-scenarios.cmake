# snapsim_add_scenarios(FOLDER dir [POLICY nova|hardened])
#
# Makes each *.json of the folder (seen from the current source folder) a test for CTest, named after the file: the
# scenario is run on model disks and ends as it says, or the test fails and shows the story. With POLICY, under that
# policy instead of the scenario's own; the tests are then named <file>.<policy>, so that a folder can be given twice.
# All have the label "snapsim". What the runs leave is in snapsim-out/ of the build folder.
function(snapsim_add_scenarios)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "FOLDER;POLICY" "")
  if(ARG_UNPARSED_ARGUMENTS OR NOT DEFINED ARG_FOLDER)
    message(FATAL_ERROR "snapsim_add_scenarios(FOLDER dir [POLICY p]) was given: ${ARGV}")
  endif()
  if(NOT TARGET snapsim::snapsim)
    message(FATAL_ERROR "snapsim_add_scenarios needs the program: find_package(snapsim COMPONENTS program), or "
                        "SNAPSIM_BUILD=program")
  endif()
  get_filename_component(folder "${ARG_FOLDER}" ABSOLUTE)
  file(GLOB files CONFIGURE_DEPENDS "${folder}/*.json")
  if(NOT files)
    message(FATAL_ERROR "snapsim_add_scenarios: there is no *.json in ${folder}")
  endif()
  set(suffix "")
  set(policy_option)
  if(DEFINED ARG_POLICY)
    set(suffix ".${ARG_POLICY}")
    set(policy_option --policy ${ARG_POLICY})
  endif()
  foreach(file ${files})
    get_filename_component(name "${file}" NAME_WLE)
    add_test(NAME ${name}${suffix}
             COMMAND $<TARGET_FILE:snapsim::snapsim> run "${file}" --disks model ${policy_option}
                     --out ${CMAKE_CURRENT_BINARY_DIR}/snapsim-out/${name}${suffix})
    set_tests_properties(${name}${suffix} PROPERTIES LABELS snapsim)
  endforeach()
endfunction()
