# SPDX-License-Identifier: BSD-2-Clause
# links.cmake: run by CPack in the staged package: links from where Debian looks to /usr/lib/torito.
# Programs and pages that every MPI has carry the suffix .torito there (see postinst).
set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr)

function(link_to target link)
  get_filename_component(folder ${root}/${link} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  file(RELATIVE_PATH target ${folder} ${root}/lib/torito/${target})
  file(CREATE_LINK ${target} ${root}/${link} SYMBOLIC)
endfunction()

file(GLOB programs RELATIVE ${root}/lib/torito/bin ${root}/lib/torito/bin/*)
list(FILTER programs EXCLUDE REGEX "\\.torito$")
foreach(program IN LISTS programs)
  if(program STREQUAL torito)
    link_to(bin/torito bin/torito)
  else()
    link_to(bin/${program} bin/${program}.torito)
  endif()
endforeach()

# Manual pages, compressed as Debian has them. Those of mpicc's other names are mpicc's.
file(MAKE_DIRECTORY ${root}/share/man/man1)
file(GLOB pages RELATIVE ${root}/lib/torito/share/man/man1 ${root}/lib/torito/share/man/man1/*.1)
foreach(page IN LISTS pages)
  set(source ${root}/lib/torito/share/man/man1/${page})
  file(READ ${source} text LIMIT 100)
  if(text MATCHES "^\\.so man1/([^\n]+)")
    set(source ${root}/lib/torito/share/man/man1/${CMAKE_MATCH_1})
  endif()
  string(REGEX REPLACE "\\.1$" ".torito.1.gz" name ${page})
  string(REPLACE "torito.torito" "torito" name ${name})
  execute_process(COMMAND gzip -9nc ${source} OUTPUT_FILE ${root}/share/man/man1/${name}
    COMMAND_ERROR_IS_FATAL ANY)
endforeach()

link_to(share/bash-completion/completions/torito share/bash-completion/completions/torito)

# A link would make ${pcfiledir} the link's folder, so pkg-config's files are copies with a fixed one.
file(GLOB configs ${root}/lib/torito/lib/pkgconfig/*.pc)
foreach(config IN LISTS configs)
  file(READ ${config} text)
  string(REPLACE "\${pcfiledir}/../.." "/usr/lib/torito" text "${text}")
  get_filename_component(name ${config} NAME)
  file(WRITE ${root}/share/pkgconfig/${name} "${text}")
endforeach()
