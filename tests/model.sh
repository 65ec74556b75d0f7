#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# model.sh: checks the model of the virtqueue (vq/vq.pml) with spin, over all interleavings; and that
# the versions without the release and without the fence fail, or the model could not see them.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

check() { # EXPECTED-ERRORS FLAGS...
    want=$1
    shift
    spin "$@" -a "$root/vq/vq.pml"
    cc -O2 -DSAFETY -o pan pan.c
    ./pan -m100000 > out 2>&1
    errors=$(sed -n 's/.*errors: \([0-9]*\)$/\1/p' out)
    if [ "$errors" != "$want" ]; then
        cat out
        echo "vq.pml $*: $errors errors, $want expected"
        exit 1
    fi
    echo "vq.pml $*: $errors errors, as expected; $(sed -n 's/ *\([0-9]*\) states, stored.*/\1/p' out) states"
}

check 0
check 0 -DHEAVY
check 1 -DNO_RELEASE
check 1 -DNO_FENCE
check 1 -DNO_FENCE -DHEAVY
