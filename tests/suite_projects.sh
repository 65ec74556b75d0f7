# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_projects.sh: build systems find and use Torito as they would any MPI. tests/projects/run.sh
# builds each project and prints `ok NAME` or `FAIL NAME: why`, which become cases here.

projects_run() {
    "$TESTS/projects/run.sh" "$@"
}
run_case projects 600 projects_run
