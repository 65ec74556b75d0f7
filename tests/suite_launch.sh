# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_launch.sh: what passes between mpiexec and the ranks: arguments, environment, standard
# streams, folder, status. Programs: tests/launch.

launch_build() {
    local source

    for source in "$TESTS"/launch/*.c; do
        image "$source" -O2 -g || return
    done
    native "$TESTS/launch/dump.c"
}

# Whatever bytes the shell can pass, the program must get.
launch_arguments() { # MACHINE
    local long
    local -a args

    long=$(head -c 100000 /dev/zero | tr '\0' 'x')
    # Only ":" alone is not the program's: it parts `mpiexec A : B`.
    args=('' ' ' 'two words' "it's" '"quoted"' "\\" '\n' '$HOME' '`id`' '%s%n' '*' '-n' '--' '#' ',' '::'
        $'line\nbreak' $'tab\there' $'\x80\xff\xfe' 'grüße' $'\x01\x1b[0m' '=' 'a=b' "$long" '')
    export CASE_EMPTY='' CASE_SPACES='  a  b  ' CASE_LINES=$'one\ntwo\n' CASE_BYTES=$'\x80\xff' \
        CASE_QUOTES="\"'\\" CASE_LONG="$long" CASE_EQUALS='a=b=c'
    "$NATIVE/dump" "${args[@]}" >native
    run 0 on "$1" -n 1 "$IMAGES/dump" "${args[@]}"
    same out native
    run 0 on "$1" -n 3 "$IMAGES/dump" a '' b
    equal "lines of three ranks" "$(grep -c '^3 arguments$' out)" 3
}

# More than one megabyte in all; Linux allows 128 KiB in one string.
launch_arguments_many() { # MACHINE
    local part
    local -a args=()

    part=$(head -c 1000 /dev/zero | tr '\0' 'y')
    for ((i = 0; i < 1100; i++)); do
        args+=("$i$part")
    done
    (
        ulimit -s unlimited # Linux takes a quarter of it for arguments
        "$NATIVE/dump" "${args[@]}" >native
        run 0 on "$1" -n 1 "$IMAGES/dump" "${args[@]}"
    ) || exit
    same out native
}

launch_environment() { # MACHINE
    export CASE_A=1 CASE_B=2
    run 0 on "$1" -n 1 -env CASE_C 3 "$IMAGES/dump"
    equal variables "$(grep -c '^variable' out)" 3
    run 0 on "$1" -genvnone -env CASE_D 4 -n 1 "$IMAGES/dump"
    equal variables "$(grep -c '^variable' out)" 1
    run 0 on "$1" -genvlist CASE_B -n 1 "$IMAGES/dump"
    equal variables "$(grep -c '^variable' out)" 1
}

launch_stdin() { # MACHINE
    head -c 3000001 /dev/urandom >data
    run 0 on "$1" -n 3 "$IMAGES/copy" <data
    same out data
    has err '^rank 0 read 3000001 bytes'
    has err '^rank 2 read 0 bytes'
    run 0 on "$1" -n 2 "$IMAGES/copy" </dev/null
    has err '^rank 0 read 0 bytes'
    # Input that comes slowly: through a pipe, in two parts.
    run 0 bash -c "(echo one; sleep 0.2; echo two) | { . '$TESTS/harness.sh'; $(declare -f on)
        on $1 -n 1 '$IMAGES/copy'; }"
    equal "what came through the pipe" "$(cat out)" $'one\ntwo'
    # A program that does not read must not stop one that writes to it, nor the end.
    run 0 on "$1" -n 1 "$IMAGES/rank" < <(yes)
}

# Every line of every rank whole, in the rank's order, none missing.
launch_lines() { # MACHINE RANKS COUNT
    run 0 on "$1" -n "$2" "$IMAGES/lines" "$3"
    awk -v ranks="$2" -v count="$3" '
        !/^<[0-9]+ [0-9]+ [a-z]*>$/ { print "torn: " substr($0, 1, 100); exit 1 }
        {
            rank = substr($1, 2) + 0
            if ($2 + 0 != next_line[rank]++) { print "out of order: rank " rank " line " $2; exit 1 }
            fill = (rank * 31 + $2 * 7) % 2000
            if (length($3) != fill + 1) { print "wrong length: rank " rank " line " $2; exit 1 }
        }
        END {
            for (rank = 0; rank < ranks; rank++)
                if (next_line[rank] != count) { print "rank " rank ": " next_line[rank] + 0 " lines"; exit 1 }
        }' out >verdict || fail "$(head -n 1 verdict)"
}

# A reader that is slower than the ranks holds them up, and loses nothing.
launch_slow_reader() { # MACHINE
    run 0 bash -c "$(declare -p BIN IMAGES); $(declare -f on)
        on $1 -n 4 '$IMAGES/lines' 300 | { sleep 0.5; cat; }"
    equal lines "$(wc -l <out)" 1200
}

# When the reader goes away the job ends, as a pipeline does.
launch_reader_gone() { # MACHINE
    local start=${EPOCHREALTIME/[.,]/}

    on "$1" -n 2 "$IMAGES/lines" 100000 2>err | head -n 1 >out
    within "the end after the reader's" $(((${EPOCHREALTIME/[.,]/} - start) / 1000)) 10000
}

launch_prefix() { # MACHINE
    run 0 on "$1" -l -n 3 "$IMAGES/rank"
    for r in 0 1 2; do
        has out "^\\[?$r\\]?:? ?hello from $r of 3$"
        has err "^\\[?$r\\]?:? ?error hello from $r of 3$"
    done
    equal lines "$(wc -l <out)" 3
}

launch_mpmd() { # MACHINE
    run 0 on "$1" -n 2 "$IMAGES/rank" first : -n 1 "$IMAGES/rank" second
    sort out >sorted
    printf '%s\n' 'first from 0 of 3' 'first from 1 of 3' 'second from 2 of 3' >wanted
    same sorted wanted
    # Another program altogether.
    run 0 on "$1" -n 1 "$IMAGES/rank" first : -n 2 "$IMAGES/dump" x
    has out '^first from 0 of 3$'
    equal 'lines of the second program' "$(grep -c '^1 arguments$' out)" 2
}

launch_folder() { # MACHINE
    mkdir -p "a folder"
    echo treasure >"a folder/file"
    run 0 on "$1" -n 1 "$IMAGES/where"
    has out "^cwd $PWD\$"
    run 0 on "$1" -wdir "a folder" -n 1 "$IMAGES/where"
    has out "^cwd $PWD/a folder\$"
    run 0 on "$1" -wdir "a folder" -n 1 "$IMAGES/where" file
    has out '^file says treasure'
}

launch_outfiles() { # MACHINE
    run 0 on "$1" -n 2 -outfile-pattern 'o.%r' -errfile-pattern 'e.%r' "$IMAGES/rank"
    equal "rank 1's file" "$(cat o.1)" 'hello from 1 of 2'
    equal "rank 0's error file" "$(cat e.0)" 'error hello from 0 of 2'
}

launch_strace() { # MACHINE
    run 0 on "$1" --strace -n 2 "$IMAGES/rank"
    has err 'write\(1, "hello from 1 of 2'
    has err 'exit_group\(0\)'
}

# 64 ranks on the cores there are.
launch_many_ranks() { # MACHINE
    run 0 on "$1" -n 64 "$IMAGES/rank"
    equal lines "$(sort -u out | wc -l)" 64
}

# How many threads of the VM of mpiexec $1 are bound to one CPU; how many CPUs these are.
threads_pinned() { # PID
    local qemu
    qemu=$(cat "/proc/$1/task/$1/children") && sed -nE 's/^Cpus_allowed_list:\t([0-9]+)$/\1/p' \
        "/proc/${qemu% }"/task/*/status | sort | uniq -c | awk '{ n += $1 } END { print n + 0, NR }'
}

