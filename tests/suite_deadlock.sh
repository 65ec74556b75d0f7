# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_deadlock.sh: jobs that get stuck end with a table of who waits for what; others are left alone.
# The ways are those of tests/programs/deadlock.c, the tables stand in deadlock.expected beside it.
# And mpiexec --check-collectives, by tests/programs/coll_mismatch.c.

# The tables without what differs from run to run: times, columns, source lines, and by which of its ranks
# a collective has got stuck.
deadlock_tidy() {
    sed -E -e 's/ [0-9]+\.[0-9]+ s( |$)/ /' -e 's/ at [^ ]+deadlock\.c:[0-9]+$//' -e 's/ +/ /g' \
        -e 's/^ | $//g' -e 's/[0-9]+ messages have/N messages have/' \
        -e 's/^[0-9,-]+ (.*), data (from|to) rank [0-9]+\)/some \1)/' "$1" | uniq
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

# Who is waited for is a program without MPI.
deadlock_no_mpi() {
    "$BIN/mpicc" -o quiet -x c - <<<'int main(void) { return 0; }'
    run 123 on linux --timeout 20 -n 1 ./quiet : -n 1 "$IMAGES/deadlock" synchronous
    has err '^  0 +nothing: it has ended$'
    has err '^  1 +MPI_Ssend .*deadlock\.c:[0-9]+$'
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

# A job that does not come to an end tells what its ranks do when it is ended: by the time, or by Ctrl-C.
deadlock_asked() { # MACHINE
    local job status=0

    cat >expected <<'END'
rank waits for called from
0 MPI_Test, which does not wait busy
1 MPI_Iprobe, which does not wait busy
2 nothing: its core computes
3 MPI_Recv(source 0, tag 42, 4 bytes, MPI_COMM_WORLD) busy
4 time, input or a signal nap
END
    "$BIN/mpiexec" --machine "$1" --timeout 50 --cores 5 -n 5 "$IMAGES/deadlock" busy >out 2>err &
    job=$!
    until grep -q '^up$' out; do # the time limit of the case ends this
        kill -0 "$job" 2>/dev/null || fail "it has ended: $(cat out err)"
        sleep 0.05
    done
    kill -INT "$job"
    wait "$job" || status=$?
    equal status "$status" 130
    deadlock_tidy err | sed -n '/^rank/,$p' >table
    same table expected
    run 124 on "$1" --timeout 3 --cores 1 -n 3 "$IMAGES/deadlock" all_poll
    has out '^up$'
    has err '^mpiexec: timed out after 3 s$'
    has err '^  0-2 +MPI_Iprobe, which does not wait .*all_poll at .*deadlock\.c:[0-9]+$'
    # Without MPI there is nothing to tell.
    "$BIN/mpicc" -o sleeps -x c - <<<$'#include <unistd.h>\nint main(void) { return pause(); }'
    run 124 on "$1" --timeout 1 -n 2 ./sleeps
    equal 'standard error' "$(cat err)" 'mpiexec: timed out after 1 s'
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
    run_case deadlock.room.2.microvm 30 deadlock_found room microvm 2
    for way in sleeps polls computes tests reads waits_for_signal other_thread_sleeps \
        passes_on room_late two_probes_late two_collectives; do
        run_case "deadlock.none.$way.linux" 30 deadlock_none "$way" linux
    done
    for way in sleeps reads passes_on room_late; do
        run_case "deadlock.none.$way.microvm" 30 deadlock_none "$way" microvm
    done
    for machine in linux microvm; do
        run_case "deadlock.asked.$machine" 60 deadlock_asked "$machine"
    done
    run_case deadlock.no_mpi 30 deadlock_no_mpi
    for machine in linux microvm; do
        run_case "deadlock.by_hand.$machine" 70 deadlock_by_hand "$machine"
    done
}

# Either rank of the two that differ may be the later one: both sentences are right.
mismatch_found() { # WAY CLASS PATTERN COMMUNICATOR
    local status=0

    on linux --check-collectives --timeout 20 -n 4 "$IMAGES/coll_mismatch" "$1" >out 2>err || status=$?
    cat out err
    has err "^mpiexec: rank [0-9] of 4: MPI_[A-Z][a-z_]+: $3; collective call (1|200) of $4 \\($2\\)\$"
    [ "$status" != 0 ] || fail 'status 0'
    run 3 on linux --check-collectives --timeout 20 -n 4 "$IMAGES/coll_mismatch" "$1" returns
    has out "^$2\$"
}

mismatch_none() { # MACHINE RANKS PROGRAM ARGUMENT...
    local machine=$1 ranks=$2 program=$3
    shift 3

    export TORITO_CHECK_COLLECTIVES=1
    run 0 on "$machine" --timeout 60 -n "$ranks" "$IMAGES/$program" "$@"
    has out '^ok'
    equal 'standard error' "$(cat err)" ''
}

mismatch_all() {
    local way class pattern ranks program

    run_case mismatch.build 60 image "$TESTS/programs/coll_mismatch.c" -O2 -g
    while read -r way class pattern; do
        run_case "mismatch.$way" 45 mismatch_found "$way" "MPI_ERR_$class" "$pattern" \
            "$([ "$way" = named ] && echo half || echo MPI_COMM_WORLD)"
    done <<'END'
function OTHER rank [0-3] calls MPI_(Bcast|Reduce), and rank [0-3] MPI_(Bcast|Reduce)
blocking OTHER rank [0-3] calls MPI_(Barrier|Ibarrier), and rank [0-3] MPI_(Barrier|Ibarrier)
root ROOT root is [01] on rank [0-3], and [01] on rank [0-3]
operation OP op is MPI_(SUM|MAX) on rank [0-3], and MPI_(SUM|MAX) on rank [0-3]
count COUNT rank [0-3] has (8|12) bytes, and rank [0-3] (8|12)
type TYPE rank [0-3] has data of other types than rank [0-3]
type_order TYPE rank [0-3] has data of other types than rank [0-3]
gather COUNT rank 3 gives 8 bytes to rank 0, which expects 4
gatherv COUNT rank 3 gives 4 bytes to rank 0, which expects 0
scatter COUNT rank 0 gives 8 bytes to rank 3, which expects 4
allgather TYPE rank 3 gives data of other types than rank [0-2] expects
alltoallv COUNT rank [03] gives [48] bytes to rank [03], which expects [48]
persistent COUNT rank [0-3] has [48] bytes, and rank [0-3] [48]
ahead OP op is MPI_(SUM|MIN) on rank [0-3], and MPI_(SUM|MIN) on rank [0-3]
named ROOT root is [01] on rank [01], and [01] on rank [01]
END
    for ranks in 1 4 13; do
        run_case "mismatch.none.$ranks.linux" 65 mismatch_none linux "$ranks" coll_mismatch none
    done
    run_case mismatch.none.4.microvm 65 mismatch_none microvm 4 coll_mismatch none
    for program in coll_data coll_reduce coll_start comm_make; do
        [ -x "$IMAGES/$program" ] || continue # suite_programs makes them
        run_case "mismatch.none.$program" 65 mismatch_none linux 5 "$program"
    done
}

deadlock_all
mismatch_all
