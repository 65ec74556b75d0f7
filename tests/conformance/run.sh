#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# run.sh [OPTION]... [DIR[/PROGRAM]]...: MPICH's own test programs (test/mpi in its source package),
# unmodified, built with our mpicc and run. Without a DIR: all of them.
#
#   --build FOLDER    an installation or build tree; ../../build without it
#   --machines A,B    where they run; linux without it
#   --cores N         of each virtual machine; 2 without it. As many run at a time as the CPUs allow
#   --seconds N       leaves out what takes longer, whatever its list says
#   --fast            what takes half a minute: a part of the programs in scope, once each
#   --page            writes docs/conformance.md, from this run and, for tests and machines that are not in
#                     it, from earlier ones: a run of everything may be made in parts
#
# Lists, rank counts, arguments, time limits and verdicts are MPICH's: a test has passed if it prints
# " No Errors" and nothing else and the job ends with status 0. The sources come from the distribution
# (../fetch.sh) into FOLDER/third_party, the programs go to FOLDER/conformance; nothing is kept here.
#
# Prints, for each folder in scope and machine, `ok NAME: N passed`, or `FAIL NAME: why` for each test
# that neither passed, nor calls a function that docs/mpi.md says is missing, nor stands in the file
# `known`; at last `N passed, N failed`. `skip` and status 75 if the registry does not answer.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
# util holds what all of them are linked with, and has no list.
in_scope='attr coll comm datatype errhan group info init pt2pt topo'
beyond='part errors/attr errors/coll errors/comm errors/datatype errors/group errors/pt2pt
errors/topo errors/faults errors/rma errors/io threads/comm threads/init threads/pt2pt threads/coll
threads/part threads/mpi_t threads/rma threads/spawn mpi_t rma io spawn'
build=$top/build
machines=linux
cores=2
limit=100000
fast=
page=
wanted=()

die() {
    printf 'run.sh: %s\n' "$*" >&2
    exit 2
}

while [ $# -gt 0 ]; do
    case $1 in
    --build) build=$(cd "${2:?}" && pwd) && shift || exit 2 ;;
    --machines) machines=${2:?} && shift ;;
    --cores) cores=${2:?} && shift ;;
    --seconds) limit=${2:?} && shift ;;
    --fast) fast=yes ;;
    --page) page=yes ;;
    -*) sed -n '3,22s/^# \?//p' "$0" && exit 2 ;;
    *) wanted+=("$1") ;;
    esac
    shift
done
[ -z "$fast" ] || beyond=
[ -z "$fast" ] || [ -z "$page" ] || die 'the page takes all runs, not --fast'

work=$build/conformance
source=$build/third_party/mpich/test/mpi
mkdir -p "$work" || exit
if ! why=$("$top/tests/fetch.sh" "$build/third_party" source:mpich 2>&1); then
    echo "skip mpich: $(tail -n 1 <<<"$why")"
    echo '0 passed, 0 failed'
    exit 75
fi
[ -d "$source" ] || die "there is no $source"

# The programs with derived datatypes have their lists made by a script of MPICH's, from a table.
lists() {
    [ -e "$source/pt2pt/testlist.dtp" ] ||
        (cd "$source" &&
            bash maint/gentests_dtp.sh --with-dtpools-datatypes=MPI_INT,MPI_INT:4+MPI_DOUBLE:8)
} >/dev/null

plan() {
    local dir list files

    for dir in $in_scope $beyond; do
        files=()
        for list in testlist.in testlist testlist.dtp; do
            [ ! -e "$source/$dir/$list" ] || files+=("$source/$dir/$list")
        done
        awk -f "$here/plan.awk" -v dir="$dir" -v fast="$fast" "$source/$dir/Makefile.am" \
            "${files[@]}" || return
    done
}

