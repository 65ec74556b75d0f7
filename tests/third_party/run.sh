#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# run.sh [--full] [BUILD]: programs that nobody here wrote, as their authors released them, compiled with
# our mpicc; each must pass its own verification on both machines.
#
#   MPICH and Open MPI   the programs of their folders examples/
#   NetPIPE              its integrity check, in every mode it has for MPI
#   HPC Challenge        all its tests, with the distribution's static OpenBLAS
#
# BUILD: an installation or build tree, ../../build without it. The sources come from the distribution
# (../fetch.sh) into BUILD/third_party and stay there. Without --full only what takes a minute.
#
# Prints `ok NAME`, `FAIL NAME: why` or `skip NAME: why` for each case, at last `N passed, N failed`.
# Skipped is a program that calls a function of MPI which our mpi.h does not declare, with its name.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
full=
if [ "${1:-}" = --full ]; then
    full=yes
    shift
fi
build=$(cd "${1:-$here/../../build}" && pwd) || exit 2
place=$build/third_party
export PATH=$build/bin:$PATH LC_ALL=C MAKEFLAGS='' build place
unset CC CFLAGS LDFLAGS LIBS MPICC TORITO_CC
passed=0 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

verdict() { # ok|FAIL|skip NAME [WHY]
    case $1 in
    ok) passed=$((passed + 1)) ;;
    FAIL) failed=$((failed + 1)) ;;
    esac
    printf '%s %s%s\n' "$1" "$2" "${3:+: $3}"
}

# Functions of MPI that the compiler or the linker missed, and that mpi.h does not declare. One that is
# declared and yet missing is an error, and so is not listed. The first three, and how many more.
missing_functions() { # LOG
    grep -oE "(undefined reference to|implicit declaration of function) .P?MPI_[A-Za-z_0-9]+" "$1" |
        grep -oE 'P?MPI_[A-Za-z_0-9]+$' | sed 's/^PMPI/MPI/' | sort -u | while read -r name; do
        grep -Eq "\b$name *\(" "$build/include/mpi.h" || echo "$name"
    done | awk 'NR <= 3 { printf("%s ", $1) } END { if (NR > 3) printf("and %d more", NR - 3) }'
}

# make_image NAME COMMAND...: must leave the file $work/NAME. A verdict of its own only if it does not.
make_image() {
    local name=$1 log=$work/$1.log lacks
    shift
    (cd "$work" && timeout -k 5 120 "$@") >"$log" 2>&1 </dev/null && return
    lacks=$(missing_functions "$log")
    if [ -n "$lacks" ]; then
        verdict skip "$name" "lacks ${lacks% }"
    elif grep -q 'shmem.h: No such file' "$log"; then
        verdict skip "$name" 'an OpenSHMEM program'
    else
        verdict FAIL "$name" "no image: $(grep -m 1 -E 'error|undefined' "$log" | cut -c 1-150)"
        tail -n 20 "$log" | sed 's/^/    /'
    fi
    return 1
}

