#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# startup.sh: the start-up table: time from `mpiexec` to the first line of main in the last rank, and
# memory.
#
#   bench/startup.sh            prints the table, in Markdown
#   bench/startup.sh --quick    fewer runs, and 1 and 4 ranks only
#   bench/startup.sh --readme   writes it into README.md, between the startup markers
#
# Needs a build in build/ (or in $TORITO_BUILD). About two minutes without hardware virtualization.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=bench/page.sh
. bench/page.sh
build=${TORITO_BUILD:-build}
machines='linux microvm q35'
ranks='1 4 16 64'
seconds=60 # for one run

runs_on() { # MACHINE RANKS: how many runs a cell is the median of
    case $1.$2.$quick in
    *.yes) echo 3 ;;
    linux.*) echo 21 ;;
    *.64.*) echo 3 ;;
    *) echo 7 ;;
    esac
}

quick=no readme=no
for option in "$@"; do
    case $option in
    --quick) quick=yes ranks='1 4' ;;
    --readme) readme=yes ;;
    *)
        sed -n '3,10s/^# \?//p' "$0"
        [ "$option" = -h ] || [ "$option" = --help ] || exit 2
        exit 0
        ;;
    esac
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/bin/mpicc" -O2 -o "$work/hello" bench/startup_hello.c
strip "$work/hello"

cell() { # MACHINE RANKS: "12.3 ms, 4.5 MiB"
    local result
    result=$("$build/bench/startup_probe" "$(runs_on "$1" "$2")" "$seconds" "$2" \
        "$build/bin/mpiexec" --oversubscribe --machine "$1" -n "$2" "$work/hello" </dev/null)
    awk '{ printf($1 < 100 ? "%.1f" : "%.0f", $1); printf(" ms, %.1f MiB", $4 / 1024) }' <<<"$result"
}

# What the figures depend on.
where() {
    local virtual=TCG
    ! "$build/bin/mpiexec" -v --machine microvm -n 1 "$work/hello" 2>&1 | grep -q 'KVM works' ||
        virtual=KVM
    printf '%s CPUs (%s), VMs by %s' "$(nproc)" \
        "$(sed -n '/^model name/{s/.*: //p;q}' /proc/cpuinfo)" $virtual
}

table() {
    local machine count text
    printf '| machine |'
    for count in $ranks; do
        printf ' %s rank%s |' "$count" "$([ "$count" = 1 ] || echo s)"
    done
    printf '\n|---|'
    for count in $ranks; do
        printf -- '---:|'
    done
    printf '\n'
    for machine in $machines; do
        printf '| %s |' "$machine"
        for count in $ranks; do
            text=$(cell "$machine" "$count")
            printf ' %s |' "$text"
        done
        printf '\n'
    done
    cat <<END

Medians; the memory is the peak of the Linux process or of QEMU. $(where).
END
}

if [ "$readme" = no ]; then
    table
    exit
fi
page_check README.md startup
table >"$work/table"
page_write README.md startup "$work/table"
