# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_debug.sh: sessions with gdb by script: breakpoints, call paths, a rank's own globals.

debug_image() {
    image "$TESTS/programs/gdb_work.c" -O1 -g &&
        image "$TESTS/programs/core_work.c" -O1 -g -pthread &&
        image "$TESTS/programs/halo.c" -O2 &&
        image "$TESTS/programs/trace_pace.c" -O2 &&
        image "$TESTS/programs/fortran_program.f90" -O1 -g
}

# The rank asked for stops where it was told to, and its globals are its own.
debug_session() { # MACHINE RANK
    local global='"secret is %d\n"' argument='"argument is %d\n"'

    cat >session <<END
break work
continue
printf $argument, rank
bt
finish
printf $global, secret
info breakpoints
continue
END
    run 0 on "$1" --timeout 50 --gdb "$2" -n 4 "$IMAGES/gdb_work" <session
    grep -q "argument is $2$" out || fail 'no stop at work'
    grep -q "secret is $((1000 + $2))$" out || fail 'the global is not that of the rank'
    grep -q '^(gdb) #0  work ' out || fail 'bt does not begin at work'
    grep -q '^#1 .* in main (.*' out || fail 'bt does not lead to main'
    grep -q 'already hit 1 time' out || fail 'other ranks stopped there too'
    equal 'ranks that ended' "$(grep -c '^rank [0-3]: 200[0-6]$' out)" 4
}

# The kernel's symbols are there as well, at the right addresses.
debug_kernel() { # MACHINE
    printf '%s\n' 'break sys_write' 'continue' 'bt 1' 'delete' 'continue' >session
    run 0 on "$1" --timeout 50 --gdb 0 -n 2 "$IMAGES/gdb_work" <session
    grep -q '#0  sys_write ' out || fail 'no stop in the kernel'
}

debug_fortran() { # MACHINE
    printf '%s\n' 'info symbol $rip' 'continue' >session
    run 0 on "$1" --timeout 50 --gdb 1 -n 2 "$IMAGES/fortran_program" one <session
    grep -q 'MAIN__ in section' out || fail 'gdb does not stand at the Fortran program'
}

# What ends how: a killed job, a gdb that leaves, a time limit.
debug_end() { # MACHINE
    echo kill >session
    "$BIN/mpiexec" --machine "$1" --timeout 50 --gdb 1 -n 2 "$IMAGES/gdb_work" <session >out 2>&1 &&
        fail 'a job that was killed has ended well'
    echo quit >session
    run 0 on "$1" --timeout 50 --gdb 1 -n 2 "$IMAGES/gdb_work" <session
    equal 'ranks that ended' "$(grep -c '^rank [01]: 200[02]$' out)" 2
    echo 'python import time; time.sleep(60)' >session # by itself it would not leave
    run 124 on "$1" --timeout 5 --gdb 1 -n 2 "$IMAGES/gdb_work" <session
}

look() { # COMMAND...: what gdb says of core.1, into `looked`
    local -a commands=()
    local command

    for command; do
        commands+=(-ex "$command")
    done
    gdb -q -nx -batch "${commands[@]}" "$IMAGES/core_work" core.1 >looked 2>&1
    cat looked
}

# A core file of the rank that died, of all its threads, with its globals and its heap.
debug_core() { # MACHINE
    run 139 on "$1" --timeout 30 --core -n 3 "$IMAGES/core_work"
    grep -q 'core file core.1 in ' err || fail 'nobody says that there is one'
    equal 'core files' "$(echo core.*)" core.1
    look bt 'print secret' 'print array[77777]' 'print $_siginfo.si_signo' 'thread 2' bt
    grep -q '^#0 .* in fail (where=0x1, value=.*2.5' looked || fail 'no arguments of fail'
    grep -q '^#1 .* in main ' looked || fail 'no path to main'
    grep -q '= 102$' looked || fail 'secret is wrong'
    grep -q '= 4.25$' looked || fail 'the heap is wrong'
    grep -q '= 11$' looked || fail 'the signal is wrong'
    grep -q '^#1 .* in wait_for_ever ' looked || fail 'the other thread is not there'
    rm core.1
    run 134 on "$1" --timeout 30 --core -n 3 "$IMAGES/core_work" abort
    look bt
    grep -q '^#[1-4] .* in abort ' looked || fail 'no abort in the path'
}

