# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# install.sh: an installation works wherever it lies, and the Debian package holds one. Sourced by
# run.sh; of interest for a build tree only.

installed_files='bin/mpicc bin/mpicxx bin/mpic++ bin/mpiCC bin/mpifort bin/mpif90 bin/mpif77 bin/mpiexec
    bin/torito include/mpi.h include/mpif.h include/mpi.mod include/torito.h lib/libmpi.a lib/libmpifort.a
    lib/libtorito.a lib/torito/image.ld lib/torito/shim/libgcc_s.a lib/pkgconfig/torito.pc
    share/man/man1/mpicc.1 share/man/man1/mpif90.1 share/man/man1/mpiexec.1 share/man/man1/torito.1
    share/bash-completion/completions/torito share/doc/torito/LICENSE'

has_files() { # ROOT
    local file

    for file in $installed_files; do
        [ -e "$1/$file" ] || fail "$file is not installed"
    done
}

install_moved() {
    step 60 cmake --install "$prefix" --prefix "$PWD/first"
    has_files first
    mv first 'moved here'
    # (The debug information of the tools and of kernel.elf may.)
    ! grep -rlF --exclude=kernel.elf "$prefix" 'moved here/lib' 'moved here/include' 'moved here/share' ||
        fail 'a file names the build folder'
    PATH="$PWD/moved here/bin:$PATH"
    equal '-showme:incdirs' "$(mpicc -showme:incdirs)" "\"$PWD/moved here/include\""
    step 60 mpicc -o hello_c "$here/src/hello.c" -lm
    step 60 mpif90 -o hello_fortran "$here/src/hello.f90"
    image_runs ./hello_c C
    image_runs ./hello_fortran Fortran
    # The same image from either.
    step 60 "$prefix/bin/mpicc" -o hello_built "$here/src/hello.c" -lm
    cmp hello_c hello_built || fail 'the installed wrapper makes another image'
}

install_deb() {
    local link

    step 120 cpack -G DEB --config "$prefix/CPackConfig.cmake" -B "$PWD/pack"
    step 30 dpkg-deb -x pack/torito_*.deb root
    has_files root/usr/lib/torito
    for link in bin/torito bin/mpicc.torito bin/mpif90.torito bin/mpiexec.torito \
        share/man/man1/mpicc.torito.1.gz share/man/man1/mpif90.torito.1.gz share/man/man1/torito.1.gz; do
        [ -e "root/usr/$link" ] || fail "/usr/$link is missing or leads nowhere"
    done
    PKG_CONFIG_PATH=$PWD/root/usr/share/pkgconfig pkg-config --libs torito >out
    output_has out '-L/usr/lib/torito/lib '
    dpkg-deb -f pack/torito_*.deb >control
    output_has control '^Package: torito$'
    dpkg-deb -e pack/torito_*.deb scripts
    for link in postinst prerm; do
        [ -x scripts/$link ] || fail "the maintainer script $link is missing"
    done
    step 60 root/usr/bin/mpicc.torito -o hello_c "$here/src/hello.c" -lm
    step 10 ./hello_c
}

if [ -e "$prefix/CPackConfig.cmake" ]; then
    run_case install.moved install_moved
    run_case install.deb install_deb
fi
