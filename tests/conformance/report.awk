# SPDX-License-Identifier: BSD-2-Clause
# report.awk: what became of the runs, as a page, and what of it is wrong, for the harness.
#
#   awk -f report.awk -v scope='DIR...' -v version=NUMBER -v page=FILE api.tsv known results
#
# `results` holds the lines of `one.sh run`. Status 1 if something in scope is wrong.

BEGIN {
    FS = "\t"
    count = split(scope, word, " ")
    for (i = 1; i <= count; i++)
        in_scope[word[i]] = 1
}

/^#/ { next }

FILENAME ~ /api\.tsv$/ {
    if ($1 == "function")
        standard[$2] = $5
    next
}

FILENAME ~ /known$/ {
    known[$1] = $2
    next
}

{
    machine = $1
    dir = $2
    test = $2 "/" $3
    ranks = $4
    verdict = $6
    why = $8
    if (!(dir in met))
        dir_name[++dirs] = dir
    met[dir]
    if (!(machine in seen_machine)) {
        seen_machine[machine] = 1
        machine_name[++machines] = machine
    }
    runs[dir, machine]++
    tried[test]++
    if (verdict == "passed") {
        passed[dir, machine]++
        good[test]++
    } else if (verdict == "skipped") {
        skipped[dir, machine]++
        tell(dir, test, why, "left out on " machine)
    } else if (test in known) {
        other[dir, machine]++
        tell(dir, test, known[test], "")
    } else if (verdict == "unbuilt" && why ~ /^lacks /) {
        if (lacking(why) ~ /later/)
            later[dir, machine]++
        else
            other[dir, machine]++
        tell(dir, test, reason, "")
    } else {
        failed[dir, machine]++
        tell(dir, test, why, "fails on " machine)
        if (dir in in_scope) {
            bad[dir, machine] = 1
            gsub(/\//, ".", test)
            wrong_text[++wrongs] = test "." ranks "." machine ": " $5 ": " why
        }
    }
}

END {
    for (test in known)
        if (tried[test] > 0 && good[test] == tried[test])
            wrong_text[++wrongs] = test ": passes: take it out of the file known"
    page_print()
    for (i = 1; i <= dirs; i++)
        for (m = 1; m <= machines; m++)
            if ((dir_name[i] in in_scope) && (dir_name[i], machine_name[m]) in runs &&
                !((dir_name[i], machine_name[m]) in bad))
                printf "ok %s.%s: %d passed\n", dir_name[i], machine_name[m], \
                    passed[dir_name[i], machine_name[m]]
    for (i = 1; i <= wrongs; i++)
        print "FAIL " wrong_text[i]
    printf "%d passed, %d failed\n", total(), wrongs
    exit wrongs > 0
}

# What "lacks MPI_A MPI_B" means, also in `reason`.
function lacking(text,   name, count, i, kind)
{
    count = split(text, name, " ")
    kind = "later"
    reason = ""
    for (i = 2; i <= count; i++) {
        if (name[i] in standard)
            continue
        kind = name[i] ~ /^MPIX/ ? "calls what is MPICH's alone: " name[i] : \
            name[i] " is not in MPI 5.0"
        reason = kind
    }
    if (kind == "later") {
        sub(/^lacks /, "", text)
        gsub(/ /, ", ", text)
        reason = "needs " text
    }
    return kind
}

# The runs of a test that one reason concerns are counted on the machine where they are most.
function tell(dir, test, why, what,   count)
{
    if (what != "")
        why = what ": " why
    if (!((test, why) in told)) {
        line_dir[++lines] = dir
        line_test[lines] = test
        line_why[lines] = why
    }
    count = ++told_on[test, why, machine]
    if (count > told[test, why] + 0)
        told[test, why] = count
}

function total(   i, m, sum)
{
    for (i = 1; i <= dirs; i++)
        for (m = 1; m <= machines; m++)
            if (dir_name[i] in in_scope)
                sum += passed[dir_name[i], machine_name[m]]
    return sum
}

function page_print()
{
    print "# MPICH's test programs\n" > page
    print "Made by `tests/conformance/run.sh --page`; do not edit." > page
    print "Test programs of MPICH " version " (Debian's source package), directory `test/mpi`," > page
    print "unmodified, with the rank counts, arguments and time limits of its own lists (twice the time in a" > page
    print "virtual machine). A run has passed if it printed \" No Errors\" and nothing else and ended with" > page
    print "status 0.\n\n## In scope\n" > page
    table(1)
    print "\n*later*: needs a function that does not exist yet ([mpi.md](mpi.md))." > page
    print "*other*: a reason below. *left out*: takes longer, or more memory, than this run had." > page
    print "The programs of `util` are linked into every test.\n" > page
    print "### Not passing\n" > page
    reasons(1)
    if (beyond()) {
        print "\n## Beyond\n" > page
        print "Directories of functions that come later, run as far as they build.\n" > page
        table(0)
        print "\n### Not passing\n" > page
        reasons(0)
    }
    print "\n## Not run\n" > page
    print "`f77`, `f90`, `f08` and `cxx` are the same tests in other languages; `ft`," > page
    print "`ckpoint` and `impls` test what is MPICH's alone; `perf`, `basic` and `manual` have no verdict." > page
    close(page)
}

# Was there a folder that is not in scope?
function beyond(   i, count)
{
    for (i = 1; i <= dirs; i++)
        count += !(dir_name[i] in in_scope)
    return count
}

function table(wanted,   i, m, dir, at)
{
    print "| directory | machine | runs | passed | failed | later | other | left out |" > page
    print "|---|---|---:|---:|---:|---:|---:|---:|" > page
    for (i = 1; i <= dirs; i++)
        for (m = 1; m <= machines; m++) {
            dir = dir_name[i]
            at = dir SUBSEP machine_name[m]
            if ((dir in in_scope) == wanted && at in runs)
                printf "| %s | %s | %d | %d | %d | %d | %d | %d |\n", dir, machine_name[m], runs[at], \
                    passed[at], failed[at], later[at], other[at], skipped[at] > page
        }
}

function reasons(wanted,   i, why)
{
    print "| test | runs | why |\n|---|---:|---|" > page
    for (i = 1; i <= lines; i++)
        if ((line_dir[i] in in_scope) == wanted) {
            why = line_why[i]
            gsub(/\|/, "\\|", why)
            gsub(/[<>]/, "\\\\&", why)
            printf "| %s | %d | %s |\n", line_test[i], told[line_test[i], line_why[i]], why > page
        }
}