# Only when asked for, and no harm where it cannot be written.
debug_core_not() {
    run 139 on linux --timeout 30 -n 3 "$IMAGES/core_work"
    [ ! -e core.1 ] || fail 'a core file that nobody wanted'
    mkdir core.1
    run 139 on linux --timeout 30 --core -n 3 "$IMAGES/core_work"
    grep -q 'no core file: Is a directory' err || fail 'nobody says why there is none'
    rmdir core.1
    (ulimit -c unlimited && run 139 on linux --timeout 30 -n 3 "$IMAGES/core_work") || exit
    [ -e core.1 ] || fail 'no core file though the limit allows it'
}

events() { # FILE NAME: how many of that name there are
    jq --arg name "$2" '[.traceEvents[] | select(.ph == "X" and .name == $name)] | length' "$1"
}

# Every call of every rank, with what it was about; times that lie in each other as calls do.
debug_trace() { # MACHINE
    local call

    run 0 on "$1" --timeout 50 --trace trace.json -n 8 "$IMAGES/halo"
    for call in MPI_Irecv MPI_Isend MPI_Waitall MPI_Allreduce; do
        equal "$call" "$(events trace.json $call)" 48
    done
    equal 'bytes of all sends' "$(jq '[.traceEvents[] | select(.name == "MPI_Isend") | .args.bytes] | add' \
        trace.json)" $((48 * 512 * 8))
    equal 'sends to the next rank with tag 7' "$(jq '[.traceEvents[] | select(.name == "MPI_Isend" and
        .args.peer == (.tid + 1) % 8 and .args.tag == 7)] | length' trace.json)" 48
    equal 'calls that overlap' "$(jq '[.traceEvents[] | select(.ph == "X" and .name != "not running")] |
        group_by(.tid) | map(sort_by(.ts) | . as $e | [range(1; length)] |
        map(select($e[.].ts + 0.002 < $e[. - 1].ts + $e[. - 1].dur)) | length) | add' trace.json)" 0
    run 0 "$BIN/torito" profile trace.json
    equal 'ranks' "$(grep -c '^rank [0-7]: .*compute' out)" 8
    equal 'lines of calls' "$(grep -cE '^  MPI_(Irecv|Isend|Waitall|Allreduce) +6 ' out)" 32
}

# What was recorded before a rank died is there, and more than fits into the buffer at once.
debug_trace_end() {
    run 139 on linux --timeout 30 --trace trace.json -n 3 "$IMAGES/core_work"
    [ "$(events trace.json MPI_Barrier)" -ge 1 ] || fail 'rank 1 has left no barrier in the timeline'
    image "$TESTS/../bench/latency.c" -O2 -I "$TESTS/../bench" "$TESTS/../bench/harness.c" \
        "$TESTS/../bench/line.c"
    run 0 on linux --timeout 50 --trace-all trace.json -n 2 "$IMAGES/latency" -m 8:8 -i 20000 -x 0
    [ "$(events trace.json MPI_Send)" -ge 40000 ] || fail "only $(events trace.json MPI_Send) sends"
    equal 'as many receives' "$(events trace.json MPI_Recv)" "$(events trace.json MPI_Send)"
    run 125 on linux --trace /nowhere/trace.json -n 1 "$IMAGES/halo"
    echo '{}' >other
    run 1 "$BIN/torito" profile other
}

