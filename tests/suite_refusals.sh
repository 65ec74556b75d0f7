# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_refusals.sh: when things go wrong, one case each: the status, the sentence, the time, and that
# nothing is left behind (the harness looks). Programs: tests/refusals, tests/launch.

refusals_build() {
    image "$TESTS/refusals/fault.c" -O0 -g && image "$TESTS/launch/sleepers.c" -O2 &&
        image "$TESTS/launch/rank.c" -O2
}

# fault MACHINE RANKS KIND STATUS PATTERN...: rank RANKS - 1 fails while the others wait. The job must
# end within a second from there, and standard error must match each pattern.
fault() {
    local machine=$1 ranks=$2 kind=$3 wanted=$4 status=0 armed='' line pid pattern
    shift 4

    mkfifo pipe
    # shellcheck disable=SC2086 # options are words
    on "$machine" ${FAULT_OPTIONS:-} --timeout 30 -n "$ranks" "$IMAGES/fault" "$kind" >pipe 2>err &
    pid=$!
    while read -r line; do # to its end: when all who could write have gone
        [ "$line" != armed ] || armed=${EPOCHREALTIME/[.,]/}
    done <pipe
    wait "$pid" || status=$?
    cat err
    [ -n "$armed" ] || fail "the program did not get as far as failing: $(head -c 200 err)"
    within "the end" $(((${EPOCHREALTIME/[.,]/} - armed) / 1000)) "${FAULT_MS:-1000}"
    equal status "$status" "$wanted"
    for pattern; do
        has err "$pattern"
    done
}

who='rank 3.*core [0-9]+|core [0-9]+.*rank 3' # in one line

fault_null() {
    local line
    line=$(grep -n NULL-READ "$TESTS/refusals/fault.c" | cut -d: -f1)
    fault "$1" 4 null 139 "$who" 'egmentation fault|SIGSEGV|signal 11' '0x0\b|address 0\b' fail_null fail_as \
        '\bmain\b' "fault\\.c:$line"
}
fault_write() { fault "$1" 4 write 139 "$who" 'egmentation fault|SIGSEGV|signal 11' fail_write; }
fault_jump() { fault "$1" 4 jump 139 "$who" 'egmentation fault|SIGSEGV|signal 11' fail_jump; }
fault_illegal() { fault "$1" 4 illegal 132 "$who" 'llegal instruction|SIGILL|signal 4' fail_illegal; }
fault_divide() { fault "$1" 4 divide 136 "$who" 'loating|divi[ds]|SIGFPE|signal 8' fail_divide; }
fault_abort() { fault "$1" 4 abort 134 "$who" 'bort|SIGABRT|signal 6' fail_abort fail_as; }
fault_overflow() { fault "$1" 4 overflow 139 "$who" 'stack overflow' fail_overflow; }
fault_raise() { fault "$1" 4 raise 143 "$who" 'erminated|SIGTERM|signal 15'; }
fault_mpi() { fault "$1" 4 mpi 7 'rank 3' 'MPI_Abort'; }
fault_exit() { fault "$1" 4 42 42 'rank 3' '\b42\b'; }
fault_exit_one() { fault "$1" 1 3 3; }

# Running out of memory takes as long as filling it: measured is only that it ends, and how.
fault_memory() {
    FAULT_MS=20000
    case $1 in
    linux | seccomp) ulimit -v 2097152 ;; # 2 GiB of address space: not all of the host's memory
    *) FAULT_OPTIONS='--mem 256M' ;;
    esac
    fault "$1" 2 memory 134 'rank 1.*core|core.*rank 1' \
        'malloc returned NULL after [0-9]+ MiB|memory' fail_memory
}

# --- wrong arguments ---

# Each row of tests/programs/bad_arguments.c by itself: the message has rank, function, argument and class.
arguments_fatal() {
    local row class function word status bad=0 count=0

    "$IMAGES/bad_arguments" list >rows
    while read -r row class function word; do
        status=0
        timeout 10 "$IMAGES/bad_arguments" "$row" >said 2>&1 || status=$?
        count=$((count + 1))
        [ "$status" != 0 ] && [ "$status" != 124 ] && grep -Eqi \
            "^torito: rank 0 of 1: ${function%_short}: .*($word).*\\($class\\)\$" said && continue
        bad=$((bad + 1))
        echo "row $row ($function, $word, $class): status $status: $(tail -n 1 said)"
    done <rows
    [ "$count" -gt 700 ] || fail "only $count rows"
    [ "$bad" = 0 ] || fail "$bad of $count rows have another message"
}

