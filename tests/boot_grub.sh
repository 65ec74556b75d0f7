#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# boot_grub.sh: an image on a machine that no VMM helps to start: a CD by `torito iso`, in QEMU's q35
# with its BIOS or with UEFI.
#
#   boot_grub.sh bios|uefi IMAGE [ARGUMENT]... [-- QEMU-OPTION...]   its console is standard output
#   boot_grub.sh bios|uefi    says what is missing here for it, one word each; nothing if it can run
#
# Two CPUs and 256 MiB unless the options say otherwise. Ends when the
# machine powers off, which it must do by itself, or after a minute with status 124.
set -u
torito=${TORITO_BIN:-$(dirname "$0")/../build/bin}/torito
uefi_code=/usr/share/OVMF/OVMF_CODE.fd

missing() { # FIRMWARE
    local command

    for command in qemu-system-x86_64 grub-mkrescue xorriso; do
        command -v "$command" >/dev/null || echo "$command"
    done
    command -v mformat >/dev/null || echo mtools
    [ -e /usr/lib/grub/i386-pc/multiboot2.mod ] || echo grub-pc-bin
    [ -e /usr/lib/grub/x86_64-efi/multiboot2.mod ] || echo grub-efi-amd64-bin
    [ "$1" = bios ] || [ -e "$uefi_code" ] || echo ovmf
}

case ${1:-} in
bios) firmware=() ;;
uefi) firmware=(-drive "if=pflash,format=raw,readonly=on,file=$uefi_code") ;;
*)
    sed -n '3,10s/^# \?//p' "$0"
    exit 2
    ;;
esac
if [ $# -lt 2 ]; then
    missing "$1"
    exit 0
fi
image=$2
shift 2
arguments=()
while [ $# -gt 0 ]; do
    word=$1
    shift
    [ "$word" != -- ] || break
    arguments+=("$word")
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$torito" iso "$image" -o "$scratch/cd.iso" -- "${arguments[@]}" >&2 || exit
echo 'boot_grub.sh: starting' >&2
timeout -k 2 60 qemu-system-x86_64 -M q35 -accel tcg,thread=multi -smp 2 -m 256 -nodefaults \
    -no-user-config -display none -serial stdio "${firmware[@]}" -cdrom "$scratch/cd.iso" "$@"
