# SPDX-License-Identifier: BSL-1.0
# Installs abide in two components, runtime and development, for find_package and pkg-config. What
# is installed may be moved: no file in it knows the prefix.

include(CMakePackageConfigHelpers)
set(ABIDE_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/abide)

install(TARGETS abide EXPORT abide-targets
  RUNTIME COMPONENT runtime
  LIBRARY COMPONENT runtime NAMELINK_COMPONENT development
  ARCHIVE COMPONENT development
  FILE_SET HEADERS COMPONENT development
)
install(EXPORT abide-targets NAMESPACE abide:: DESTINATION ${ABIDE_CMAKE_DIR}
  COMPONENT development)

configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/tools/abide-config.cmake.in
  ${PROJECT_BINARY_DIR}/abide-config.cmake
  INSTALL_DESTINATION ${ABIDE_CMAKE_DIR}
)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/abide-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/abide-config.cmake
  ${PROJECT_BINARY_DIR}/abide-config-version.cmake
  DESTINATION ${ABIDE_CMAKE_DIR} COMPONENT development
)

set(ABIDE_PC_DIR ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${ABIDE_PC_DIR}
  OUTPUT_VARIABLE ABIDE_PC_PREFIX)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}
  OUTPUT_VARIABLE ABIDE_PC_LIBDIR)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_INCLUDEDIR BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}
  OUTPUT_VARIABLE ABIDE_PC_INCLUDEDIR)
configure_file(${PROJECT_SOURCE_DIR}/tools/abide.pc.in ${PROJECT_BINARY_DIR}/abide.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/abide.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE
  DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
