#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# harness_test.sh: the harness must fail what fails. A harness that cannot is worse than none.
set -u
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cases=0
bad=0

# expect VERDICT-PATTERN LAST-LINE STATUS SCRIPT: what a run of the harness over SCRIPT must say.
expect() {
    local output status=0

    output=$(env -u CHECK_ONLY -u HARNESS_CASE bash -c ". '$here/harness.sh'
        harness_begin '$scratch/run'
        $4
        harness_end" 2>&1) || status=$?
    cases=$((cases + 1))
    if ! grep -Eq -- "$1" <<<"$output" || [ "$(tail -n 1 <<<"$output")" != "$2" ] ||
        [ "$status" != "$3" ]; then
        bad=$((bad + 1))
        printf 'wanted: %s / %s / status %s\ngot status %s:\n%s\n' "$1" "$2" "$3" "$status" "$output"
    fi
}

expect '^ok good$' '1 passed, 0 failed' 0 'run_case good 5 true'
expect '^FAIL bad: status 3' '0 passed, 1 failed' 1 'run_case bad 5 sh -c "exit 3"'
expect '^FAIL b: status 1' '2 passed, 1 failed' 1 \
    'run_case a 5 true; run_case b 5 false; run_case c 5 true'
expect '^$' '0 passed, 0 failed' 1 'echo'
expect '^FAIL slow: still running after 0.2 s' '0 passed, 1 failed' 1 'run_case slow 0.2 sleep 30'
expect '^FAIL killed: status 137' '0 passed, 1 failed' 1 'run_case killed 5 sh -c "kill -9 \$\$"'
expect '^FAIL missing: status 127' '0 passed, 1 failed' 1 'run_case missing 5 no-such-command'
expect '^FAIL reason: the moon' '0 passed, 1 failed' 1 \
    'f() { fail "the moon"; }; run_case reason 5 f'
expect '^FAIL orphan: left a process behind: [0-9]+ sleep 40' '0 passed, 1 failed' 1 \
    'run_case orphan 5 sh -c "setsid sleep 40 & exit 0"'
expect '^FAIL litter: left a file behind: x' '0 passed, 1 failed' 1 \
    'run_case litter 5 sh -c "touch \$TMPDIR/x"'
expect '^FAIL shared: left a file behind: /dev/shm/torito-harness-test' '0 passed, 1 failed' 1 \
    'rm -f /dev/shm/torito-harness-test; run_case shared 5 touch /dev/shm/torito-harness-test
     rm -f /dev/shm/torito-harness-test'
expect '^FAIL st: status 4, not 0' '0 passed, 1 failed' 1 'f() { run 0 sh -c "exit 4"; }; run_case st 5 f'
expect '^FAIL pat: no line of out matches' '0 passed, 1 failed' 1 \
    'f() { run 0 echo one; has out two; }; run_case pat 5 f'
expect '^FAIL eq: x is .a., not .b.' '0 passed, 1 failed' 1 'f() { equal x a b; }; run_case eq 5 f'
expect '^FAIL late: it took 1001 ms' '0 passed, 1 failed' 1 \
    'f() { within it 1001 1000; }; run_case late 5 f'
expect '^ok in$' '1 passed, 0 failed' 0 'f() { ! read -r line; }; run_case in 5 f'
expect '^ok b$' '1 passed, 0 failed' 0 'harness_only=^b; run_case a 5 false; run_case b 5 true'
expect '^FAIL a\.two: the moon \(log: ' '2 passed, 1 failed' 1 \
    'f() { printf "ok one\nFAIL two: the moon\nskip three: no moon\n"; }; run_case a 5 f; harness_take_over a'
expect '^skip a\.three: no moon$' '2 passed, 0 failed' 0 \
    'f() { printf "ok one\nskip three: no moon\n"; }; run_case a 5 f; harness_take_over a'
# Nothing that a killed case started survives it.
expect '^FAIL deep: still running' '0 passed, 1 failed' 1 \
    'run_case deep 0.3 sh -c "setsid sleep 41 & sleep 42"
     grep -lsz "^TORITO_HARNESS_DEEP=" /proc/[0-9]*/environ && echo survivor'

[ "$bad" -eq 0 ] && echo "done $cases"
[ "$bad" -eq 0 ]
