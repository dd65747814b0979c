# SPDX-License-Identifier: BSL-1.0
# GTest::gtest and GTest::gtest_main. The installed library is built for the system's own standard
# library and processor; for others they are compiled from the sources that its package brings.

set(ABIDE_GTEST_SOURCE "" CACHE PATH "GoogleTest's sources; empty: the installed library")
if(NOT ABIDE_GTEST_SOURCE)
  find_package(GTest REQUIRED)
  return()
endif()

foreach(part gtest-all gtest_main)
  add_library(${part} STATIC EXCLUDE_FROM_ALL ${ABIDE_GTEST_SOURCE}/src/${part}.cc)
  target_compile_features(${part} PUBLIC cxx_std_20)
  target_include_directories(${part} SYSTEM
    PUBLIC ${ABIDE_GTEST_SOURCE}/include PRIVATE ${ABIDE_GTEST_SOURCE})
endforeach()
target_link_libraries(gtest-all PUBLIC Threads::Threads)
target_link_libraries(gtest_main PUBLIC gtest-all)
add_library(GTest::gtest ALIAS gtest-all)
add_library(GTest::gtest_main ALIAS gtest_main)
