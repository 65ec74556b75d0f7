# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_fuzz.sh: every target of tests/fuzz for a few seconds; with --full, and in CI, for a minute each.

fuzz_target() { # NAME
    export FUZZ_OUT=$HARNESS_ROOT/build/fuzz
    run 0 "$TESTS/fuzz/fuzz.sh" "$1" "$fuzz_seconds"
    # A fuzzer that finds nothing to do is no test.
    has err '^stat::number_of_executed_units: [1-9][0-9]{2,}$'
}

fuzz_seconds=3
[ -z "$CHECK_FULL${CI-}" ] || fuzz_seconds=60
for target in $("$TESTS/fuzz/fuzz.sh"); do
    run_case "fuzz.$target" 180 fuzz_target "$target"
done
