#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# run_test.sh: what ./run does on machines other than this one, with stand-ins for the commands it
# would call: nothing missing, something missing as root, with sudo, and without.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cases=0

stand_in() { # NAME SCRIPT
    printf '#!/bin/sh\n%s\n' "$2" >"$scratch/bin/$1"
    chmod +x "$scratch/bin/$1"
}

# A machine with every command of this one, but no apt-get, no sudo, no cmake of its own.
machine() { # USER-ID
    local command

    rm -rf "${scratch:?}/bin"
    mkdir "$scratch/bin"
    : >"$scratch/called"
    for command in bash sh env dirname mktemp timeout tail rm printf cat sed gcc g++ gfortran objcopy ninja \
        qemu-system-x86_64 sleep; do
        ln -s "$(command -v $command)" "$scratch/bin/$command"
    done
    stand_in id "echo $1"
    stand_in cmake 'exit 0'
    stand_in apt-get "echo \"apt-get \$*\" >>'$scratch/called'"
}

expect() { # STATUS SAID CALLED
    local status=0 output called

    output=$(PATH=$scratch/bin "$root/run" --setup 2>&1) || status=$?
    called=$(cat "$scratch/called")
    cases=$((cases + 1))
    if [ "$status" != "$1" ] || ! grep -Eq -- "$2" <<<"$output" || [ "$called" != "$3" ]; then
        printf 'wanted status %s, "%s", calls:\n%s\ngot status %s:\n%s\ncalls:\n%s\n' "$1" "$2" "$3" \
            "$status" "$output" "$called"
        exit 1
    fi
}

install='apt-get -qq -y --no-install-recommends install'

machine 1000 # nothing is missing: no right, no network is needed
expect 0 'Building' ''

machine 0
rm "$scratch/bin/qemu-system-x86_64" "$scratch/bin/ninja"
expect 0 'qemu-system-x86 +the microVM' "apt-get -qq update
$install ninja-build qemu-system-x86"

machine 1000
rm "$scratch/bin/gfortran"
stand_in sudo "[ \"\$1\" = -v ] && exit 0; echo \"sudo \$1\" >>'$scratch/called'; exec \"\$@\""
expect 0 'gfortran +mpifort' "sudo apt-get
apt-get -qq update
sudo env
$install gfortran"

machine 1000
rm "$scratch/bin/gfortran"
expect 1 'as root, run: apt-get install gfortran' ''

machine 0
rm "$scratch/bin/gfortran" "$scratch/bin/apt-get"
expect 1 'please install gfortran yourself' ''

machine 0 # no network
rm "$scratch/bin/gfortran"
stand_in apt-get 'echo "Could not resolve deb.debian.org" >&2; exit 100'
expect 1 'FAILED, status 100' ''

machine 0 # the build fails
stand_in cmake 'echo "CMake Error: no"; exit 1'
expect 1 'CMake Error: no' ''

echo "done $cases"
