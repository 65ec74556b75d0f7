# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_virtio.sh: virtio devices of a VM started by hand, by each transport and in each ring layout.

# How a device is attached: the machine, and QEMU's options for all devices.
declare -A VIRTIO_MACHINE=(
    [legacy]="microvm"
    [legacy-acpi-off]="microvm,acpi=off"
    [modern]="microvm"
    [modern-acpi-off]="microvm,acpi=off"
    [modern-packed]="microvm"
    [pci]="q35"
    [pci-packed]="q35"
)

# virtio_device WAY TYPE[,OPTION]...: sets `device` to QEMU's options for it.
virtio_device() {
    local bus=device packed=
    device=()
    case $1 in
    modern*) device=(-global virtio-mmio.force-legacy=false) ;;
    pci*) bus=pci ;;
    esac
    case $1 in
    *-packed) packed=,packed=on ;;
    esac
    device+=(-device "${2/%-/-$bus}$packed${3:-}")
}

virtio_build() {
    image "$TESTS/launch/rank.c" -O2
    image "$TESTS/launch/files_work.c" -O2
}

# No serial line: both streams of all ranks come by virtio-console.
virtio_console() { # WAY
    local device machine=${VIRTIO_MACHINE[$1]}

    [[ $machine == q35 ]] || machine+=,isa-serial=off
    virtio_device "$1" virtio-serial-
    : >console
    run 0 timeout -k 2 60 qemu-system-x86_64 -M "$machine" -accel tcg,thread=multi -smp 3 -m 256 \
        -nodefaults -no-user-config -nographic -no-reboot -serial none "${device[@]}" \
        -chardev file,id=console,path=console -device virtconsole,chardev=console \
        -kernel "$IMAGES/rank" -append salut
    sort console >lines
    for ((r = 0; r < 3; r++)); do
        echo "error salut from $r of 3"
        echo "salut from $r of 3"
    done | sort >wanted
    same lines wanted
}

# Directories of the host by 9p, found by their tags: the first is the working directory.
virtio_9p() { # WAY
    local device options=() machine=${VIRTIO_MACHINE[$1]} ranks=3 name
    declare -A readonly=([vm]=off [locked]=on)

    mkdir vm process locked
    echo there >locked/there
    for name in vm locked; do
        virtio_device "$1" virtio-9p- ",fsdev=$name,mount_tag=$name"
        options+=(-fsdev "local,id=$name,path=$PWD/$name,security_model=none,readonly=${readonly[$name]}"
            "${device[@]}")
    done
    run 0 by_hand "$machine" $ranks 512 "$IMAGES/files_work" /locked "${options[@]}"
    [ "$(grep -c 'files: ok$' out)" = $ranks ] || fail 'not every rank has finished'
    (cd process && on linux -n $ranks "$IMAGES/files_work") >/dev/null
    sort -o vm/log vm/log
    sort -o process/log process/log
    diff -r vm process || fail 'the files differ from those of a process'
    [ "$(ls locked)" = there ] || fail 'a read-only directory was changed'
}

run_case virtio.build 60 virtio_build
for way in legacy legacy-acpi-off modern modern-packed pci pci-packed; do
    run_case "virtio.console.$way" 70 virtio_console "$way"
    run_case "virtio.9p.$way" 70 virtio_9p "$way"
done
