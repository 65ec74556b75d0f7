#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# fortran_names_test.sh FORTRAN INCLUDE LIBMPIFORT: mpif.h is both fixed and free form, the modules
# compile under every standard gfortran knows, and each way to mangle names finds its procedures.
set -eu
fortran=$1 include=$2 archive=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cases=0
werror=-Werror
nm --defined-only --extern-only "$archive" | awk 'NF == 3 { print $3 }' | sort >"$work/defined"

# try FILE OPTIONS...: compiles, and every MPI name it leaves undefined is in the archive.
try() {
    "$fortran" -Wall -Wno-unused-parameter $werror -I "$include" -c -o "$work/a.o" "$@"
    nm --undefined-only "$work/a.o" | awk '/mpi/ { print $2 }' | sort >"$work/undefined"
    [ -s "$work/undefined" ] || { echo "$*: calls nothing"; exit 1; }
    if comm -23 "$work/undefined" "$work/defined" | grep .; then
        echo "$*: not in $archive"
        exit 1
    fi
    cases=$((cases + 1))
}

body() {
    echo '      integer ierror, rank'
    echo '      call MPI_INIT(ierror)'
    echo '      call MPI_COMM_RANK(MPI_COMM_WORLD, rank, ierror)'
    echo '      if (MPI_WTIME() .lt. 0) call MPI_ABORT(MPI_COMM_WORLD, 1, ierror)'
    echo '      call MPI_FINALIZE(ierror)'
    echo '      end program'
}
{
    printf '      program a\n      implicit none\n      include "mpif.h"\n'
    body
} >"$work/mpif.f"
cp "$work/mpif.f" "$work/mpif.f90"
for module in mpi mpi_f08; do
    {
        printf '      program a\n      use %s\n      implicit none\n' $module
        body
    } >"$work/$module.f90"
done

for mangling in -funderscoring -fno-underscoring -fsecond-underscore; do
    for file in mpif.f mpif.f90 mpi.f90 mpi_f08.f90; do
        try "$work/$file" $mangling
    done
done
for standard in f2003 f2008 f2018 legacy; do
    for file in mpif.f90 mpi.f90 mpi_f08.f90; do
        # Fortran 2018 calls COMMON obsolescent, and mpif.h has nothing else for MPI_BOTTOM and its kin.
        case $standard$file in f2018mpif.f90) werror=-w ;; *) werror=-Werror ;; esac
        try "$work/$file" -std=$standard
    done
done
echo "done $cases"
