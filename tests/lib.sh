# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# lib.sh: what the suites share: building test programs into images, and running them on a machine.
# Sourced after harness_begin.

IMAGES=$harness_dir/images
NATIVE=$harness_dir/native
TESTS=$HARNESS_ROOT/tests
mkdir -p "$IMAGES" "$NATIVE"

# The machines an image runs on. `seccomp` is machine linux with its second way to catch system calls;
# `microvm-9p` and `q35-9p` have files by 9p.
MACHINES=(linux seccomp microvm q35)

# image SOURCE [FLAG]...: $IMAGES/NAME, NAME being the source's without folder and ending.
image() {
    local source=$1 wrapper=mpicc name
    shift
    name=${source##*/}
    case $source in
    *.cc | *.cpp) wrapper=mpicxx ;;
    *.f | *.f90) wrapper=mpifort ;;
    esac
    "$BIN/$wrapper" -o "$IMAGES/${name%.*}" "$source" "$@"
}

# native SOURCE [FLAG]...: the same as an ordinary program of the host, to compare with.
native() {
    local source=$1 name
    shift
    name=${source##*/}
    gcc "$@" -o "$NATIVE/${name%.*}" "$source"
}

# on MACHINE [OPTION]... PROGRAM [ARGUMENT]...
on() {
    local machine=$1
    shift
    if [ "$machine" = seccomp ]; then
        TORITO_SYSCALLS=seccomp "$BIN/mpiexec" --machine linux "$@"
    else
        case $machine in
        *-9p) set -- --files 9p "$@" ;;
        esac
        "$BIN/mpiexec" --machine "${machine%-9p}" "$@"
    fi
}

# by_hand MACHINE CPUS MEMORY IMAGE ARGUMENTS [QEMU-OPTION]...: QEMU without mpiexec; its console is
# standard output. Ends with the machine. Always emulated: the figures and the limits are for that.
by_hand() {
    local machine=$1 cpus=$2 memory=$3 image=$4 arguments=$5
    shift 5
    timeout -k 2 60 qemu-system-x86_64 -M "$machine" -accel tcg,thread=multi -smp "$cpus" -m "$memory" \
        -nodefaults -no-user-config -nographic -no-reboot -serial stdio \
        -kernel "$image" -append "$arguments" "$@"
}
