# SPDX-License-Identifier: BSL-1.0
# abide as a part of this project, whose settings it leaves alone: no variable changes or appears
# but ours, and those that modules of CMake set (GNUInstallDirs, Threads, FetchContent).

include(FetchContent)
FetchContent_Declare(abide SOURCE_DIR ${ABIDE_SOURCE})
string(CONCAT may_change "^(abide_|ABIDE_|before\\.|names?$|_|CMAKE_(MATCH_|PROJECT_VERSION)"
  "|CMAKE_INSTALL_.*DIR$|CMAKE_HAVE_LIBC_PTHREAD$|FIND_PACKAGE_|FETCHCONTENT_)")

get_cmake_property(names VARIABLES)
foreach(name IN LISTS names)
  set(before.${name} "${${name}}")
endforeach()

FetchContent_MakeAvailable(abide)

get_cmake_property(names VARIABLES)
foreach(name IN LISTS names)
  if(NOT name MATCHES "${may_change}" AND
      NOT (DEFINED before.${name} AND "${${name}}" STREQUAL "${before.${name}}"))
    list(APPEND changed "${name}: ${before.${name}} -> ${${name}}")
  endif()
endforeach()
get_property(parts DIRECTORY ${ABIDE_SOURCE} PROPERTY SUBDIRECTORIES)
if(changed OR parts)
  list(JOIN changed "\n  " changed)
  message(FATAL_ERROR "as a subproject abide builds '${parts}' and changes\n  ${changed}")
endif()
