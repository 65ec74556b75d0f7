# SPDX-License-Identifier: BSD-2-Clause
# Packaging.cmake: what an installation has beside the programs and libraries, and the Debian package.

# pkg-config: for the build tree as well, since its layout is that of an installation.
function(torito_pkgconfig pc_name pc_language pc_libraries) # [CFLAGS]
  set(file ${CMAKE_BINARY_DIR}/lib/pkgconfig/${pc_name}.pc)
  configure_file(${CMAKE_SOURCE_DIR}/cmake/torito.pc.in ${file} @ONLY)
  install(FILES ${file} DESTINATION lib/pkgconfig)
endfunction()
torito_pkgconfig(torito "C and C++" "-lmpi -ltorito")
torito_pkgconfig(torito-c "C" "-lmpi -ltorito")
torito_pkgconfig(torito-cxx "C++" "-lmpi -ltorito")
torito_pkgconfig(torito-fort "Fortran" "-Wl,-u,mpii_fortran_threads -lmpifort -lmpi -ltorito" ${TORITO_FORTRAN_FLAGS})

# Manual pages; the wrappers' other names get one that refers to mpicc's.
file(GLOB pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/docs/man/*.1)
install(FILES ${pages} DESTINATION share/man/man1)
foreach(name mpicxx mpic++ mpiCC mpifort mpif90 mpif77)
  file(WRITE ${CMAKE_BINARY_DIR}/share/man/man1/${name}.1 ".so man1/mpicc.1\n")
  install(FILES ${CMAKE_BINARY_DIR}/share/man/man1/${name}.1 DESTINATION share/man/man1)
endforeach()

install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION share/doc/torito)
file(GLOB completions CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/completions/*)
install(FILES ${completions} DESTINATION share/bash-completion/completions)

# The Debian package: one folder of its own, since every MPI has an mpi.h and a libmpi.a; links from
# /usr/bin (debian/links.cmake) and Debian's alternatives for the names all MPIs share.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME torito)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The Torito authors <torito@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Unikernel for MPI programs")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"mpicc, mpicxx and mpifort turn an MPI program into one immutable image.
The image boots as a microVM with one MPI rank per core, and the same file
also runs as an ordinary Linux process. mpiexec starts it on either.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr/lib/torito)
set(CPACK_STRIP_FILES OFF) # it would strip libraries as well; the tools are small
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
# What the links of images need; what the tools themselves link is asked of dpkg-shlibdeps.
find_program(DPKG_SHLIBDEPS dpkg-shlibdeps)
find_program(FILE_PROGRAM file)
mark_as_advanced(DPKG_SHLIBDEPS FILE_PROGRAM)
if(DPKG_SHLIBDEPS AND FILE_PROGRAM)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_PACKAGE_DEPENDS "libc6-dev, gcc, binutils")
else()
  set(CPACK_DEBIAN_PACKAGE_DEPENDS "libc6, libdw1, libc6-dev, gcc, binutils")
endif()
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "qemu-system-x86, g++, gfortran")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${CMAKE_SOURCE_DIR}/cmake/debian/postinst ${CMAKE_SOURCE_DIR}/cmake/debian/prerm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/cmake/debian/links.cmake)
include(CPack)
