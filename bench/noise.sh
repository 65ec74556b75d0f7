#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# noise.sh: how evenly ranks get on, on both machines and as ordinary Linux processes (MPICH).
#
#   bench/noise.sh [--seconds S] [--rounds N]
#
# Runs noise.c with a rank on each CPU, all in turn, and prints for each the medians of the rounds. A VM
# without hardware virtualization shows the emulator, not the kernel: the line says how the VM was run. Needs
# a build in build/ (or in $TORITO_BUILD).
set -euo pipefail
cd "$(dirname "$0")/.."
build=${TORITO_BUILD:-build}
seconds=2 rounds=3
while [ $# -gt 0 ]; do
    case $1 in
    --seconds) seconds=${2:?} && shift ;;
    --rounds) rounds=${2:?} && shift ;;
    *)
        sed -n '3,9s/^# \?//p' "$0"
        exit 2
        ;;
    esac
    shift
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ranks=$(nproc)
"$build/bin/mpicc" -O2 -o "$work/noise" bench/noise.c
kinds=(linux microvm)
if command -v mpicc.mpich >/dev/null; then
    mpicc.mpich -O2 -o "$work/noise.mpich" bench/noise.c
    kinds=(processes "${kinds[@]}")
else
    echo 'noise.sh: no MPICH here, so no ordinary processes: apt-get install mpich libmpich-dev' >&2
fi

run() { # KIND
    if [ "$1" = processes ]; then
        timeout 120 mpiexec.mpich -n "$ranks" -bind-to core "$work/noise.mpich" -s "$seconds"
    else
        timeout 120 "$build/bin/mpiexec" --machine "$1" -n "$ranks" "$work/noise" -s "$seconds"
    fi
}

for ((i = 0; i < rounds; i++)); do
    for kind in "${kinds[@]}"; do
        run "$kind" | awk 'NF && !/^#/ { print $1, $2, $3, $4, $5, $6 }' >>"$work/$kind"
    done
done

accel=$("$build/bin/mpiexec" -v --machine microvm -n 1 "$work/noise" -s 0.01 2>&1 |
    grep -oE 'emulated \(TCG\)|KVM:' | head -n 1) || true
units=('' '' '' '' '' '' ' %')
echo "| $ranks ranks, $rounds rounds of $seconds s | least us | median | 99 % | 99.9 % | most | taken away |"
echo '|---|---:|---:|---:|---:|---:|---:|'
for kind in "${kinds[@]}"; do
    case $kind in
    processes) label='Linux processes (MPICH)' ;;
    microvm) label="Torito, microvm, ${accel%:}" ;;
    *) label="Torito, machine $kind" ;;
    esac
    printf '| %s |' "$label"
    for column in 1 2 3 4 5 6; do
        sort -n -k "$column,$column" "$work/$kind" |
            awk -v c="$column" -v unit="${units[column]}" \
                '{ v[NR] = $c } END { printf " %s%s |", v[int((NR + 1) / 2)], unit }'
    done
    echo
done
