# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_boot.sh: the image as a kernel: started by hand in QEMU with 1 to 64 CPUs, from a CD, from other
# VMMs' start states, idle, many times in a row, in little memory.

boot_build() {
    image "$TESTS/launch/rank.c" -O2 && image "$TESTS/launch/sleepers.c" -O2 &&
        image "$TESTS/launch/dump.c" -O2 &&
        "$BIN/mpicxx" -o "$IMAGES/hello_cxx" "$TESTS/projects/src/hello.cpp" &&
        native "$TESTS/launch/dump.c"
}

# As a user types it: one rank for each CPU, output on the console.
boot_by_hand() { # MACHINE CPUS [QEMU-OPTION]...
    local machine=$1 cpus=$2
    shift 2

    # The bus has a ring for each pair of cores: beyond 64 they need more than the programs.
    run 0 by_hand "$machine" "$cpus" $((cpus > 64 ? 1024 : 512)) "$IMAGES/rank" 'bonjour' "$@"
    # A firmware may have left a line of its own unfinished before the first.
    tr -d '\r' <out | sed 's/^.*Booting from ROM\.*//' | grep '^bonjour' | sort -V >lines
    for ((r = 0; r < cpus; r++)); do
        echo "bonjour from $r of $cpus"
    done >wanted
    same lines wanted
}

boot_plain() {
    # No option beyond what QEMU needs to show a console and to end.
    run 0 timeout -k 2 60 qemu-system-x86_64 -M microvm -accel tcg -nographic -no-reboot \
        -kernel "$IMAGES/rank" -append 'plain'
    has out 'plain from 0 of 1'
}

boot_arguments() {
    run 0 by_hand microvm 1 128 "$IMAGES/dump" 'one "two words" three'
    has out '^3 arguments'
    has out '^argument 9 bytes'
}

boot_64mib() {
    run 0 by_hand microvm 4 64 "$IMAGES/rank" small
    equal lines "$(grep -c '^small from' out)" 4
    run 0 on microvm --mem 64M -n 4 "$IMAGES/rank"
    equal lines "$(grep -c '^hello from' out)" 4
}

# CPU time of a process in milliseconds.
cpu_ms() { # PID
    awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) * 1000 / hz) }' "/proc/$1/stat"
}

# A machine whose ranks all sleep must let the host sleep too: at most a tenth of one host CPU.
boot_idle() { # CPUS
    local qemu up before after seconds=3

    qemu-system-x86_64 -M microvm -accel tcg,thread=multi -smp "$1" -m 512 -nodefaults -no-user-config \
        -nographic -no-reboot -serial file:out -kernel "$IMAGES/sleepers" -append 40 2>err &
    qemu=$!
    for ((i = 0; i < 1500; i++)); do
        up=$(grep -c '^up' out 2>/dev/null)
        [ "${up:-0}" -lt "$1" ] || break
        kill -0 "$qemu" 2>/dev/null || break
        sleep 0.02
    done
    equal 'ranks up' "${up:-0}" "$1"
    before=$(cpu_ms "$qemu")
    sleep $seconds # the length of the measurement
    after=$(cpu_ms "$qemu")
    kill -KILL "$qemu"
    { wait "$qemu"; } 2>/dev/null
    echo "$((after - before)) ms of CPU time in $seconds s"
    [ $((after - before)) -le $((seconds * 100)) ] || fail "$((after - before)) ms of CPU time in $seconds s"
}

# Through the multiboot2 header: a CD by `torito iso`. C and C++, arguments, and the end by itself.
boot_grub() { # FIRMWARE
    run 0 "$TESTS/boot_grub.sh" "$1" "$IMAGES/dump" one 'two words' "it's" '$HOME "a\b"'
    has out '4 arguments'
    tr -d '\r' <out | grep -a '^argument' | sort -u >got
    "$NATIVE/dump" one 'two words' "it's" '$HOME "a\b"' | grep '^argument' | sort -u >wanted
    same got wanted
    run 0 "$TESTS/boot_grub.sh" "$1" "$IMAGES/hello_cxx" 'one'
    for r in 0 1; do
        has out "C\\+\\+: rank $r of 2, caught"
    done
}

