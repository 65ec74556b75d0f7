#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# files.sh: how fast files are, in a VM by each back end, in a process, and as an ordinary Linux process.
#
#   bench/files.sh [--dir FOLDER] [--ranks N] [--rounds N] [--mib N] [--files N] [--write]
#
# Runs files.c in a new folder below FOLDER (/dev/shm: no disk in the way), all kinds in turn, and prints the
# medians of the rounds; --write puts the table into docs/files.md. A VM without hardware virtualization shows
# the emulator as well: the line says how the VM was run. Needs a build in build/ (or in $TORITO_BUILD).
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=bench/page.sh
. bench/page.sh
build=$(realpath "${TORITO_BUILD:-build}")
page=docs/files.md dir=/dev/shm ranks=1 rounds=3 mib=1024 files=10000 write=
while [ $# -gt 0 ]; do
    case $1 in
    --dir) dir=${2:?} && shift ;;
    --ranks) ranks=${2:?} && shift ;;
    --rounds) rounds=${2:?} && shift ;;
    --mib) mib=${2:?} && shift ;;
    --files) files=${2:?} && shift ;;
    --write) write=1 ;;
    *)
        sed -n '3,9s/^# \?//p' "$0"
        exit 2
        ;;
    esac
    shift
done

work=$(mktemp -d)
place=$(mktemp -d -p "$dir" files.XXXXXX)
trap 'rm -rf "$work" "$place"' EXIT
"$build/bin/mpicc" -O2 -o "$work/files" bench/files.c
kinds=(linux forward 9p)
if command -v mpicc.mpich >/dev/null; then
    mpicc.mpich -O2 -o "$work/files.mpich" bench/files.c
    kinds=(native "${kinds[@]}")
else
    echo 'files.sh: no MPICH here, so no ordinary processes: apt-get install mpich libmpich-dev' >&2
fi

run() { # KIND
    local vm=(--machine microvm --mem 512M --mount none --mount "$place" --files "$1")

    case $1 in
    native) set -- mpiexec.mpich -n "$ranks" -bind-to core "$work/files.mpich" ;;
    linux) set -- "$build/bin/mpiexec" --machine linux -n "$ranks" "$work/files" ;;
    *) set -- "$build/bin/mpiexec" "${vm[@]}" -n "$ranks" "$work/files" ;;
    esac
    (cd "$place" && timeout 300 "$@" "$mib" "$files")
}

for ((i = 0; i < rounds; i++)); do
    for kind in "${kinds[@]}"; do
        run "$kind" >"$work/out"
        awk -v OFS='\t' -v kind="$kind" '{
            what = substr($0, 1, 16)
            sub(/ +$/, "", what)
            print kind, what, $NF, $(NF - 1)
        }' "$work/out" >>"$work/all"
    done
done

accel=$("$build/bin/mpiexec" -v --machine microvm -n 1 "$work/files" 0 0 2>&1 |
    grep -oE 'emulated \(TCG\)|KVM:' | head -n 1) || true
accel=${accel%:}
table() {
    local kind names='' line=''

    for kind in "${kinds[@]}"; do
        case $kind in
        native) names+=' Linux process (MPICH) |' ;;
        linux) names+=' Torito, linux |' ;;
        *) names+=" Torito, microvm, $accel, $kind |" ;;
        esac
        line+='---:|'
    done
    echo "$mib MiB in pieces of 1 MiB, and $files files of 1000 bytes; ranks: $ranks," \
        "$(nproc) CPUs, $(stat -f -c %T "$dir"), medians of $rounds rounds:"
    echo
    echo "| |$names"
    echo "|---|$line"
    awk -F '\t' -v kinds="${kinds[*]}" '
        { what = $2 ", " $3; key = $1 SUBSEP what; value[key, count[key]++] = $4 }
        !(what in seen) { seen[what]; order[steps++] = what }
        END {
            n = split(kinds, kind, " ")
            for (s = 0; s < steps; s++) {
                printf "| %s |", order[s]
                for (k = 1; k <= n; k++) {
                    key = kind[k] SUBSEP order[s]; m = count[key]
                    for (i = 0; i < m; i++) sorted[i] = value[key, i]
                    for (i = 1; i < m; i++)
                        for (j = i; j > 0 && sorted[j - 1] > sorted[j]; j--) {
                            t = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = t
                        }
                    printf " %d |", m % 2 ? sorted[(m - 1) / 2] : (sorted[m / 2 - 1] + sorted[m / 2]) / 2
                }
                print ""
            }
        }' "$work/all"
}

[ -z "$write" ] || page_check "$page" files
table | tee "$work/table"
[ -n "$write" ] || exit 0
page_write "$page" files "$work/table"
echo "$page is written"
