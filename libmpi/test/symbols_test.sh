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
# Some program needs both objects. C: a COMMON block, which is as often as it is used.
if awk '$2 !~ /^[WVC]$/ { print $1 }' "$work/all" | uniq -d | grep .; then
    echo 'is defined twice'
    exit 1
fi
awk -F '\t' '$1 == "removed" || $1 == "function" && $5 == "done" { print $2, "W"; print "P" $2, "T" }' \
    "$api" | sort >"$work/expected"
grep -E '^P?MPI_.* [TW]$' "$work/all" >"$work/found"
diff "$work/expected" "$work/found" || {
    echo 'the table and libmpi.a differ: < only in the table, > only in the archive'
    exit 1
}
if [ $# -gt 1 ]; then # a function that Fortran can call has all its names there
    awk '{ print $1 }' "$work/all" >"$work/names"
    awk -F '\t' 'NR == FNR { defined[$1]; next }
        $1 != "function" || $5 != "done" || $2 ~ /^MPI_T_|_(toint|fromint)$|_(c2f|f2c|c2f08|f082c)$/ {
            next }
        function need(name) { if (!(name in defined)) { print name " is missing"; bad = 1 } }
        { name = tolower($2)
        if ($2 !~ /_c$/) { # those are in mpi_f08 only
            need(name); need(name "_"); need(name "__")
            need("p" name); need("p" name "_"); need("p" name "__") }
        suffix = (name "_f08ts_") in defined ? "_f08ts_" : "_f08_"
        need(name suffix); need("p" name suffix) }
        END { exit bad }' "$work/names" "$api"
fi
echo "done $(wc -l <"$work/all")"
