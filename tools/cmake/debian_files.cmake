# SPDX-License-Identifier: BSL-1.0
# Run by CPack when all is staged and nothing packed: makes of an installation what Debian asks for.

set(top ${CMAKE_CURRENT_LIST_DIR}/../..)
foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER ${component} upper)
  set(usr ${CPACK_TEMPORARY_DIRECTORY}/${component}${CPACK_PACKAGING_INSTALL_PREFIX})

  # Each package has its licence and its history, under its own name; texts are compressed.
  set(doc ${usr}/share/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  file(REMOVE_RECURSE ${usr}/share/doc)
  file(MAKE_DIRECTORY ${doc})
  file(COPY_FILE ${top}/LICENSE ${doc}/copyright)
  file(COPY_FILE ${top}/CHANGELOG.md ${doc}/changelog)
  file(GLOB_RECURSE texts ${doc}/changelog ${usr}/share/man/*)
  execute_process(COMMAND gzip -9n ${texts} COMMAND_ERROR_IS_FATAL ANY)

  # The loader finds the library where Debian has it.
  file(GLOB programs ${usr}/bin/*)
  foreach(program IN LISTS programs)
    file(RPATH_REMOVE FILE ${program})
  endforeach()

  # Whatever the umask of who packs.
  execute_process(COMMAND chmod -R u=rwX,go=rX ${usr} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
