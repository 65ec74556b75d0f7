# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_projects.sh: build systems find and use Torito as they would any MPI. tests/projects/run.sh
# builds each project and prints a verdict of its own for each; they are counted as cases here.

# Runs the script in a case, then takes over the verdicts in its output.
projects_all() {
    local verdict name why

    run_case projects.run 600 "$TESTS/projects/run.sh" "$HARNESS_ROOT/build"
    [ -e "$harness_dir/projects.run/log" ] || return 0 # not wanted
    while read -r verdict name why; do
        name=project.${name%:}
        mkdir -p "$harness_dir/$name"
        ln -sf ../projects.run/log "$harness_dir/$name/log"
        case $verdict in
        ok) harness_verdict "$name" ;;
        FAIL) harness_verdict "$name" "$why" ;;
        esac
    done < <(grep -E '^(ok|FAIL) ' "$harness_dir/projects.run/log")
}

projects_all
