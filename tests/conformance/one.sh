#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# one.sh: one program of run.sh, or one run of it. From there come $work, $build, $source, $limit,
# $cores, $CFLAGS.
#
#   one.sh build DIR PROGRAM SOURCES FLAGS
#       makes $work/images/DIR/PROGRAM, or a .log beside it that says why not
#   one.sh run MACHINE DIR PROGRAM RANKS ARGUMENTS ENVIRONMENT SECONDS VERDICT MEMORY
#       prints: machine, dir, program, ranks, arguments, passed|failed|unbuilt|skipped, ms, why
#
# An argument that is - means nothing.
set -uo pipefail
: "${work:?}" "${build:?}" "${source:?}" "${limit:?}" "${cores:?}" "${CFLAGS:?}"

build() {
    local out=$work/images/$1/$2 flags=$4 library=single sources=() file

    mkdir -p "${out%/*}"
    # Tried since both libraries are there: nothing to do.
    if [ "$out.log" -nt "$build/lib/libmpi.a" ] && [ "$out.log" -nt "$build/lib/libtorito.a" ]; then
        return
    fi
    rm -f "$out"
    [ "$flags" != - ] || flags=
    [[ $1 != threads/* ]] || library=thread
    for file in $3; do
        sources+=("$source/$1/$file")
    done
    # shellcheck disable=SC2086 # flags are words
    # By another name first: one that was stopped leaves nothing that looks like an image.
    "$build/bin/mpicc" $CFLAGS $flags -I "$source/$1" -o "$out.new" "${sources[@]}" \
        "$work/util/$library.a" -lm -lpthread >"$out.log" 2>&1 || return 0
    mv "$out.new" "$out"
}

# Why there is no image: the functions of MPI it lacks, else what the compiler said first.
why_no_image() { # LOG
    local names

    names=$(grep -oE "undefined reference to .P?MPI[A-Z]*_[A-Za-z_0-9]+" "$1" |
        grep -oE 'P?MPI[A-Z]*_[A-Za-z_0-9]+$' | sed 's/^PMPI/MPI/' | sort -u | tr '\n' ' ')
    if [ -n "$names" ]; then
        echo "lacks ${names% }"
    else
        grep -m 1 -E 'error|undefined' "$1" | sed -E "s|$source/||; s|.*: (fatal )?error: ||" | cut -c 1-120
    fi
}

# The first line that is not one of those a test may print.
first_line() { # LOG
    grep -Ev '^ *(No [Ee]rrors|Test Passed)? *$' "$1" | head -n 1 | tr '\t' ' ' | cut -c 1-140
}

# Why the run was no success, or nothing.
judge() { # VERDICT STATUS LOG SECONDS
    case $1 in
    fatal | both) [ "$2" -ne 0 ] || echo 'status 0, where the test wants another' ;;
    esac
    [ "$1" != fatal ] || return 0
    if [ "$2" = 124 ]; then
        echo "not done after $4 s"
    elif [ "$1" = quiet ] && [ "$2" -ne 0 ]; then
        echo "status $2: $(first_line "$3")"
    elif grep -Eqv '^ *(No [Ee]rrors|Test Passed) *$' "$3"; then
        echo "printed: $(first_line "$3")"
    elif ! grep -Eq '^ *No [Ee]rrors *$' "$3"; then
        echo 'never said "No Errors"'
    fi
}

run() {
    local machine=$1 dir=$2 program=$3 ranks=$4 arguments=$5 environment=$6 seconds=$7 verdict=$8 memory=$9
    local options=()
    local image=$work/images/$dir/$program status=0 why='' cut='' out start=${EPOCHREALTIME/[.,]/}

    if [ ! -e "$image" ]; then
        result unbuilt 0 "$(why_no_image "$image.log")"
        return
    fi
    # Memory is what the list says; a VM's is asked for at once.
    if awk -v need="$memory" -v machine="$machine" '/^MemAvailable/ {
            exit !(need * 1048576 > $2 || need > 2 && machine != "linux") }' /proc/meminfo; then
        result skipped 0 "needs $memory GiB of memory"
        return
    fi
    if [ "$machine" != linux ]; then
        seconds=$((seconds * 2)) # emulated
        options=(--cores $((cores < ranks ? cores : ranks)))
    fi
    if [ "$seconds" -gt "$limit" ]; then
        seconds=$limit
        cut=yes
    fi
    [ "$environment" != - ] || environment=
    [ "$arguments" != - ] || arguments=
    out=$work/output/${dir//\//_}.$program.$ranks.$machine.$$
    mkdir -p "$out"
    # shellcheck disable=SC2086 # words
    (cd "$out" && exec env $environment timeout -k 5 $((seconds + 10)) \
        "$build/bin/mpiexec" --machine "$machine" "${options[@]}" --timeout "$seconds" \
        -n "$ranks" "$image" $arguments) \
        >"$out.log" 2>&1 </dev/null || status=$?
    why=$(judge "$verdict" "$status" "$out.log" "$seconds" | head -n 1)
    rm -rf "$out"
    [ -n "$why" ] || rm -f "$out.log"
    arguments=$5
    if [ -n "$cut" ] && [ "$status" = 124 ]; then
        result skipped 0 "takes more than $seconds s"
        return
    fi
    result "$([ -z "$why" ] && echo passed || echo failed)" \
        $(((${EPOCHREALTIME/[.,]/} - start) / 1000)) "$why"
}

# Of the variables of `run`.
result() { # RESULT MS WHY
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$machine" "$dir" "$program" "$ranks" "$arguments" "$@"
}

"$@"
