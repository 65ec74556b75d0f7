# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# harness.sh: runs test cases. Sourced by bash scripts; needs bash 5.1 for `wait -n -p`.
#
#   harness_begin FOLDER          logs and folders of the cases go below FOLDER
#   run_case NAME SECONDS COMMAND [ARGUMENT]...
#   harness_end                   prints "N passed, N failed"; status 1 if any failed or none ran
#
# A case is a command, often a function of the sourcing script. It runs in a subshell of its own
# process group, in an empty folder, with an empty TMPDIR, without stdin, and has passed if
#   - it ended with status 0 within its time limit, and
#   - no process it started is alive, and TMPDIR and the shared places below hold nothing of it.
# Anything else is a failure, and the first reason found is printed. A case says why it fails with
# `fail WHY`; its output goes to FOLDER/NAME/log. Cases do not count: only run_case does.
set -u

HARNESS_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BIN=${TORITO_BIN:-$HARNESS_ROOT/build/bin}
harness_dir=
harness_only=
harness_group=
harness_guard=

harness_begin() {
    harness_dir=$1
    harness_only=${CHECK_ONLY:-}
    rm -rf "$harness_dir"
    mkdir -p "$harness_dir"
    : >"$harness_dir/results"
    # The terminal's Ctrl-C reaches this shell only: each case is a group of its own.
    trap 'harness_interrupted' INT TERM
}

harness_interrupted() {
    [ -n "$harness_group" ] && kill -KILL -- "-$harness_group" 2>/dev/null
    [ -n "$harness_guard" ] && kill "$harness_guard" 2>/dev/null
    echo "interrupted"
    exit 130
}

