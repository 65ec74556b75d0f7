#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# barrier.sh: the barrier of the talk, with 4 to 32 ranks in a microVM, on as many cores and on 2.
#
#   bench/barrier.sh [--ranks LIST]     prints the table, in Markdown (4,8,16,32)
#   bench/barrier.sh --write            writes it into docs/performance.md, between its markers
#
# A cell is the median of 3 runs of bench/barrier.c, each bounded in time. Without hardware
# virtualization a virtual core is a thread of the emulator, and the threads share the CPUs there
# are: the column of many cores then shows how the host schedules them, not what a barrier costs.
# Needs a build in build/ (or in $TORITO_BUILD), and QEMU. About two minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=bench/page.sh
. bench/page.sh
build=${TORITO_BUILD:-build}
counts='4 8 16 32' write=
while [ $# -gt 0 ]; do
    case $1 in
    --ranks) counts=${2:?--ranks needs a list} && counts=${counts//,/ } && shift ;;
    --write) write=yes ;;
    *)
        sed -n '3,11s/^# \?//p' "$0"
        [ "$1" = -h ] || [ "$1" = --help ] || exit 2
        exit 0
        ;;
    esac
    shift
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/bin/mpicc" -O2 -o "$work/barrier" bench/barrier.c bench/harness.c bench/line.c

# Microseconds for one barrier, median of 3.
cell() { # MACHINE CORES RANKS
    local round

    for round in 1 2 3; do
        # Until so many milliseconds are over, but at least one call.
        timeout 100 "$build/bin/mpiexec" --machine "$1" --cores "$2" --timeout 90 -n "$3" \
            "$work/barrier" -l 1000 >"$work/out" ||
            { echo "barrier.sh: $3 ranks on $2 cores of $1: failed in round $round" >&2; return 1; }
        # The last line with a figure in its first field.
        awk '$1 + 0 > 0 { us = $1 } END { if (us == "") exit 1; print us }' "$work/out"
    done | sort -n | sed -n 2p
}

table() {
    local ranks many two process model accel=KVM

    model=$(sed -n '/^model name/{s/.*: //p;q}' /proc/cpuinfo)
    "$build/bin/mpiexec" -v --machine qemu -n 1 "$work/barrier" -i 1 >"$work/chosen" 2>&1
    ! grep -q 'emulated (TCG)' "$work/chosen" || accel=TCG
    echo '| ranks | microVM, a core for each | microVM, 2 cores | process, 2 cores |'
    echo '|---:|---:|---:|---:|'
    for ranks in $counts; do
        many=$(cell qemu "$ranks" "$ranks")
        two=$(cell qemu 2 "$ranks")
        process=$(cell linux 2 "$ranks")
        printf '| %s | %s | %s | %s |\n' "$ranks" "$many" "$two" "$process"
    done
    printf '\nMicroseconds for one barrier, medians of 3 runs. %s CPUs (%s), VMs by %s.\n' \
        "$(nproc)" "$model" "$accel"
}

if [ -z "$write" ]; then
    table
    exit
fi
page=docs/performance.md
page_check "$page" barrier
table >"$work/table"
page_write "$page" barrier "$work/table"
