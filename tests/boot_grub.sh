#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# boot_grub.sh: an image on a machine that no VMM helps to start: a CD that GRUB boots from, in QEMU's
# q35 with its BIOS or with UEFI.
#
#   boot_grub.sh bios|uefi IMAGE ARGUMENTS [QEMU-OPTION]...   its console is standard output
#   boot_grub.sh bios|uefi    says what is missing here for it, one word each; nothing if it can run
#
# Ends when the machine powers off, which it must do by itself, or after a minute with status 124.
set -u
uefi_code=/usr/share/OVMF/OVMF_CODE.fd

missing() { # FIRMWARE
    local command

    for command in qemu-system-x86_64 grub-mkrescue xorriso; do
        command -v "$command" >/dev/null || echo "$command"
    done
    if [ "$1" = bios ]; then
        [ -e /usr/lib/grub/i386-pc/multiboot2.mod ] || echo grub-pc-bin
    else
        command -v mformat >/dev/null || echo mtools # grub-mkrescue's EFI partition is a FAT
        [ -e /usr/lib/grub/x86_64-efi/multiboot2.mod ] || echo grub-efi-amd64-bin
        [ -e "$uefi_code" ] || echo ovmf
    fi
}

case ${1:-} in
bios) firmware=() ;;
uefi) firmware=(-drive "if=pflash,format=raw,readonly=on,file=$uefi_code") ;;
*)
    sed -n '3,9s/^# \?//p' "$0"
    exit 2
    ;;
esac
if [ $# -lt 3 ]; then
    missing "$1"
    exit 0
fi
image=$2 arguments=$3
shift 3

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/cd/boot/grub"
cp "$image" "$scratch/cd/boot/app"
cat >"$scratch/cd/boot/grub/grub.cfg" <<END
serial
terminal_output serial
multiboot2 /boot/app $arguments
boot
END
if ! grub-mkrescue -o "$scratch/cd.iso" "$scratch/cd" >"$scratch/log" 2>&1; then
    cat "$scratch/log" >&2
    exit 1
fi
timeout -k 2 60 qemu-system-x86_64 -M q35 -accel tcg,thread=multi -smp 2 -m 256 -nodefaults \
    -no-user-config -display none -serial stdio "${firmware[@]}" -cdrom "$scratch/cd.iso" "$@"
