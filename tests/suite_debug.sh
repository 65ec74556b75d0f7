# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_debug.sh: sessions with gdb by script: breakpoints, call paths, a rank's own globals.

debug_image() {
    image "$TESTS/programs/gdb_work.c" -O1 -g &&
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

debug_wrong() {
    run 2 "$BIN/mpiexec" --gdb x -n 2 "$IMAGES/gdb_work"
    run 2 "$BIN/mpiexec" --gdb 2 -n 2 "$IMAGES/gdb_work"
    PATH=/nowhere run 125 "$BIN/mpiexec" --machine linux --gdb 0 -n 2 "$IMAGES/gdb_work"
    grep -q 'install it' err || fail "no remedy in: $(cat err)"
}

run_case debug.build 60 debug_image
run_case debug.wrong 10 debug_wrong
for machine in linux microvm; do
    run_case "debug.session.0.$machine" 60 debug_session "$machine" 0
    run_case "debug.session.2.$machine" 60 debug_session "$machine" 2
    run_case "debug.kernel.$machine" 60 debug_kernel "$machine"
    run_case "debug.fortran.$machine" 60 debug_fortran "$machine"
    run_case "debug.end.$machine" 60 debug_end "$machine"
done
