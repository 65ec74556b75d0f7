# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_third_party.sh: programs nobody here wrote pass their own verification. tests/third_party/run.sh
# fetches, builds and runs them, and prints a verdict for each; they are counted as cases here.

third_party_run() {
    "$TESTS/third_party/run.sh" ${CHECK_FULL:+--full} "$HARNESS_ROOT/build" | tee verdicts
    tail -n 1 verdicts | grep -Eq '^[0-9]+ passed, [0-9]+ failed$'
}

third_party_seconds=300
[ -z "$CHECK_FULL" ] || third_party_seconds=1500
run_case third_party "$third_party_seconds" third_party_run
harness_take_over third_party
