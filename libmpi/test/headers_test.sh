#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# headers_test.sh INCLUDE: the public C headers compile alone, in every dialect, without a warning.
set -eu
include=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cases=0

try() { # COMPILER STANDARD SUFFIX
    command -v "$1" >/dev/null || return 0
    for header in mpi torito; do
        # Twice: a header guards itself. A function it does not declare must not compile.
        printf '#include <%s.h>\n#include <%s.h>\nint main(void) { return 0; }\n' $header $header \
            >"$work/a.$3"
        "$1" -std="$2" -Wall -Wextra -pedantic -Wshadow -Werror -I "$include" -c -o "$work/a.o" "$work/a.$3"
        cases=$((cases + 1))
    done
    printf '#include <mpi.h>\nint main(void) { return MPI_Nothing(0); }\n' >"$work/a.$3"
    if "$1" -std="$2" -Werror -I "$include" -c -o "$work/a.o" "$work/a.$3" 2>/dev/null; then
        echo "$1 -std=$2: a call of an unknown MPI function compiles"
        exit 1
    fi
    printf '#include <mpi.h>\n#if MPI_VERSION < 5 || !defined(MPI_THREAD_MULTIPLE)\n#error\n#endif\n' \
        >"$work/a.$3"
    printf 'MPI_Comm comm = MPI_COMM_WORLD;\nMPI_Copy_function *copy = MPI_DUP_FN;\n' >>"$work/a.$3"
    "$1" -std="$2" -Werror -I "$include" -c -o "$work/a.o" "$work/a.$3"
    cases=$((cases + 2))
}

for compiler in gcc clang; do
    for standard in c99 c11 gnu17; do
        try $compiler $standard c
    done
done
for compiler in g++ clang++; do
    for standard in c++11 c++17 gnu++20; do
        try $compiler $standard cpp
    done
done
echo "done $cases"
