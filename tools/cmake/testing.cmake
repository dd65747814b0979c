# SPDX-License-Identifier: BSL-1.0
# One line a test. Every test carries one label and a watchdog of ABIDE_TEST_TIMEOUT seconds.

set(ABIDE_TEST_TIMEOUT 300 CACHE STRING "Seconds after which a test is killed")
set(ABIDE_TEST_LABELS unit model mutants fuzz oracle noise fault example package gate windows)

# Sets label, watchdog and, for a gate, which measures time, that nothing else runs meanwhile.
function(abide_test_properties out label)
  if(NOT label IN_LIST ABIDE_TEST_LABELS)
    message(FATAL_ERROR "abide: '${label}' is not one of the labels ${ABIDE_TEST_LABELS}")
  endif()
  set(properties LABELS ${label} TIMEOUT ${ABIDE_TEST_TIMEOUT})
  if(label STREQUAL gate)
    list(APPEND properties RUN_SERIAL TRUE)
  endif()
  set(${out} ${properties} PARENT_SCOPE)
endfunction()

# The product's own sources compiled once more, as static library `name`: with `include_dir` first
# on the include path, so that its abide/sys/atomic.hpp replaces ours, and with the sources given
# (our platform's, or another implementation of src/platform/sys.hpp). src/ is open to its users.
function(abide_add_product name include_dir)
  list(TRANSFORM ABIDE_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE product)
  add_library(${name} STATIC EXCLUDE_FROM_ALL ${product} ${ARGN})
  target_compile_features(${name} PUBLIC cxx_std_20)
  target_include_directories(${name} PUBLIC
    ${include_dir} ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PUBLIC Threads::Threads PRIVATE abide_dev)
endfunction()

# A GoogleTest program `target`, each of its tests a ctest.
function(abide_add_gtest target label library)
  abide_test_properties(properties ${label})
  add_executable(${target} ${ARGN})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${target} PRIVATE ${library} GTest::gtest_main abide_dev)
  # The same tests run in more than one build of the product; their names tell which.
  set(prefix)
  if(label STREQUAL noise)
    set(prefix TEST_PREFIX noise.)
  endif()
  gtest_discover_tests(${target} DISCOVERY_TIMEOUT 60 ${prefix} PROPERTIES ${properties})
endfunction()

# abide_test(<name> <label> [INTERNALS] <source>...)
# A test of the public interface; with INTERNALS it may also include src/ ("core/wait_list.hpp").
function(abide_test name label)
  cmake_parse_arguments(PARSE_ARGV 2 test "INTERNALS" "" "")
  set(library abide::abide)
  if(test_INTERNALS)
    set(library abide_internals)
  endif()
  abide_add_gtest(${name}_test ${label} ${library} ${test_UNPARSED_ARGUMENTS})
  target_link_libraries(${name}_test PRIVATE abide_test_support)
  target_precompile_headers(${name}_test REUSE_FROM abide_test_support)
endfunction()

# abide_model_test(<name> <source>...): runs the product under the model checker.
function(abide_model_test name)
  abide_add_gtest(${name}_model model abide_model ${ARGN})
endfunction()

# abide_noise_test(<name>): the test of that name against the product with noise.
function(abide_noise_test name)
  abide_add_gtest(${name}_noise noise abide_noise ${name}_test.cpp)
  target_link_libraries(${name}_noise PRIVATE abide_noise_support)
  target_precompile_headers(${name}_noise REUSE_FROM abide_noise_support)
endfunction()

# abide_example(<name> <source>...): a program of the documentation; passes when it returns 0.
function(abide_example name)
  abide_test_properties(properties example)
  add_executable(${name}_example ${ARGN})
  target_link_libraries(${name}_example PRIVATE abide::abide abide_dev)
  add_test(NAME example.${name} COMMAND ${name}_example)
  set_tests_properties(example.${name} PROPERTIES ${properties})
endfunction()

# abide_command_test(<name> <label> <command>...): a script; passes when it returns 0.
function(abide_command_test name label)
  abide_test_properties(properties ${label})
  add_test(NAME ${name} COMMAND ${ARGN})
  set_tests_properties(${name} PROPERTIES ${properties})
endfunction()
