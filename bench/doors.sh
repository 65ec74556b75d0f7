#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# doors.sh: the table of front doors: on which machines, with how many cores, one image has reached `main`,
# and how long that took.
#
#   bench/doors.sh            prints the table, in Markdown
#   bench/doors.sh --quick    without the largest machines and without Bochs
#   bench/doors.sh --readme   writes it into README.md, between the doors markers
#   ... REGEX                 measures the doors whose name matches; the others' rows are those of README.md
#
# A cell with a number was seen to work just now: every core had a rank, every rank came to main, the machine
# ended by itself. Anything else ends this script with status 1 and leaves README.md as it was. Needs a
# build in build/, QEMU, and what tests/boot_grub.sh and tests/boot_bochs.sh ask for. Three minutes, and more
# for Bochs.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=bench/page.sh
. bench/page.sh
export TORITO_BIN=${TORITO_BUILD:-build}/bin

quick=no readme=no only=
for option in "$@"; do
    case $option in
    --quick) quick=yes ;;
    --readme) readme=yes ;;
    [!-]*) only=$option ;;
    *)
        sed -n '3,13s/^# \?//p' "$0"
        [ "$option" = -h ] || [ "$option" = --help ] || exit 2
        exit 0
        ;;
    esac
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$TORITO_BIN/mpicc" -O2 -o "$work/hello" bench/startup_hello.c
strip "$work/hello"

process() { # CORES
    echo 'process: starting' >&2
    TORITO_CORES=$1 TORITO_RANKS=$1 "$work/hello"
}

pvh() { # MACHINE CORES
    echo 'pvh: starting' >&2
    timeout -k 2 120 qemu-system-x86_64 -M "$1" -accel tcg,thread=multi -smp "$2" -m 1024 -nodefaults \
        -no-user-config -display none -no-reboot -serial stdio -kernel "$work/hello"
}

# Milliseconds from the start of the machine to the last rank's main, in $took.
timed() { # CORES COMMAND...
    local cores=$1 line start=0 ranks=0 end=0
    shift
    while read -r line; do
        case $line in
        *': starting') start=${EPOCHREALTIME/[.,]/} ;;
        *main*) ranks=$((ranks + 1)) end=${EPOCHREALTIME/[.,]/} ;;
        esac
    done < <("$@" 2>&1 </dev/null || echo failed >"$work/failed")
    if [ "$ranks" -ne "$cores" ] || [ -e "$work/failed" ]; then
        echo "doors.sh: $ranks of $cores ranks came to main: $*" >&2
        exit 1
    fi
    took=$(((end - start) / 1000))
}

# A row: each number of cores once, the time the median of three runs with the first of them, or
# one if that is slow.
row() { # DOOR STATUS CORES COMMAND... (the number of cores is put in place of @)
    local door=$1 status=$2 counts=$3 count first tried='' times=()
    shift 3
    if ! [[ $door =~ $only ]]; then
        grep -F "| $door |" README.md || true
        return
    fi
    first=${counts%% *}
    for count in $counts $first $first; do
        [ "$quick" = no ] || [ "$count" -le 8 ] || continue
        [ ${#times[@]} -eq 0 ] || [ "$count" != "$first" ] || [ "${times[0]}" -lt 3000 ] || continue
        timed "$count" "${@//@/$count}"
        [ "$count" != "$first" ] || times+=("$took")
        [[ " $tried " == *" $count "* ]] || tried="$tried $count"
    done
    took=$(printf '%s\n' "${times[@]}" | sort -n | sed -n "$(((${#times[@]} + 1) / 2))p")
    tried=$(tr ' ' '\n' <<<"${tried# }" | sort -n | paste -sd ,)
    printf '| %s | %s | %s ms (%s) | %s |\n' "$door" "${tried//,/, }" "$took" "$first" "$status"
}

table() {
    local model
    model=$(sed -n '/^model name/{s/.*: //p;q}' /proc/cpuinfo)
    cat <<'END'
| front door | cores tried | to `main` (cores) | |
|---|---|---:|---|
END
    row 'Linux process' run '4 1 64' process @
    row 'PVH, QEMU `microvm`' run '4 1 64 255' pvh microvm @
    row 'PVH, QEMU `microvm` without ACPI' run '4 1 64' pvh microvm,acpi=off @
    row 'PVH, QEMU `q35`' run '4 1 64 255' pvh q35 @
    row 'multiboot2, GRUB and BIOS, QEMU `q35`' run '4 1 64' tests/boot_grub.sh bios "$work/hello" -- -smp @
    row 'multiboot2, GRUB and UEFI, QEMU `q35`' run '4 1' tests/boot_grub.sh uefi "$work/hello" -- -smp @
    [ "$quick" = yes ] ||
        row 'multiboot2, GRUB and BIOS, Bochs with x2APIC and AVX-512' run '4 1 8' \
            tests/boot_bochs.sh @ "$work/hello"
    row 'PVH, Firecracker' reproduced '4 1 32' tests/boot_vmm.sh firecracker @ "$work/hello"
    row 'PVH, Firecracker without ACPI' reproduced '4 1 32' tests/boot_vmm.sh firecracker-mp @ "$work/hello"
    row 'Linux boot protocol, Firecracker' reproduced '4 1 32' \
        tests/boot_vmm.sh firecracker-linux @ "$work/hello"
    row 'PVH, Cloud Hypervisor' reproduced '4 1 64' tests/boot_vmm.sh cloud-hypervisor @ "$work/hello"
    cat <<END

*run*: on that machine itself; *reproduced*: from the state its sources describe, made by
\`tests/vmm\` inside QEMU. The time goes from the start of the VMM's process, firmware and boot loader
included, to the first line of \`main\` in the last rank; medians of 3, or one run of more than 3 s.
$(nproc) CPUs ($model), VMs emulated (QEMU by TCG).
END
}

if [ "$readme" = no ]; then
    table
    exit
fi
page_check README.md doors
table >"$work/table"
page_write README.md doors "$work/table"