# run_image NAME MACHINE RANKS SECONDS CHECK ARGUMENT...: status 0, and CHECK, a function, finds in the
# file `out` what the program says when all is well. Standard input comes from $work/NAME.in if it is there.
run_image() {
    local name=$1 machine=$2 ranks=$3 seconds=$4 check=$5 status=0 input=/dev/null folder why
    shift 5
    [ ! -e "$work/$name.in" ] || input=$work/$name.in
    folder=$work/run.$name
    rm -rf "$folder"
    mkdir "$folder"
    (cd "$folder" && { [ ! -d "$work/$name.files" ] || cp "$work/$name.files"/* .; } &&
        exec timeout -k 5 $((seconds + 10)) mpiexec --machine "$machine" --timeout "$seconds" -n "$ranks" \
            "$work/$name" "$@") >"$folder/out" 2>&1 <"$input" || status=$?
    why=
    if [ "$status" -ne 0 ]; then
        why="status $status: $(tail -n 1 "$folder/out" | cut -c 1-150)"
    else
        (cd "$folder" && "$check" "$ranks") || why="its output is not what it should be"
    fi
    name="$name${label:+.$label}.$machine"
    if [ -z "$why" ]; then
        verdict ok "$name"
    else
        verdict FAIL "$name" "$why"
        tail -n 30 "$folder/out" | cut -c 1-200 | sed 's/^/    /'
    fi
    rm -rf "$folder"
}
label=

# --- what the programs say ---

# all RANKS PATTERN: a line for each rank, with its number in place of @. Case does not matter.
all() {
    local r

    for ((r = 0; r < $1; r++)); do
        grep -Eqi -- "${2//@/$r}" out || return 1
    done
}

says_hello() { all "$1" "(process|i am) *@ +of +$1\b"; }
says_pi() {
    sed -nE 's/.*pi is approximately:? *([0-9.]+),? *Error is:? *([-+0-9.eE]+).*/\1 \2/p' out |
        awk '{ good = $1 ~ /^3\.141592/ && $2 < 1e-8 } END { exit !good }'
}
says_received() { all "$1" "^@ received 'hello there'"; }
says_connected() { grep -q "Connectivity test on $1 processes PASSED\." out; }
says_ring() { [ "$(grep -c 'decremented value' out)" -eq 10 ] && all "$1" "process *@ exiting"; }

# All sizes up to the last, each with the check passed at both ends (the other's failure ends the job).
says_integrity() {
    [ "$(grep -c -- '--> *Integrity check passed' out)" -eq "$(grep -c 'bytes .* times' out)" ] &&
        grep -Eq "^ *[0-9]+: +$netpipe_last bytes .*passed" out
}

# The picture goes to standard output; everybody must paint the same.
says_picture() {
    sed -n '/^P3/,$p' out >picture
    [ "$(tr -s ' ' '\n' <picture | sort -u | wc -l)" -gt 10 ] || return 1
    [ -e "$work/picture" ] || cp picture "$work/picture"
    cmp picture "$work/picture"
}

says_hpcc() {
    local result=hpccoutf.txt

    cat $result >>out
    grep -q '^Success=1' $result && ! grep -q 'FAILED' $result &&
        ! grep -Eq '^ *[1-9][0-9]* tests completed and failed' $result &&
        [ "$(grep -Ec '^ *[1-9][0-9]* tests completed and passed' $result)" -eq 2 ] &&
        [ "$(grep -c '(passed)\.$' $result)" -eq "$(grep -c '^Found [0-9]* errors in' $result)" ] &&
        [ "$(grep -c '(passed)\.$' $result)" -ge 4 ]
}

# --- the programs ---

on_both() { # NAME RANKS CHECK ARGUMENT...
    local name=$1 ranks=$2 check=$3 machine
    shift 3
    for machine in linux microvm; do
        run_image "$name" "$machine" "$ranks" 60 "$check" "$@"
    done
}

# Each example with how it is run; `-`: only that it compiles, or what it lacks, is looked at.
examples() {
    local source check arguments input name wrapper

    while IFS='|' read -r source check arguments input; do
        [[ -n $source && $source != \#* ]] || continue
        name=${source}
        name=${name//\/examples\//.}
        name=${name//\//.}
        name=${name%.*}
        wrapper=mpicc
        [[ $source != *.f* ]] || wrapper=mpifort
        if [ "$check" = spawned ] && ! grep -q 'MPI_Comm_spawn *(' "$build/include/mpi.h"; then
            verdict skip "$name" 'another one starts it by MPI_Comm_spawn, which is lacking'
            continue
        fi
        make_image "$name" "$wrapper" -O2 -o "$name" "$place/${source}" -lm || continue
        [ -z "$input" ] || printf '%b' "$input" >"$work/$name.in"
        # shellcheck disable=SC2086 # words
        on_both "$name" 4 "$check" $arguments
    done <<'END'
mpich/examples/cpi.c|says_pi||
mpich/examples/hellow.c|says_hello||
mpich/examples/icpi.c|says_pi||10000\n0\n
mpich/examples/srtest.c|says_received||
mpich/examples/pmandel.c|says_picture|-i -xscale 99 -yscale 99 -out /dev/stdout|-2 0 0 2 99\n0 0 0 0 0\n
mpich/examples/pmandel_fence.c|says_picture|-i -xscale 99 -yscale 99 -out /dev/stdout|-2 0 0 2 99\n0 0 0 0 0\n
mpich/examples/ircpi.c|says_pi||10000\n0\n
mpich/examples/parent.c|-||
mpich/examples/child.c|spawned||
mpich/examples/spawn_merge_parent.c|-||
mpich/examples/spawn_merge_child1.c|spawned||
mpich/examples/spawn_merge_child2.c|spawned||
mpich/examples/pmandel_spawn.c|-||
mpich/examples/pmandel_service.c|-||
mpich/examples/pmandel_spaserv.c|-||
openmpi/examples/hello_c.c|says_hello||
openmpi/examples/ring_c.c|says_ring||
openmpi/examples/connectivity_c.c|says_connected||
openmpi/examples/spc_example.c|-||
openmpi/examples/hello_oshmem_c.c|-||
openmpi/examples/ring_oshmem_c.c|-||
openmpi/examples/oshmem_circular_shift.c|-||
openmpi/examples/oshmem_max_reduction.c|-||
openmpi/examples/oshmem_shmalloc.c|-||
openmpi/examples/oshmem_strided_puts.c|-||
openmpi/examples/oshmem_symmetric_data.c|-||
END
}

# With two ranks: ranks between the first and the last leave its loop after the first size, and whoever
# is left waits for them for ever, with every MPI.
netpipe() {
    local mode upper=65536

    netpipe_last=49153
    [ -z "$full" ] || upper=8388608 netpipe_last=6291457
    cp -r "$place/netpipe" "$work/netpipe.source"
    make_image netpipe make -C netpipe.source mpi || return
    mv "$work/netpipe.source/NPmpi" "$work/netpipe"
    # Synchronous, any source, receives posted early, two buffers, both ways at once, one way only.
    for mode in '' -S -z -a -I '-a -2' -s; do
        [ -n "$full" ] || case $mode in '' | -S | '-a -2') ;; *) continue ;; esac
        label=${mode//[- ]/}
        # shellcheck disable=SC2086 # words
        on_both netpipe 2 says_integrity -i -n 20 -u $upper -o /dev/stdout $mode
    done
    label=
}

hpcc() {
    cp -r "$place/hpcc" "$work/hpcc.source"
    cp "$here/Make.torito" "$work/hpcc.source/hpl/"
    make_image hpcc make -C hpcc.source -j 2 arch=torito || return
    mv "$work/hpcc.source/hpcc" "$work/hpcc"
    mkdir "$work/hpcc.files"
    # Its own example, made small.
    sed 's/^1000 .*Ns$/200 Ns/; s/^80 .*NBs$/32 NBs/' \
        "$place/hpcc/_hpccinf.txt" >"$work/hpcc.files/hpccinf.txt"
    run_image hpcc linux 4 60 says_hpcc
    run_image hpcc microvm 4 200 says_hpcc
}

if ! why=$("$here/../fetch.sh" "$place" source:mpich source:openmpi source:netpipe source:hpcc \
    binary:libopenblas-serial-dev 2>&1); then
    verdict skip all "$(tail -n 1 <<<"$why")"
else
    examples
    netpipe
    hpcc
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
