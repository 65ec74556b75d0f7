#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# symbols_test.sh NM API LIBMPI [LIBMPIFORT]: what the archives put into a program's namespace.
#
# A name is allowed only if it is an MPI one or begins with torito_ or mpii_. libmpi.a has each
# function of the table that is done, strong as PMPI_ and weak as MPI_, and no other.
set -eu
nm=$1 api=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$nm" --defined-only --extern-only "$@" | awk 'NF == 3 { print $3, $2 }' | sort >"$work/all"
ours='P?MPI_[A-Z][A-Za-z_0-9]*|torito_[a-z_]+|mpii_[a-z_0-9]+|mpiisentinelsc?_?'
fortrans='p?mpi_[a-z_0-9]+|__mpi(_f08)?_MOD_[A-Za-z_0-9]+'
if awk '{ print $1 }' "$work/all" | grep -Ev "^($ours|$fortrans)\$"; then
    echo 'is not a name libmpi may define'
    exit 1
fi
# Some program needs both objects.
if awk '$2 !~ /^[WV]$/ { print $1 }' "$work/all" | uniq -d | grep .; then
    echo 'is defined twice'
    exit 1
fi
awk -F '\t' '$1 == "function" && $5 == "done" { print $2, "W"; print "P" $2, "T" }' "$api" |
    sort >"$work/expected"
grep -E '^P?MPI_.* [TW]$' "$work/all" >"$work/found"
diff "$work/expected" "$work/found" || {
    echo 'the table and libmpi.a differ: < only in the table, > only in the archive'
    exit 1
}
if [ $# -gt 1 ]; then # a function that Fortran can call has all its names there
    awk '{ print $1 }' "$work/all" >"$work/names"
    awk -F '\t' 'NR == FNR { defined[$1]; next }
        $1 == "function" && $5 == "done" && "p" tolower($2) "_" in defined { name = tolower($2)
        split("_ __ _f08_", suffix, " "); print name
        for (i in suffix) { print name suffix[i]; print "p" name suffix[i] } }' "$work/names" "$api" |
        while read -r name; do
            grep -qx "$name" "$work/names" || { echo "$name is missing"; exit 1; }
        done
fi
echo "done $(wc -l <"$work/all")"
