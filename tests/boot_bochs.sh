#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# boot_bochs.sh: an image on Bochs, from a CD by `torito iso`: a PC with what QEMU's emulation lacks, among it
# x2APIC and AVX-512.
#
#   boot_bochs.sh CPUS IMAGE [ARGUMENT]...   its console is standard output
#   boot_bochs.sh            says what is missing here for it, one word each; nothing if it can run
#
# Slow: minutes. Ends when the machine powers off, which it must do by itself, or after $BOCHS_SECONDS (300)
# with status 124.
set -u
here=$(cd "$(dirname "$0")" && pwd)
torito=${TORITO_BIN:-$here/../build/bin}/torito
bios=/usr/share/bochs/BIOS-bochs-latest vga=/usr/share/vgabios/vgabios.bin

if [ $# -eq 0 ]; then
    "$here/boot_grub.sh" bios | grep -v '^qemu'
    command -v bochs >/dev/null || echo bochs
    [ -e "$bios" ] || echo bochsbios
    [ -e "$vga" ] || echo vgabios
    compgen -G '/usr/lib/*/bochs/plugins/libbx_term*' >/dev/null || echo bochs-term
    exit 0
elif [ $# -eq 1 ]; then
    sed -n '3,11s/^# \?//p' "$0"
    exit 2
fi
cpus=$1 image=$2
shift 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$torito" iso "$image" -o "$scratch/cd.iso" -- "$@" >&2 || exit
cat >"$scratch/bochsrc" <<END
display_library: term
megs: 128
romimage: file=$bios
vgaromimage: file=$vga
cpu: model=${BOCHS_CPU:-corei7_skylake_x}, count=$cpus, ips=50000000, reset_on_triple_fault=0
clock: sync=none
ata0-master: type=cdrom, path=$scratch/cd.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$scratch/serial
log: $scratch/log
panic: action=fatal
error: action=ignore
info: action=ignore
debug: action=ignore
magic_break: enabled=0
END
: >"$scratch/serial"
# The display wants a terminal and the debugger, which Debian's has built in, a word to go on.
echo continue >"$scratch/commands"
tail -f --pid=$$ -n +1 "$scratch/serial" &
tail=$!
echo 'boot_bochs.sh: starting' >&2
TERM=vt100 timeout -k 2 "${BOCHS_SECONDS:-300}" script -qec \
    "stty rows 30 cols 90; bochs -q -f $scratch/bochsrc -rc $scratch/commands" "$scratch/terminal" \
    </dev/null >/dev/null
status=$?
kill $tail
wait $tail 2>/dev/null
! grep -q 'soft power off' "$scratch/log" || status=0 # which Bochs calls a panic
exit $status