# "RANK CALLS" of each rank: those recorded and those of its gaps.
calls_told() {
    jq -r '[.traceEvents[] | select(.ph == "X" and .name != "not running")] | group_by(.tid)[] |
        (map(if .name == "not recorded" then .args.calls else 1 end) | add) as $calls |
        "rank \(.[0].tid): \($calls) calls"' trace.json
}

# Of a dense stream some calls are recorded, and the number of the others is right whatever they are.
debug_trace_gaps() { # MACHINE
    run 0 on "$1" --timeout 50 --trace trace.json -n 4 "$IMAGES/trace_pace" \
        pingpong 20000 waits 10000 barriers 10000
    sort out >calls
    calls_told | cmp - calls || fail "the timeline tells of: $(calls_told)"
    equal 'calls in gaps' "$(jq '[.traceEvents[] | select(.ph == "X" and .name != "not running")] |
        group_by(.tid) | map(sort_by(.ts) | . as $e | [range(1; length)] |
        map(select($e[.].ts + 0.002 < $e[. - 1].ts + $e[. - 1].dur)) | length) | add' trace.json)" 0
    run 0 "$BIN/torito" profile trace.json
    equal 'all calls of ranks' "$(grep -cE '^  not recorded: .* with [0-9]+ of 80000 calls' out)" 4
}

# Calls that are not dense are recorded, all of them; in a dense stream the long waits. A rank that dies in a
# gap still tells how many calls it left out.
debug_trace_pace() {
    run 0 on linux --timeout 50 --trace trace.json -n 2 "$IMAGES/trace_pace" rare 2000
    equal 'sends' "$(events trace.json MPI_Send)" 4000
    equal 'receives' "$(events trace.json MPI_Recv)" 4000
    run 0 "$BIN/torito" profile trace.json
    ! grep -q 'not recorded: .* with [1-9]' out || fail 'calls were left out'
    run 0 on linux --timeout 50 --trace trace.json -n 2 "$IMAGES/trace_pace" pingpong 50000 late 5000
    sort out >calls
    calls_told | cmp - calls || fail "the timeline tells of: $(calls_told)"
    [ "$(jq '[.traceEvents[] | select(.name == "MPI_Recv" and .tid == 1 and .dur > 2000)] | length' \
        trace.json)" -ge 5 ] || fail 'of 10 long waits in a dense stream, more than 5 are missing'
    run 134 on linux --timeout 50 --trace trace.json -n 2 "$IMAGES/trace_pace" pingpong 30011 die
    calls_told | grep -q '^rank 0: 60022 calls$' || fail "of one that died: $(calls_told)"
}

debug_wrong() {
    run 2 "$BIN/mpiexec" --gdb x -n 2 "$IMAGES/gdb_work"
    run 2 "$BIN/mpiexec" --gdb 2 -n 2 "$IMAGES/gdb_work"
    PATH=/nowhere run 125 "$BIN/mpiexec" --machine linux --gdb 0 -n 2 "$IMAGES/gdb_work"
    grep -q 'install it' err || fail "no remedy in: $(cat err)"
}

run_case debug.build 60 debug_image
run_case debug.wrong 10 debug_wrong
run_case debug.core.not 60 debug_core_not
for machine in linux seccomp microvm; do
    run_case "debug.core.$machine" 60 debug_core "$machine"
done
run_case debug.trace.end 90 debug_trace_end
run_case debug.trace.pace 60 debug_trace_pace
for machine in linux microvm; do
    run_case "debug.trace.$machine" 60 debug_trace "$machine"
    run_case "debug.trace.gaps.$machine" 60 debug_trace_gaps "$machine"
    run_case "debug.session.0.$machine" 60 debug_session "$machine" 0
    run_case "debug.session.2.$machine" 60 debug_session "$machine" 2
    run_case "debug.kernel.$machine" 60 debug_kernel "$machine"
    run_case "debug.fortran.$machine" 60 debug_fortran "$machine"
    run_case "debug.end.$machine" 60 debug_end "$machine"
done
