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

file(GLOB pages RELATIVE ${root}/lib/torito/share/man/man1 ${root}/lib/torito/share/man/man1/*.1)
foreach(page IN LISTS pages)
  if(page STREQUAL torito.1)
    link_to(share/man/man1/torito.1 share/man/man1/torito.1)
  else()
    string(REGEX REPLACE "\\.1$" ".torito.1" name ${page})
    link_to(share/man/man1/${page} share/man/man1/${name})
  endif()
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
