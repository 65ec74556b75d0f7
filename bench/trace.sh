#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# trace.sh: what mpiexec --trace costs: the 8-byte latency without and with it, in turn.
#
#   bench/trace.sh [--rounds N] [--limit PERCENT]
#
# Prints the median of each and of the ratios round by round. With --limit, fails if it costs more. Needs
# a build in build/ (or in $TORITO_BUILD).
set -euo pipefail
cd "$(dirname "$0")/.."
build=${TORITO_BUILD:-build}
rounds=9 limit=
while [ $# -gt 0 ]; do
    case $1 in
    --rounds) rounds=${2:?} && shift ;;
    --limit) limit=${2:?} && shift ;;
    *)
        sed -n '3,8s/^# \?//p' "$0"
        exit 2
        ;;
    esac
    shift
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/bin/mpicc" -O2 -I bench -o "$work/latency" bench/latency.c bench/harness.c bench/line.c

latency() { # OPTION...
    timeout 60 "$build/bin/mpiexec" --machine linux -n 2 "$@" "$work/latency" -m 8:8 -i 1000000 \
        -p "$work/line" | # which prints four decimals
        awk '$1 == 8 { print $2 }'
}

for ((i = 0; i < rounds; i++)); do
    echo "$(latency) $(latency --trace "$work/trace.json")"
done >"$work/pairs"
awk -v limit="$limit" '
function median(list, n,   i, j, t) {
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && list[j - 1] > list[j]; j--) {
            t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
        }
    return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}
NF == 2 && $1 > 0 { n++; off[n] = $1; on[n] = $2; ratio[n] = $2 / $1 }
END {
    if (n == 0) { print "trace.sh: no figures" > "/dev/stderr"; exit 1 }
    percent = (median(ratio, n) - 1) * 100
    printf "8-byte latency, %d rounds: %.3f us, traced %.3f us: %+.1f %%\n", n, median(off, n), median(on, n),
        percent
    exit limit != "" && percent > limit
}' "$work/pairs"
