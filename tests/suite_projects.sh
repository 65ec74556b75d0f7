# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_projects.sh: build systems find and use Torito as they would any MPI. tests/projects/run.sh
# builds each project and prints a verdict of its own for each; they are counted as cases here.

# As a case of its own it has passed when it came to its end: failures are counted one by one below.
projects_run() {
    "$TESTS/projects/run.sh" "$HARNESS_ROOT/build" | tee verdicts
    tail -n 1 verdicts | grep -Eq '^[0-9]+ passed, [0-9]+ failed$'
}

run_case projects 600 projects_run
harness_take_over projects