# Lines of `ok` and `FAIL` become counts only here.
harness_end() {
    local passed failed

    passed=$(grep -c '^ok ' "$harness_dir/results")
    failed=$(grep -c '^FAIL ' "$harness_dir/results")
    if [ "$failed" -gt 0 ]; then
        echo
        grep '^FAIL ' "$harness_dir/results"
    fi
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

harness_verdict() { # NAME [WHY]
    if [ $# -eq 1 ]; then
        echo "ok $1" | tee -a "$harness_dir/results"
    else
        echo "FAIL $1: $2 (log: ${harness_dir#"$HARNESS_ROOT/"}/$1/log)" |
            tee -a "$harness_dir/results"
    fi
}

# Processes that carry the mark of the case in their environment: whatever became of their parents.
harness_survivors() { # MARK
    local file pid

    grep -lszxF "HARNESS_CASE=$1" /proc/[0-9]*/environ 2>/dev/null | while read -r file; do
        pid=${file#/proc/}
        echo "${pid%/environ}"
    done
}

# Names of ours in the places every program of the machine shares.
harness_shared_files() {
    find /dev/shm /tmp "${XDG_RUNTIME_DIR:-/tmp}" -maxdepth 1 -iname '*torito*' 2>/dev/null | sort -u
}

run_case() { # NAME SECONDS COMMAND...
    local name=$1 seconds=$2 dir=$harness_dir/$1 mark first status=0 why='' left before start
    shift 2
    if [ -n "$harness_only" ] && ! [[ $name =~ $harness_only ]]; then
        return 0
    fi
    rm -rf "$dir"
    mkdir -p "$dir/work" "$dir/tmp"
    mark=$$.$RANDOM.${EPOCHREALTIME/[.,]/}
    before=$(harness_shared_files)
    start=${EPOCHREALTIME/[.,]/}

    set -m # a background job gets a process group of its own
    (
        set +m
        trap - INT TERM
        exec </dev/null >"$dir/log" 2>&1
        export HARNESS_CASE=$mark TMPDIR=$dir/tmp HARNESS_WHY=$dir/why
        cd "$dir/work" && "$@"
    ) &
    harness_group=$!
    sleep "$seconds" &
    harness_guard=$!
    set +m
    wait -n -p first "$harness_group" "$harness_guard" || status=$?
    if [ "${first:-}" = "$harness_guard" ]; then
        why="still running after $seconds s"
    else
        kill "$harness_guard" 2>/dev/null
        [ "$status" -eq 0 ] || why="status $status: $(tail -n 1 "$dir/log" | cut -c 1-160)"
    fi
    [ -s "$dir/why" ] && [ -n "$why" ] && why=$(head -n 1 "$dir/why")

    # A process that is just being torn down gets a moment; one that stays is a leftover.
    left=$(harness_survivors "$mark")
    for ((i = 0; i < 20 && ${#left} > 0; i++)); do
        sleep 0.02
        left=$(harness_survivors "$mark")
    done
    if [ -n "$left" ]; then
        # shellcheck disable=SC2086 # a list of numbers, here and below
        : "${why:=left a process behind: $(harness_describe $left)}"
        # shellcheck disable=SC2086
        kill -KILL $left 2>/dev/null
    fi
    kill -KILL -- "-$harness_group" 2>/dev/null
    { wait "$harness_group" "$harness_guard"; } 2>/dev/null
    harness_group=
    harness_guard=
    left=$(ls -A "$dir/tmp")
    [ -z "$left" ] || : "${why:=left a file behind: $left}"
    left=$(comm -13 <(echo "$before") <(harness_shared_files) | tr '\n' ' ')
    [ -z "${left// /}" ] || : "${why:=left a file behind: $left}"

    echo "$(((${EPOCHREALTIME/[.,]/} - start) / 1000)) ms $name" >>"$harness_dir/times"
    if [ -z "$why" ]; then
        rm -rf "$dir/work" "$dir/tmp"
        harness_verdict "$name"
    else
        harness_verdict "$name" "$why"
    fi
}

# harness_take_over CASE: its log holds verdicts of a script of its own, one per line: `ok NAME`,
# `FAIL NAME: why` or `skip NAME: why`. They count as cases CASE.NAME; that log is theirs.
harness_take_over() {
    local from=$1 verdict name why

    [ -e "$harness_dir/$from/log" ] || return 0 # not wanted
    while read -r verdict name why; do
        name=$from.${name%:}
        mkdir -p "$harness_dir/$name"
        ln -sf "../$from/log" "$harness_dir/$name/log"
        case $verdict in
        ok) harness_verdict "$name" ;;
        FAIL) harness_verdict "$name" "$why" ;;
        skip) echo "skip $name: $why" ;;
        esac
    done < <(grep -E '^(ok|FAIL|skip) ' "$harness_dir/$from/log")
}

harness_describe() { # PID...
    local pid

    for pid; do
        echo -n "$pid $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | cut -c 1-60); "
    done
}

# --- for use inside a case ---

# Ends the case; only the first reason is kept.
fail() {
    [ -s "$HARNESS_WHY" ] || echo "$*" >"$HARNESS_WHY"
    echo "FAIL: $*" >&2
    exit 1
}

# run STATUS COMMAND...: its output lies in ./out and ./err afterwards, its time in $RUN_MS.
run() {
    local wanted=$1 status=0 start=${EPOCHREALTIME/[.,]/}

    shift
    echo "+ ${*@Q}" | cut -c 1-300
    "$@" >out 2>err || status=$?
    RUN_MS=$(((${EPOCHREALTIME/[.,]/} - start) / 1000))
    echo "  status $status, $RUN_MS ms"
    head -c 4000 out
    head -c 4000 err
    [ "$status" = "$wanted" ] || fail "status $status, not $wanted: $(head -c 200 err | tr '\n' ' ')"
}

# has FILE PATTERN: some line of FILE matches the extended regular expression.
has() {
    grep -Eq -- "$2" "$1" || fail "no line of $1 matches '$2'"
}

has_not() {
    ! grep -Eq -- "$2" "$1" || fail "a line of $1 matches '$2': $(grep -Em 1 -- "$2" "$1")"
}

# same FILE FILE: byte for byte.
same() {
    cmp -s "$1" "$2" || fail "$1 and $2 differ: $(diff "$1" "$2" | head -n 3 | cut -c 1-200 | tr '\n' '|')"
}

# equal WHAT GOT WANTED
equal() {
    [ "$2" = "$3" ] || fail "$1 is '${2:0:80}', not '${3:0:80}'"
}

# within WHAT MILLISECONDS LIMIT
within() {
    echo "$1: $2 ms"
    [ "$2" -le "$3" ] || fail "$1 took $2 ms, more than $3"
}
