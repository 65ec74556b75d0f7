#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# switch.sh: what a rank switch costs, with 1 (a yield to nobody), 2, 8 and 64 ranks on one core.
#
#   bench/switch.sh [--machine linux|microvm|q35] [--limit NS]
#
# With --limit, fails if a switch between two ranks takes longer. Needs a build in build/ (or in
# $TORITO_BUILD).
set -euo pipefail
cd "$(dirname "$0")/.."
build=${TORITO_BUILD:-build}
machine=linux limit=
while [ $# -gt 0 ]; do
    case $1 in
    --machine) machine=${2:?} && shift ;;
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
"$build/bin/mpicc" -O2 -I . -o "$work/switch" bench/switch.c
for ranks in 1 2 8 64; do
    line=$(timeout 120 "$build/bin/mpiexec" --machine "$machine" --cores 1 --oversubscribe \
        -n $ranks "$work/switch")
    echo "$line"
    if [ -n "$limit" ] && [ $ranks = 2 ]; then
        awk -v limit="$limit" '{ for (i = 1; i < NF; i++) if ($(i + 1) == "ns") ns = $i }
            END { exit ns == "" || ns + 0 > limit }' <<<"$line" ||
            { echo "switch.sh: more than $limit ns" >&2; exit 1; }
    fi
done