# asked DIR PROGRAM
asked() {
    local word

    [ ${#wanted[@]} -gt 0 ] || return 0
    for word in "${wanted[@]}"; do
        case $1/$2 in "$word" | "$word"/*) return 0 ;; esac
    done
    return 1
}

# What a newer compiler dislikes in their sources is not ours to judge.
export CFLAGS="-O0 -w -I $work/include -I $source/include -I $source/dtpools/include"

# What all tests are linked with: the folder util, and the library that makes random datatypes.
support() {
    local file object library

    mkdir -p "$work/include" "$work/util"
    cp "$here/config.h" "$work/include/mpitestconf.h"
    ! grep -q ' MPI_Win_create(' "$build/include/mpi.h" ||
        echo '#define HAVE_MPI_WIN_CREATE 1' >>"$work/include/mpitestconf.h"
    # MPI 3.0 removed two functions; that library has not noticed.
    { cat "$here/config.h" && printf '#define %s\n' 'MPI_Type_hindexed MPI_Type_create_hindexed' \
        'MPI_Type_hvector MPI_Type_create_hvector'; } >"$source/dtpools/dtpoolsconf.h"
    rm -f "$work"/util/*.a
    for file in "$source"/util/{mtest,mtest_common,mtest_single,mtest_thread,dtypes}.c \
        "$source"/dtpools/src/*.c; do
        object=$work/util/$(basename "$file" .c).o
        # shellcheck disable=SC2086 # flags are words
        "$build/bin/mpicc" $CFLAGS -O2 -c "$file" -o "$object" || return
    done
    for library in single thread; do
        ar rcs "$work/util/$library.a" "$work"/util/{mtest,mtest_common,mtest_$library,dtypes}.o \
            "$work"/util/dtpools*.o || return
    done
}

export build work source limit cores
mkdir -p "$work/images" && rm -rf "$work/output" && mkdir -p "$work/output"
lists || die "MPICH's script for its lists failed"
support || die 'the support library of the tests does not compile'
plan >"$work/plan" || die 'a test list is not understood'
while IFS=$'\t' read -r dir program rest; do
    ! asked "$dir" "$program" || printf '%s\t%s\t%s\n' "$dir" "$program" "$rest"
done <"$work/plan" >"$work/chosen"
[ -s "$work/chosen" ] || die "no test is called ${wanted[*]}"

jobs=$(nproc)
cut -f 1-4 "$work/chosen" | sort -u | tr '\t\n' '\0\0' | xargs -0 -n 4 -P "$jobs" "$here/one.sh" build
echo "built in $SECONDS s"
for machine in ${machines//,/ }; do
    at_once=$jobs
    [ "$machine" = linux ] || at_once=$((jobs > cores ? jobs / cores : 1))
    cut -f 1,2,5- "$work/chosen" | while IFS= read -r line; do printf '%s\t%s\n' "$machine" "$line"; done |
        tr '\t\n' '\0\0' | xargs -0 -n 9 -P "$at_once" "$here/one.sh" run
done >"$work/results"
echo "run in $SECONDS s"

# What is known of all tests: of this run, else of earlier ones.
keep() {
    touch "$work/kept"
    awk -F '\t' -v plan="$work/plan" -v results="$work/results" '
        FILENAME == plan { is[$1, $2, $5, $6]; next }
        FILENAME == results { new[$1, $2, $3, $4, $5]; print; next }
        ($2, $3, $4, $5) in is && !(($1, $2, $3, $4, $5) in new)' \
        "$work/plan" "$work/results" "$work/kept" >"$work/kept.new" && mv "$work/kept.new" "$work/kept"
}

version=$(awk -F '[][]' '/MPICH_VERSION_m4/ { print $4 }' "$source/../../maint/version.m4")

# report RESULTS PAGE; order and numbers of the page do not depend on who was ready first.
report() {
    sort -t "$(printf '\t')" -k 2,2 -k 3,3 -k 4,4n -k 5,5 -k 1,1 "$1" >"$work/sorted"
    awk -f "$here/report.awk" -v scope="$in_scope" -v page="$2" -v version="${version:-?}" \
        "$top/libmpi/api.tsv" "$here/known" "$work/sorted"
}

report "$work/results" /dev/null
status=$?
[ -n "$fast" ] || keep || exit
[ -z "$page" ] || report "$work/kept" "$top/docs/conformance.md" >"$work/page.verdicts"
exit "$status"