# A sender that nobody hears: the memory ends, and the job says what filled it.
flood() { # MACHINE CORES
    local options=(--timeout 50 --cores "$2" -n 2)

    case $1 in
    linux) ulimit -v 2097152 ;;
    *) options+=(--mem 256M) ;;
    esac
    run 39 on "$1" "${options[@]}" "$IMAGES/flood" 16000 # MPI_ERR_NO_MEM
    has err 'no memory for a message to rank 1 .*\(source 0, tag 5, 16000 bytes\), behind [0-9]{4,} others'
}

# --- refusals before anything runs ---

refuse() { # STATUS PATTERN ARGUMENT...
    local status=$1 pattern=$2
    shift 2
    run "$status" "$BIN/mpiexec" "$@"
    has err "$pattern"
    equal 'lines on standard error' "$(wc -l <err)" 1
    equal 'standard output' "$(cat out)" ''
    within 'the refusal' "$RUN_MS" 1000
}

refuse_not_image() {
    printf 'just text\n' >text && chmod +x text
    refuse 126 "text.*not an? (Torito )?(image|ELF)|not an? .*image.*text" -n 2 ./text
    refuse 126 'image' -n 2 /bin/true
}

refuse_truncated() {
    head -c 100000 "$IMAGES/rank" >short && chmod +x short
    refuse 126 'short' -n 2 ./short
}

# Kernel and launcher must agree on the memory they share.
refuse_other_version() {
    local at

    cp "$IMAGES/rank" old
    at=$(readelf -SW old | sed -nE 's/.* \.torito\.kernel +PROGBITS +[0-9a-f]+ ([0-9a-f]+) .*/\1/p')
    # struct kernel_header: job_version is its last word.
    printf '\377' | dd of=old bs=1 seek=$((0x$at + 36)) conv=notrunc status=none || fail 'nothing written'
    refuse 126 '"./old" was linked with another version of Torito; link it again' -n 2 ./old
    run 0 ./old # alone it needs no launcher
}

refuse_missing() {
    refuse 127 'nosuch' -n 2 ./nosuch
}

refuse_unreadable() {
    cp "$IMAGES/rank" secret && chmod 000 secret
    # Root reads everything unless it gives that right away.
    if [ "$(id -u)" -eq 0 ]; then
        run 126 setpriv --bounding-set=-dac_override,-dac_read_search \
            --inh-caps=-dac_override,-dac_read_search "$BIN/mpiexec" -n 2 ./secret
    else
        run 126 "$BIN/mpiexec" -n 2 ./secret
    fi
    has err 'secret.*([Pp]ermission|read)'
}

refuse_directory() { mkdir d && refuse 126 '\bd\b' -n 2 ./d; }
refuse_many_ranks() { refuse 2 '100000' -n 100000 "$IMAGES/rank"; }
refuse_no_program() { refuse 2 'program' -n 2; }
refuse_option() { refuse 2 'no-such-option' --no-such-option -n 2 "$IMAGES/rank"; }
refuse_bad_n() {
    local n

    for n in 0 -1 abc '' 2x 99999999999999999999; do
        refuse 2 '-n' -n "$n" "$IMAGES/rank"
    done
}

refuse_little_memory() {
    refuse 125 '[0-9.]+ ?[KMG]iB.*(--mem|fewer ranks)|(--mem|fewer ranks).*[0-9.]+ ?[KMG]iB' \
        --machine microvm --mem 16M -n 16 "$IMAGES/rank"
}

refuse_no_qemu() {
    refuse 125 '/no/such/qemu' --machine microvm --qemu /no/such/qemu -n 2 "$IMAGES/rank"
    PATH=/nonexistent refuse_bare_path
}
refuse_bare_path() {
    local status=0

    "$BIN/mpiexec" --machine microvm -n 2 "$IMAGES/rank" >out 2>err || status=$?
    export PATH=/usr/bin:/bin
    cat err
    equal status "$status" 125
    has err 'qemu-system-x86_64.*(--qemu|qemu-system-x86|PATH)'
}

