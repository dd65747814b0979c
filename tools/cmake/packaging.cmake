# SPDX-License-Identifier: BSL-1.0
# Debian packages, one a component. Into the current folder, for a system's own folders:
#   cmake -B build -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr -DBUILD_SHARED_LIBS=ON
#   cmake --build build && cpack --config build/CPackConfig.cmake

set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "abide maintainers <maintainers@abide.invalid>")
set(CPACK_DEBIAN_PACKAGE_SOURCE abide)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)  # It looks for our own library in the build, too.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR})
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # Each package has a first line of its own.
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/tools/cmake/debian_files.cmake)

# abide_deb(<component> <package> <section> <first line of the description> <the rest>)
set(CPACK_COMPONENTS_ALL)
macro(abide_deb component package section title text)
  string(TOUPPER ${component} upper)
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package})
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section})
  set(CPACK_COMPONENT_${upper}_DESCRIPTION "${title}\n${text}")
  if(BUILD_SHARED_LIBS AND NOT ${component} STREQUAL runtime)
    set(CPACK_COMPONENT_${upper}_DEPENDS runtime)
  endif()
endmacro()

if(BUILD_SHARED_LIBS)
  abide_deb(runtime libabide${ABIDE_SOVERSION} libs "blocking waits that can be cancelled"
"abide gives C++ one cancellation model, and one wait that can watch events,
semaphores, tokens, timers and OS handles at once.
.
This package is the shared library.")
endif()
abide_deb(development libabide-dev libdevel "blocking waits that can be cancelled (development files)"
"abide gives C++ one cancellation model, and one wait that can watch events,
semaphores, tokens, timers and OS handles at once.
.
This package has the headers, the library to link, and what CMake and
pkg-config need to find them.")
if(ABIDE_BUILD_TOOLS)
  abide_deb(tools abide-tools utils "wait in the shell for any or all of several things"
"abide-wait waits for processes, commands, file descriptors, signals, ports,
files and times, for any or for all of them, with a timeout; it leaves no
process behind.")
endif()
include(CPack)
