#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# checks.sh: what checking the arguments of MPI_Send and MPI_Recv costs: the 8-byte latency with the library
# as it is, and built without the checks (MPII_UNCHECKED), in turn.
#
#   bench/checks.sh [--rounds N]
#
# Prints the median of each and of the ratios round by round. Needs a build in build/ (or in
# $TORITO_BUILD); the one without checks is made in a temporary folder.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${TORITO_BUILD:-build}
rounds=31
case ${1-} in
'') ;;
--rounds) rounds=${2:?} ;;
*)
    sed -n '3,9s/^# \?//p' "$0"
    exit 2
    ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{
    cmake --preset default -B "$work/build" -DCMAKE_C_FLAGS=-DMPII_UNCHECKED
    cmake --build "$work/build" --target libmpi torito mpicc
} >"$work/log" 2>&1 || { cat "$work/log" >&2 && exit 1; }
"$build/bin/mpicc" -O2 -o "$work/checked" bench/checks.c
"$work/build/bin/mpicc" -O2 -o "$work/unchecked" bench/checks.c

for ((i = 0; i < rounds; i++)); do
    for kind in checked unchecked; do
        timeout 60 "$build/bin/mpiexec" --machine linux -n 2 "$work/$kind" | tr '\n' ' '
    done
    echo
done >"$work/figures"

median() { # AWK EXPRESSION of $1, with checks, and $2, without
    awk "{ print $1 }" "$work/figures" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
printf '8 bytes, %s rounds: with checks %s ns, without %s ns, ratio %.3f\n' "$rounds" \
    "$(median '$1')" "$(median '$2')" "$(median '$1 / $2')"
