# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_deadlock.sh: jobs that get stuck end with a table of who waits for what; others are left alone.
# The ways are those of tests/programs/deadlock.c, the tables stand in deadlock.expected beside it.

# The tables without what differs from run to run: times, columns, source lines, and by which of its ranks
# a collective has got stuck.
deadlock_tidy() {
    sed -E -e 's/ [0-9]+\.[0-9]+ s( |$)/ /' -e 's/ at [^ ]+deadlock\.c:[0-9]+$//' -e 's/ +/ /g' \
        -e 's/^ | $//g' -e 's/^[0-9,-]+ (.*), data (from|to) rank [0-9]+\)/some \1)/' "$1" | uniq
}

deadlock_found() { # WAY MACHINE RANKS
    run 123 on "$2" --timeout 20 -n "$3" "$IMAGES/deadlock" "$1"
    sed -n "/^== $1 $3\$/,/^\$/p" "$TESTS/programs/deadlock.expected" | sed '1d;/^$/d' >expected
    [ -s expected ] || fail "no table is expected for $1 with $3 ranks"
    deadlock_tidy err >table
    same table expected
    # Its caller's line, where a table tells of one.
    grep -Eq 'deadlock\.c:[0-9]+$' err || fail 'no line of the source'
    within 'finding it' "$RUN_MS" 5000
}

deadlock_none() { # WAY MACHINE
    mkfifo input
    (sleep 0.7 && echo a line) >input &
    run 0 on "$2" --timeout 20 -n 4 "$IMAGES/deadlock" "$1" <input
    equal lines "$(grep -c '^ok$' out)" 4
    equal 'standard error' "$(cat err)" ''
}

deadlock_by_hand() { # MACHINE
    local status=0

    case $1 in
    linux) timeout 10 "$IMAGES/deadlock" receive >out 2>&1 || status=$? ;;
    *) by_hand "$1" 1 256M "$IMAGES/deadlock" receive >out 2>&1 || status=$? ;;
    esac
    cat out
    has out 'deadlock: every rank waits'
    has out 'rank 0 waits in .*\(source 0, tag 7, 4 bytes, MPI_COMM_WORLD\)'
    [ "$1" != linux ] || equal status "$status" 123
}

deadlock_all() {
    local way machine ranks

    run_case deadlock.build 60 image "$TESTS/programs/deadlock.c" -O0 -g -pthread
    while read -r _ way ranks; do
        run_case "deadlock.$way.$ranks.linux" 30 deadlock_found "$way" linux "$ranks"
    done < <(grep '^==' "$TESTS/programs/deadlock.expected")
    for way in receive wait_all barrier exited; do
        run_case "deadlock.$way.4.microvm" 30 deadlock_found "$way" microvm 4
    done
    for way in sleeps polls computes tests reads waits_for_signal other_thread_sleeps passes_on; do
        run_case "deadlock.none.$way.linux" 30 deadlock_none "$way" linux
    done
    for way in sleeps reads passes_on; do
        run_case "deadlock.none.$way.microvm" 30 deadlock_none "$way" microvm
    done
    for machine in linux microvm; do
        run_case "deadlock.by_hand.$machine" 70 deadlock_by_hand "$machine"
    done
}

deadlock_all
