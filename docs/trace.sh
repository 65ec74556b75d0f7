#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# trace.sh: draws docs/trace.svg, the timeline of an 8-rank run of tests/programs/halo.c, from what
# mpiexec --trace writes. Needs a build in build/, jq and gnuplot.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build/bin/mpicc -O2 -o "$work/halo" tests/programs/halo.c
timeout 60 build/bin/mpiexec --machine linux --trace "$work/halo.json" -n 8 "$work/halo" >/dev/null
calls='MPI_Irecv MPI_Isend MPI_Waitall MPI_Allreduce'
for call in $calls; do
    jq -r --arg call "$call" \
        '.traceEvents[] | select(.name == $call) | [.ts / 1e3, (.ts + .dur) / 1e3, .tid] | @tsv' \
        "$work/halo.json" >"$work/$call"
done
gnuplot <<END
set terminal svg size 960,360 font 'sans,12'
set output 'docs/trace.svg'
set xlabel 'ms'
set ylabel 'rank'
set yrange [7.6:-0.6]
set ytics 1
set key outside top center horizontal
set style fill solid noborder
plot for [call in '$calls'] '$work/'.call using 1:3:1:2:(\$3-0.4):(\$3+0.4) with boxxyerror \\
    title call noenhanced
END
