#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# run.sh [PREFIX [CASE...]]: builds projects with the usual build systems against Torito, and runs what
# comes out as a process and as a microVM; then tries the compiler wrappers (wrappers.sh) and the
# installation (install.sh). PREFIX: an installation or build tree; ../../build without it.
#
# Prints `ok NAME` or `FAIL NAME: why` for each case, at last `N passed, N failed`. Status 0 if all
# passed. Needs cmake, meson, ninja, autoconf, automake, make, pkg-config, gcc, g++, gfortran.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
prefix=$(cd "${1:-$here/../../build}" && pwd) || exit 2
shift $(($# > 0))
wanted=" $* "
passed=0
failed=0

work=$(mktemp -d)
# What a failed step left running goes with the shell's own process group; the folder goes here.
trap 'rm -rf "$work"' EXIT
# Only our .pc files: Meson would take Open MPI's ompi-*.pc if they were there.
export PATH=$prefix/bin:$PATH PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig LC_ALL=C CLICOLOR=0 MAKEFLAGS=
unset CC CXX FC F77 CFLAGS CXXFLAGS FFLAGS LDFLAGS LIBS CMAKE_GENERATOR \
    PKG_CONFIG_PATH MPICC MPICXX MPIFC MPIF90 MPIF77 MPI_HOME \
    TORITO_CC TORITO_CXX TORITO_FC MPICH_CC MPICH_CXX MPICH_FC MPICH_F77 MPICH_F90 \
    OMPI_CC OMPI_CXX OMPI_FC

fail() {
    printf 'why: %s\n' "$*" >&2
    exit 1
}

# A case is a function; it runs in a subshell, in a folder of its own, and ends where a command fails.
run_case() { # NAME FUNCTION [ARGUMENT]...
    local name=$1 why status
    shift
    [ "$wanted" = '  ' ] || [[ $wanted == *" $name "* ]] || return 0
    mkdir -p "$work/$name"
    # Not as a condition: there, -e would have no effect.
    (
        cd "$work/$name"
        set -e
        "$@"
    ) >"$work/$name.log" 2>&1 </dev/null
    status=$?
    if [ "$status" -eq 0 ]; then
        passed=$((passed + 1))
        printf 'ok %s\n' "$name"
    else
        failed=$((failed + 1))
        why=$(sed -n 's/^why: //p' "$work/$name.log" | head -n 1)
        printf 'FAIL %s: %s\n' "$name" "${why:-a command failed}"
        tail -n 30 "$work/$name.log" | sed 's/^/    /'
    fi
    rm -rf "${work:?}/$name"
}

# Runs a command with a limit; its output goes to the log, and it must end with status 0.
step() { # SECONDS COMMAND...
    local seconds=$1
    shift
    printf '+ %s\n' "$*"
    timeout -k 5 "$seconds" "$@" || fail "$1 ${2-} ended with status $?"
}

project() { # NAME: a copy of the project and of the sources, as a user's checkout
    cp -r "$here/$1/." .
    cp -r "$here/src" src
}

# The file must be an image, and say one line for each rank on either machine.
image_runs() { # IMAGE LANGUAGE
    local machine lines

    step 10 torito info "$1"
    for machine in linux microvm; do
        timeout -k 5 60 mpiexec --machine "$machine" -n 2 "$1" >out ||
            fail "$1 on $machine ended with status $?"
        lines=$(grep -c "^$2: rank [01] of 2, ." out) || true
        [ "$lines" -eq 2 ] || fail "$1 on $machine: $lines right lines of 2: $(head -c 200 out)"
    done
}

images_run() {
    image_runs ./hello_c C
    image_runs ./hello_cxx 'C++'
    image_runs ./hello_fortran Fortran
}

project_cmake_findmpi() {
    project cmake-findmpi
    step 120 cmake -S . -B b -DPREFIX="$prefix" -DSOURCES="$PWD/src" -DCMAKE_C_COMPILER=gcc \
        -DCMAKE_CXX_COMPILER=g++ -DCMAKE_Fortran_COMPILER=gfortran
    step 120 cmake --build b
    cd b
    step 120 ctest --output-on-failure
    images_run
}

project_cmake_mpicc() {
    project cmake-mpicc
    step 120 cmake -S . -B b -DSOURCES="$PWD/src" -DCMAKE_C_COMPILER=mpicc \
        -DCMAKE_CXX_COMPILER=mpicxx -DCMAKE_Fortran_COMPILER=mpifort
    step 120 cmake --build b
    cd b
    step 120 ctest --output-on-failure
    images_run
}

project_autoconf() {
    project autoconf
    step 120 autoreconf -i
    step 120 ./configure CC=mpicc CXX=mpicxx | tee configure.out
    grep -q 'cross compiling\.\.\. no' configure.out || fail "configure believes to be cross compiling"
    step 120 make
    step 120 make check
    image_runs ./hello_c C
    image_runs ./hello_cxx 'C++'
}

project_meson() {
    project meson
    step 120 meson setup b
    step 120 ninja -C b
    cd b
    step 120 meson test
    images_run
}

project_pkg_config() {
    project pkg-config
    step 10 pkg-config --exists --print-errors torito torito-c torito-cxx torito-fort
    step 120 make
    images_run
}

# A link that must fail, say why in words that match, and leave no file.
link_fails() { # TARGET PATTERN
    project shared-library
    ! timeout 60 make "$1" >out 2>&1 || fail "the link succeeded"
    cat out
    grep -Eq "$2" out || fail "it does not say /$2/: $(grep -v '^make' out | tail -n 1)"
    [ ! -e "$1" ] || fail "it left a file"
}

run_case project.cmake-findmpi project_cmake_findmpi
run_case project.cmake-mpicc project_cmake_mpicc
run_case project.autoconf project_autoconf
run_case project.meson project_meson
run_case project.pkg-config project_pkg_config
run_case shared.plain-versioned link_fails plain_versioned 'Torito: a shared library got into the link'
run_case shared.plain-unversioned link_fails plain_unversioned \
    'Torito: a shared library got into the link'
run_case shared.plain-behind link_fails plain_behind 'static link of dynamic object.*libplus\.so'
run_case shared.wrapper-file link_fails wrapper_file \
    'mpicc: \./libplus\.so is a shared library.*link its static'
run_case shared.wrapper-switch link_fails wrapper_switch 'mpicc: -lplus is there as a shared library only'
run_case shared.wrapper-linker-word link_fails wrapper_linker_word \
    'static link of dynamic object.*libplus\.so'
# shellcheck source=tests/projects/wrappers.sh
. "$here/wrappers.sh"
# shellcheck source=tests/projects/install.sh
. "$here/install.sh"

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
