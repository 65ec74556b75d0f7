# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_unit.sh: the host-side tests that lie beside the code (*_test.c), each with its sanitizers.

unit_names() {
    ctest --test-dir "$HARNESS_ROOT/build" -N 2>/dev/null |
        sed -n 's/^ *Test *#[0-9]*: \([^ ]*\).*$/\1/p' | grep -v '^unit\.build$'
}

unit_one() { # NAME
    ctest --test-dir "$HARNESS_ROOT/build" -R "^${1//./\\.}$" -FA '.*' --output-on-failure \
        --no-tests=error
}

run_case unit.build 600 cmake --build "$HARNESS_ROOT/build" --target unit_tests
for name in $(unit_names); do
    run_case "unit.${name#unit.}" 90 unit_one "$name"
done