# Each virtual CPU's thread is bound to a CPU of its own, by what QEMU tells through QMP; unless asked
# not to.
launch_pinned() {
    local job bound=(--report-bindings) wanted

    mkfifo in
    for wanted in '2 2' '0 0'; do
        "$BIN/mpiexec" --machine microvm --timeout 30 "${bound[@]}" -n 2 \
            "$IMAGES/copy" <in >out 2>err &
        job=$!
        exec 3>in
        echo ready >&3
        for ((i = 0; i < 500; i++)); do
            ! grep -q ready out || [ "$(threads_pinned "$job")" != "$wanted" ] || break
            sleep 0.02
        done
        equal 'threads pinned, and CPUs' "$(threads_pinned "$job")" "$wanted"
        exec 3>&-
        wait "$job" || fail "status $?"
        [ "$wanted" = '0 0' ] || has err 'rank 1: core 1, a virtual CPU, bound to CPU [0-9]+:'
        [ "$wanted" = '2 2' ] || has err 'rank 1: core 1, a virtual CPU, not bound:'
        bound+=(-bind-to none)
    done
}

# Whether KVM is real is probed: a /dev/kvm that opens is not enough.
launch_kvm() {
    local status=0

    on microvm --accel kvm --timeout 20 -n 2 "$IMAGES/rank" >out 2>err || status=$?
    case $status in
    0) equal lines "$(sort -u out | wc -l)" 2 ;;
    125) has err '^mpiexec: KVM does not work here: .+; use --accel tcg or --machine linux$' ;;
    *) fail "status $status" ;;
    esac
    [ "$status" = 125 ] || [ -e /sys/module/kvm_intel ] || [ -e /sys/module/kvm_amd ] ||
        fail 'KVM without a module for the CPU'
}

run_case launch.build 60 launch_build
run_case launch.kvm 30 launch_kvm
if [ "$(nproc)" -ge 2 ]; then
    run_case launch.pinned 80 launch_pinned
else
    echo 'skip launch.pinned: this host has one CPU'
fi
lines=100
[ -z "$CHECK_FULL" ] || lines=2000
for machine in "${MACHINES[@]}"; do
    run_case "launch.arguments.$machine" 30 launch_arguments "$machine"
    run_case "launch.stdin.$machine" 60 launch_stdin "$machine"
    run_case "launch.lines.$machine" 90 launch_lines "$machine" 16 "$lines"
    run_case "launch.folder.$machine" 30 launch_folder "$machine"
    # seccomp is another way for system calls to arrive; q35 differs from microvm in its boot only.
    if [ "$machine" = linux ] || [ "$machine" = microvm ] || [ -n "$CHECK_FULL" ]; then
        run_case "launch.arguments-many.$machine" 30 launch_arguments_many "$machine"
        run_case "launch.environment.$machine" 30 launch_environment "$machine"
        run_case "launch.slow-reader.$machine" 30 launch_slow_reader "$machine"
        run_case "launch.reader-gone.$machine" 20 launch_reader_gone "$machine"
        run_case "launch.prefix.$machine" 20 launch_prefix "$machine"
        run_case "launch.mpmd.$machine" 30 launch_mpmd "$machine"
        run_case "launch.outfiles.$machine" 20 launch_outfiles "$machine"
        run_case "launch.strace.$machine" 20 launch_strace "$machine"
        run_case "launch.64-ranks.$machine" 60 launch_many_ranks "$machine"
    fi
done
