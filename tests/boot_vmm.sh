#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# boot_vmm.sh: an image from the start state of a VMM that cannot be installed here, re-created in QEMU by
# the loader in tests/vmm.
#
#   boot_vmm.sh STATE CPUS IMAGE [WORD]... [-- QEMU-OPTION...]   its console is standard output
#
# STATE: firecracker, firecracker-mp (MP table only), firecracker-linux, firecracker-linux-mp (the Linux
# boot protocol instead of PVH), cloud-hypervisor (no serial port). Ends when the machine does, which it
# must do by itself, or after a minute with status 124.
set -u
if [ $# -lt 3 ]; then
    sed -n '3,10s/^# \?//p' "$0"
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
state=$1 cpus=$2 image=$3
shift 3
words=()
while [ $# -gt 0 ]; do
    word=$1
    shift
    [ "$word" != -- ] || break
    words+=("$word")
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
gcc -m32 -march=i686 -O1 -ffreestanding -fno-pie -fno-stack-protector -fcf-protection=none \
    -mgeneral-regs-only -isystem /usr/include/x86_64-linux-gnu -Wall -Wextra -Werror -nostdlib -static \
    -no-pie -Wl,--build-id=none,--no-warn-rwx-segments -Wl,-T,"$here/vmm/loader.ld" \
    -o "$scratch/loader" "$here"/vmm/{start.S,loader.c,states.c} || exit 1

# Serial port COM1, or none but the debug port.
console=(-serial stdio)
[ "$state" != cloud-hypervisor ] || console=(-serial none -debugcon stdio)
echo 'boot_vmm.sh: starting' >&2
timeout -k 2 60 qemu-system-x86_64 -M q35 -accel tcg,thread=multi -smp "$cpus" -m 320 -nodefaults \
    -no-user-config -no-reboot -display none "${console[@]}" -kernel "$scratch/loader" -initrd "$image" \
    -append "$state $cpus ${words[*]}" "$@"