# The start states of VMMs that cannot be installed here, made anew by tests/vmm: every CPU runs, arguments
# arrive, and the machine ends by itself.
boot_vmm() { # STATE CPUS
    run 0 "$TESTS/boot_vmm.sh" "$1" "$2" "$IMAGES/rank" bonjour
    equal ranks "$(grep -c "^bonjour from [0-9]* of $2" out)" "$2"
    run 0 "$TESTS/boot_vmm.sh" "$1" 1 "$IMAGES/dump" one '"two words"' three
    has out '^3 arguments'
    has out '^argument 9 bytes'
}

# What the kernel finds: nodes, and each rank's memory on its core's node.
boot_numa() {
    local rank from to

    # Memory on both sides of the hole below 4 GiB; node 1 lies above it, whole.
    run 0 timeout -k 2 60 "$BIN/torito" topo "$IMAGES/rank" --machine q35 --cores 4 --mem 5G -- \
        -object memory-backend-ram,id=a,size=3G,reserve=off -numa node,memdev=a,cpus=0-1 \
        -object memory-backend-ram,id=b,size=2G,reserve=off -numa node,memdev=b,cpus=2-3
    tr -d '\r' <out >said
    has said '^front door: PVH$'
    has said '^nodes: 2$'
    has said '^clock: TSC at [1-9][0-9]* kHz, by '
    has said "^ranks' memory: on their cores' nodes\$"
    for rank in 0 1 2 3; do
        has said "^core $rank: APIC id $rank, node $((rank / 2))\$"
        read -r from to < <(
            sed -nE "s/^rank $rank: core $rank, (0x[0-9a-f]+) to (0x[0-9a-f]+),.*/\1 \2/p" said
        )
        [ $((to - from)) -ge $((900 << 20)) ] || fail "rank $rank has $(((to - from) >> 20)) MiB"
        [ "$rank" -lt 2 ] || [ $((from)) -ge $((0x140000000)) ] || fail "rank $rank lies on node 0"
        [ "$rank" -ge 2 ] || [ $((to)) -le $((0x140000000)) ] || fail "rank $rank lies on node 1"
    done
    # A node with next to no memory: nobody is starved for its sake.
    run 0 timeout -k 2 60 "$BIN/torito" topo "$IMAGES/rank" --machine q35 --cores 2 --mem 520M -- \
        -object memory-backend-ram,id=a,size=512M -numa node,memdev=a,cpus=0 \
        -object memory-backend-ram,id=b,size=8M -numa node,memdev=b,cpus=1
    has out "^ranks' memory: equal parts of all"
}

# As much memory as can be had here without touching it, which the program then takes from its far end.
boot_big() { # MACHINE SIZE
    run 0 timeout -k 2 60 "$BIN/torito" topo "$IMAGES/rank" --machine "$1" --cores 2 --mem "$2" -- \
        -object "memory-backend-ram,id=a,size=$2,reserve=off" -machine memory-backend=a
    has out "^memory in all: $((${2%G} * 1024 - 1)) MiB"
    run 0 by_hand "$1" 2 "$2" "$IMAGES/rank" big -object "memory-backend-ram,id=a,size=$2,reserve=off" \
        -machine memory-backend=a
    equal lines "$(grep -c 'big from' out)" 4
}

