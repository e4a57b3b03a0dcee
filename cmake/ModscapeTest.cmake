# Test helpers. One ctest entry per test file (and per rank count for MPI tests).
find_package(GTest QUIET)
modscape_need(GTest_FOUND "GoogleTest" "libgtest-dev and libgmock-dev")

# Half of the time of a build is tests of a second or less, most of it in headers: they are optimised less.
function(modscape_quick_to_build target label)
  if(label MATCHES "^(unit|mpi)$")
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
endfunction()

# Open MPI settings that let several ranks share few cores, also as root in a container. No daemon without mpirun,
# no search for fabrics.
set(MODSCAPE_MPI_ENVIRONMENT
    OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
    OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_ess_singleton_isolated=1 OMPI_MCA_pml=ob1
    OMPI_MCA_btl_vader_single_copy_mechanism=none OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1)
set(MODSCAPE_SERIAL_ENVIRONMENT ${MODSCAPE_MPI_ENVIRONMENT})
if(MODSCAPE_SANITIZE)
  # Open MPI leaks at exit; leak checking stays on for serial unit tests.
  list(APPEND MODSCAPE_MPI_ENVIRONMENT ASAN_OPTIONS=detect_leaks=0)
endif()

# modscape_mpi_environment(VARIABLE NAME): those for the test NAME, with a session folder of its own: Open MPI removes the
# folder that all jobs of a user share when one of them ends, even while another is about to use it.
function(modscape_mpi_environment variable name)
  set(dir ${PROJECT_BINARY_DIR}/sessions/${name})
  file(MAKE_DIRECTORY ${dir})
  set(${variable} "${MODSCAPE_MPI_ENVIRONMENT};OMPI_MCA_orte_tmpdir_base=${dir}" PARENT_SCOPE)
endfunction()

# modscape_unit_test(MODULE file.cpp [LINKS ...]): serial, under a second, named unit.<module>.<file>.
function(modscape_unit_test module source)
  cmake_parse_arguments(arg "" "LABEL;TIMEOUT" "LINKS" ${ARGN})
  get_filename_component(stem ${source} NAME_WE)
  set(label unit)
  if(arg_LABEL)
    set(label ${arg_LABEL})
  endif()
  set(timeout 60)
  if(arg_TIMEOUT)
    set(timeout ${arg_TIMEOUT})
  endif()
  set(target ${label}_${module}_${stem})
  add_executable(${target} ${source})
  modscape_quick_to_build(${target} ${label})
  target_link_libraries(${target} PRIVATE modscape::${module} ${arg_LINKS} modscape_flags GTest::gmock GTest::gtest GTest::gtest_main)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${target} PRIVATE MODSCAPE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/work_${stem})
  file(MAKE_DIRECTORY ${dir})
  add_test(NAME ${label}.${module}.${stem} COMMAND ${target} WORKING_DIRECTORY ${dir})
  set_tests_properties(${label}.${module}.${stem} PROPERTIES LABELS ${label} TIMEOUT ${timeout} ENVIRONMENT "${MODSCAPE_SERIAL_ENVIRONMENT}")
endfunction()

# modscape_mpi_test(file.cpp RANKS 1 2 3 LINKS ...): the same test on several rank counts, named mpi.<file>.np<N>.
# LABEL: another label than "mpi", which is then also the first part of the name.
function(modscape_mpi_test source)
  cmake_parse_arguments(arg "" "LABEL;TIMEOUT" "RANKS;LINKS" ${ARGN})
  get_filename_component(stem ${source} NAME_WE)
  set(label mpi)
  if(arg_LABEL)
    set(label ${arg_LABEL})
  endif()
  set(timeout 60)
  if(arg_TIMEOUT)
    set(timeout ${arg_TIMEOUT})
  endif()
  add_executable(mpi_${stem} ${source} ${PROJECT_SOURCE_DIR}/tests/support/mpi_main.cpp)
  modscape_quick_to_build(mpi_${stem} ${label})
  target_link_libraries(mpi_${stem} PRIVATE ${arg_LINKS} modscape::parallel modscape_flags GTest::gmock GTest::gtest)
  target_include_directories(mpi_${stem} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  set_target_properties(mpi_${stem} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  foreach(ranks ${arg_RANKS})
    set(name ${label}.${stem}.np${ranks})
    set(dir ${CMAKE_CURRENT_BINARY_DIR}/work_${stem}_np${ranks})
    file(MAKE_DIRECTORY ${dir})
    add_test(NAME ${name} COMMAND ${MPIEXEC_EXECUTABLE} -n ${ranks} $<TARGET_FILE:mpi_${stem}> WORKING_DIRECTORY ${dir})
    modscape_mpi_environment(environment ${name})
    set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT ${timeout} PROCESSORS ${ranks} ENVIRONMENT "${environment}")
  endforeach()
endfunction()

# modscape_program_test(LABEL file.py [ARGUMENTS ...]): the program from outside, by a Python script; named <label>.<file>.
# Counts as one processor although it starts ranks: most of its time it waits for launches, deadlines and the disk.
function(modscape_program_test label script)
  cmake_parse_arguments(arg "" "TIMEOUT" "ARGUMENTS" ${ARGN})
  get_filename_component(stem ${script} NAME_WE)
  add_test(NAME ${label}.${stem} COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/${script} ${arg_ARGUMENTS})
  modscape_mpi_environment(environment ${label}.${stem})
  set_tests_properties(${label}.${stem} PROPERTIES LABELS ${label} TIMEOUT ${arg_TIMEOUT} SKIP_RETURN_CODE 77
    ENVIRONMENT "${environment};PYTHONDONTWRITEBYTECODE=1;MODSCAPE_BINARY=$<TARGET_FILE:modscape>;MODSCAPE_MPIEXEC=${MPIEXEC_EXECUTABLE}")
endfunction()
