# SPDX-License-Identifier: BSL-1.0
# abide as it is installed; a version that may differ in its interface is refused.

find_package(abide 0.2 CONFIG QUIET)
if(abide_FOUND OR NOT abide_CONSIDERED_VERSIONS)
  message(FATAL_ERROR "abide 0.2 was asked for, and not refused: ${abide_CONSIDERED_VERSIONS}")
endif()
find_package(abide 0.1 CONFIG REQUIRED)