# What no emulation by QEMU has: x2APIC, AVX-512 in every rank, a TSC whose frequency CPUID tells.
boot_bochs() {
    run 0 "$TESTS/boot_bochs.sh" 2 "$IMAGES/rank" torito.topo
    tr -d '\r' <out >said
    has said '^local APIC: x2APIC$'
    has said '^timer: TSC deadline$'
    has said '^features: .*avx512'
    has said '^core 1: APIC id 1'
    run 0 "$TESTS/boot_bochs.sh" 8 "$IMAGES/rank" bonjour
    equal ranks "$(tr -d '\r' <out | grep -c '^bonjour from [0-9]* of 8')" 8
    image "$TESTS/launch/avx512.c" -O2
    run 0 "$TESTS/boot_bochs.sh" 2 "$IMAGES/avx512" torito.ranks=4
    equal ranks "$(tr -d '\r' <out | grep -c '^avx512: rank [0-9]* of 4 kept its registers')" 4
}

boot_topo_refusals() {
    run 2 "$BIN/torito" topo
    run 2 "$BIN/torito" topo "$IMAGES/rank" --nothing
    has err 'no option'
    run 2 "$BIN/torito" topo "$IMAGES/rank" --cores
    has err 'value is missing'
    run 1 "$BIN/torito" topo /bin/true
    run 1 env PATH=/nowhere "$BIN/torito" topo "$IMAGES/rank"
    has err 'qemu-system-x86'
    run 0 "$BIN/torito" topo --help
    has out 'Usage'
}

# What `torito iso` refuses, and what it leaves behind then: nothing.
boot_iso_refusals() {
    run 1 "$BIN/torito" iso nowhere
    has err 'nowhere'
    run 1 "$BIN/torito" iso "$IMAGES/rank" -o . -- ""
    has err 'empty argument'
    run 1 "$BIN/torito" iso "$IMAGES/rank" -o /proc/x.iso
    run 1 "$BIN/torito" iso /bin/true -o x.iso
    run 2 "$BIN/torito" iso "$IMAGES/rank" -n 0
    run 2 "$BIN/torito" iso "$IMAGES/rank" an-argument
    has err 'behind --'
    mkdir empty
    PATH=$PWD/empty run 1 "$BIN/torito" iso "$IMAGES/rank" -o x.iso
    has err 'grub-common'
    has err 'xorriso'
    has err 'mtools'
    # grub-mkrescue itself fails.
    printf '#!/bin/sh\necho that is why; exit 1\n' >empty/grub-mkrescue
    chmod +x empty/grub-mkrescue
    PATH=$PWD/empty:$PATH run 1 "$BIN/torito" iso "$IMAGES/rank" -o x.iso
    has err 'that is why'
    rm -rf empty out err
    equal 'what is left' "$(ls -A)" ""
}

# With a BIOS the program writes to the screen as well; with --hold it can be read at leisure.
boot_screen() {
    local qemu

    run 0 "$BIN/torito" iso "$IMAGES/rank" -o cd.iso -n 3 --hold -- seen
    mkfifo monitor
    timeout -k 2 60 qemu-system-x86_64 -M q35 -accel tcg -smp 1 -m 256 -nodefaults -no-user-config \
        -display none -vga std -serial file:serial -cdrom cd.iso -monitor stdio <monitor >said 2>&1 &
    qemu=$!
    exec 3>monitor
    for ((i = 0; i < 2000; i++)); do
        ! grep -q 'ended with status 0' serial 2>/dev/null || break
        kill -0 "$qemu" 2>/dev/null || break
        sleep 0.02
    done
    printf 'pmemsave 0xb8000 4000 cells\nquit\n' >&3
    exec 3>&-
    wait "$qemu"
    # Two bytes a cell, 80 cells a line.
    od -An -v -tu1 -w160 cells | awk '{ for (i = 1; i < 160; i += 2) printf "%c", $i; print "" }' >screen
    cat screen
    for r in 0 1 2; do
        has screen "^seen from $r of 3 *$"
    done
    has screen '^torito: ended with status 0; the machine is on *$'
}