# A /dev/kvm without a KVM module behind it: never chosen, and refused with the reason when asked for.
refuse_kvm() {
    if grep -Eq '^kvm_(intel|amd) ' /proc/modules; then
        echo 'this machine has a real KVM: nothing to refuse'
        return 0
    fi
    refuse 125 '[Kk][Vv][Mm]' --machine microvm --accel kvm -n 2 "$IMAGES/rank"
    run 0 "$BIN/mpiexec" -v -n 2 "$IMAGES/rank"
    has err 'linux.*(KVM|kvm)|(KVM|kvm).*linux'
}

# --- ends from outside ---

# Starts mpiexec in the background as $launcher, and waits until every rank is up.
start_sleepers() { # MACHINE RANKS OPTION...
    local machine=$1 ranks=$2
    shift 2

    [ "$machine" != seccomp ] || export TORITO_SYSCALLS=seccomp
    [ "$machine" != seccomp ] || machine=linux
    # In the background a shell starts programs with SIGINT ignored: undo that.
    env --default-signal=INT,QUIT "$BIN/mpiexec" --machine "$machine" "$@" -n "$ranks" \
        "$IMAGES/sleepers" 50 >out 2>err &
    launcher=$!
    for ((i = 0; i < 1000; i++)); do
        [ "$(grep -c '^up$' out 2>/dev/null)" != "$ranks" ] || return 0
        kill -0 "$launcher" 2>/dev/null || break
        sleep 0.02
    done
    fail "the ranks did not come up: $(head -c 200 err)"
}

end_by_signal() { # MACHINE SIGNAL STATUS
    local status=0 start

    start_sleepers "$1" 4
    start=${EPOCHREALTIME/[.,]/}
    kill "-$2" "$launcher"
    wait "$launcher" || status=$?
    within 'the end' $(((${EPOCHREALTIME/[.,]/} - start) / 1000)) 1000
    equal status "$status" "$3"
}

end_interrupt() { end_by_signal "$1" INT 130; }
end_terminate() { end_by_signal "$1" TERM 143; }

# Nobody is asked: what hangs on the launcher must notice by itself.
end_killed() { # MACHINE
    local start others

    start_sleepers "$1" 4
    start=${EPOCHREALTIME/[.,]/}
    kill -KILL "$launcher"
    { wait "$launcher"; } 2>/dev/null
    for ((i = 0; i < 100; i++)); do
        others=$(pgrep -f -- "$IMAGES/sleepers" | tr '\n' ' ')
        [ -n "$others" ] || break
        sleep 0.02
    done
    within 'the end' $(((${EPOCHREALTIME/[.,]/} - start) / 1000)) 1000
}

end_timeout() { # MACHINE
    run 124 on "$1" --timeout 1.5 -n 4 "$IMAGES/sleepers" 50
    has err '1\.5 ?s'
    within 'the end' "$RUN_MS" 2500
    MPIEXEC_TIMEOUT=1 run 124 on "$1" -n 2 "$IMAGES/sleepers" 50
}

run_case refusal.build 60 refusals_build
run_case refusal.arguments 120 arguments_fatal # its image is one of suite_programs
for machine in "${MACHINES[@]}"; do
    kinds=(null write jump illegal divide abort overflow raise mpi exit exit_one memory)
    ends=(interrupt terminate killed timeout)
    if [ -z "$CHECK_FULL" ] && [ "$machine" = seccomp ]; then
        kinds=(null exit)
        ends=()
    elif [ -z "$CHECK_FULL" ] && [ "$machine" = q35 ]; then
        kinds=(null overflow)
        ends=(interrupt)
    fi
    for kind in "${kinds[@]}"; do
        run_case "refusal.$kind.$machine" 40 "fault_$kind" "$machine"
    done
    for kind in "${ends[@]}"; do
        run_case "refusal.$kind.$machine" 30 "end_$kind" "$machine"
    done
done
run_case refusal.flood.linux.2 60 flood linux 2 # likewise
run_case refusal.flood.linux.1 60 flood linux 1
run_case refusal.flood.microvm.2 60 flood microvm 2
for kind in not_image truncated other_version missing unreadable directory many_ranks no_program option \
    bad_n little_memory no_qemu kvm; do
    run_case "refusal.$kind" 20 "refuse_$kind"
done
