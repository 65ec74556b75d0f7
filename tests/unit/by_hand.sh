#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# by_hand.sh BIN: images as plain Linux processes, started in ways that programs meet in real life:
# closed descriptors, a reader that leaves, a directory that is gone, narrow limits.
set -u
BIN=$1
PROGRAM=$(cd "$(dirname "$0")" && pwd)/by_hand.c
cases=0 failures=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work" "$work.image"' EXIT
cd "$work" || exit 1

# expect NAME WANTED COMMAND...: standard output and error together, and the status in a last line.
expect() {
    local name=$1 wanted=$2 got
    shift 2

    got=$("$@" 2>&1 </dev/null; echo "status $?")
    cases=$((cases + 1))
    [ "$got" = "$wanted" ] && return
    failures=$((failures + 1))
    printf '%s: expected\n%s\nbut got\n%s\n' "$name" "$wanted" "$got"
}

in_shell() { # LINE: in a shell of its own, which tells the status of the first part of a pipe
    PATH=$BIN:$PATH bash -o pipefail -c "$1"
}

"$BIN/mpicc" -o image -O2 "$PROGRAM" || exit 1

expect 'closed input' $'read: Bad file descriptor\nnext is 0\nstatus 0' in_shell './image input <&-'
expect 'closed input, other ranks' \
    $'read: Bad file descriptor\nnext is 0\nread: Bad file descriptor\nnext is 0\nstatus 0' \
    in_shell 'TORITO_RANKS=2 ./image input <&-'
expect 'all closed' $'status 9' in_shell './image silent <&- >&- 2>&-'
expect 'a reader that leaves' $'line 0\nstatus 141' in_shell './image lines | head -n 1'
expect 'the same under mpiexec' $'line 0\nstatus 141' in_shell 'mpiexec -n 2 ./image lines | head -n 1'
expect 'SIGPIPE under mpiexec' $'status 141' in_shell 'mpiexec -n 1 ./image pipe'
expect 'a directory that is gone' $'getcwd: No such file or directory\nstatus 0' \
    in_shell 'mkdir gone && cd gone && rmdir ../gone && ../image cwd'
expect 'blocked signals' $'next is 3\nstatus 0' env --block-signal=SYS --block-signal=SEGV ./image input
expect 'the same by seccomp' $'next is 3\nstatus 0' \
    env TORITO_SYSCALLS=seccomp env --block-signal=SYS --block-signal=SEGV ./image input
expect 'too many ranks' $'torito: 5000 ranks asked for; Torito runs 1 to 1024\nstatus 125' \
    env TORITO_RANKS=5000 ./image silent
expect 'too many cores' $'torito: 300 cores asked for; there can be 1 to 256\nstatus 125' \
    env TORITO_CORES=300 ./image silent
for number in 0 two 2x ''; do
    expect "TORITO_RANKS=$number" $'torito: TORITO_RANKS is a number of ranks, at least 1\nstatus 125' \
        env "TORITO_RANKS=$number" ./image silent
    expect "TORITO_CORES=$number" $'torito: TORITO_CORES is a number of cores, at least 1\nstatus 125' \
        env "TORITO_CORES=$number" ./image silent
done
# As cron and su leave people: in a folder that is not theirs to enter.
mkdir shut && chmod 700 shut
cp image "$work.image" && chmod 755 "$work.image"
if [ "$(id -u)" -eq 0 ]; then
    nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
    expect 'a folder without permission' "$work/shut"$'\nstatus 0' \
        in_shell "cd shut && $nobody $work.image cwd"
fi
[ "$failures" -eq 0 ] && echo "done $cases"
