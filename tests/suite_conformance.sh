# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_conformance.sh: MPICH's own test programs (tests/conformance/run.sh): a part of them, or all on both
# machines. Its verdicts are counted as cases here.

conformance_run() {
    local options=(--fast)

    [ -z "$CHECK_FULL" ] || options=(--machines "linux,microvm")
    "$TESTS/conformance/run.sh" "${options[@]}" | tee verdicts
    tail -n 1 verdicts | grep -Eq '^[0-9]+ passed, [0-9]+ failed$'
}

conformance_seconds=200
[ -z "$CHECK_FULL" ] || conformance_seconds=7200
run_case conformance "$conformance_seconds" conformance_run
harness_take_over conformance
