#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# verdict.sh COMMAND...: a unit test has passed if its status is 0 and its last line is `done N`.
set -u
status=0
output=$("$@" 2>&1) || status=$?
printf '%s\n' "$output"
if [ "$status" -ne 0 ]; then
    echo "verdict: status $status"
    exit 1
fi
if ! printf '%s\n' "$output" | tail -n 1 | grep -Eq '^done [1-9][0-9]*$'; then
    echo "verdict: status 0, but the last line is not 'done N'"
    exit 1
fi