boot_in_a_row() { # MACHINE RANKS STARTS
    local i status

    for ((i = 1; i <= $3; i++)); do
        status=0
        on "$1" --timeout 20 -n "$2" "$IMAGES/rank" >out 2>err || status=$?
        [ "$status" -eq 0 ] || fail "start $i: status $status: $(head -c 200 err)"
        [ "$(sort -u out | wc -l)" -eq "$2" ] || fail "start $i: $(sort -u out | wc -l) lines"
    done
    echo "$3 starts"
}

run_case boot.build 60 boot_build
run_case boot.plain 70 boot_plain
run_case boot.arguments 70 boot_arguments
run_case boot.64MiB 70 boot_64mib
for firmware in bios uefi; do
    missing=$("$TESTS/boot_grub.sh" "$firmware" | tr '\n' ' ')
    if [ -z "$missing" ]; then
        run_case "boot.grub.$firmware" 130 boot_grub "$firmware"
    else
        echo "skip boot.grub.$firmware: not installed: $missing"
    fi
done
missing=$("$TESTS/boot_grub.sh" bios | tr '\n' ' ')
if [ -z "$missing" ]; then
    run_case boot.iso.refusals 20 boot_iso_refusals
    run_case boot.iso.screen 70 boot_screen
fi
run_case boot.vmm.firecracker 130 boot_vmm firecracker 32
run_case boot.vmm.firecracker-mp 130 boot_vmm firecracker-mp 4
run_case boot.vmm.firecracker-linux 130 boot_vmm firecracker-linux 2
run_case boot.vmm.firecracker-linux-mp 130 boot_vmm firecracker-linux-mp 32
run_case boot.vmm.cloud-hypervisor 130 boot_vmm cloud-hypervisor 8
run_case boot.numa 130 boot_numa
run_case boot.big.microvm 130 boot_big microvm 64G
run_case boot.big.q35 130 boot_big q35 500G
run_case boot.topo.refusals 20 boot_topo_refusals
if [ -n "$CHECK_FULL" ]; then
    missing=$("$TESTS/boot_bochs.sh" | tr '\n' ' ')
    if [ -z "$missing" ]; then
        run_case boot.bochs 600 boot_bochs
    else
        echo "skip boot.bochs: not installed: $missing"
    fi
    run_case boot.microvm.255 130 boot_by_hand microvm 255
    run_case boot.q35.255 130 boot_by_hand q35 255
    for cpus in 1 2 4 8 16 32 64; do
        for m in microvm microvm,acpi=off q35; do
            run_case "boot.$m.$cpus" 70 boot_by_hand "$m" "$cpus"
            run_case "boot.$m.$cpus.max" 70 boot_by_hand "$m" "$cpus" -cpu max
        done
    done
    run_case boot.row.microvm 900 boot_in_a_row microvm 4 200
    run_case boot.row.linux 120 boot_in_a_row linux 16 200
    run_case boot.row.seccomp 120 boot_in_a_row seccomp 16 200
    run_case boot.row.q35 300 boot_in_a_row q35 4 50
else
    # Every count and every kind of machine once, not each with each.
    run_case boot.microvm.1 70 boot_by_hand microvm 1
    run_case boot.microvm.4.max 70 boot_by_hand microvm 4 -cpu max
    run_case boot.microvm.16 70 boot_by_hand microvm 16
    run_case boot.microvm.64 70 boot_by_hand microvm 64
    run_case boot.acpi-off.2 70 boot_by_hand microvm,acpi=off 2 -cpu max
    run_case boot.acpi-off.32 70 boot_by_hand microvm,acpi=off 32
    run_case boot.q35.8 70 boot_by_hand q35 8
    run_case boot.q35.64.max 70 boot_by_hand q35 64 -cpu max
    run_case boot.row.microvm 120 boot_in_a_row microvm 4 10
    run_case boot.row.linux 60 boot_in_a_row linux 16 50
fi
run_case boot.idle.32 60 boot_idle 32
