# SPDX-License-Identifier: BSD-2-Clause
# plan.awk: what MPICH's test lists ask for, one run per line. Called by run.sh with the folder `dir`:
#
#   awk -f plan.awk -v dir=NAME -v fast=yes Makefile.am testlist...
#
# A line of a list is `program [ranks [key=value]...]`; `@word@` in front marks programs that MPICH's
# configure may leave out. From Makefile.am come the sources and flags of a program where they are not
# just its own name. Prints, separated by tabs:
#
#   dir  program  sources  flags  ranks  arguments  environment  seconds  verdict  memory in GiB
#
# with - for nothing. verdict: `quiet` for " No Errors" and status 0, `fatal` for a status other than 0.

FILENAME ~ /Makefile\.am$/ {
    gsub(/\$\((srcdir|top_srcdir|top_builddir)\)\//, "")
    if (match($0, /^[a-z0-9_]+_(SOURCES|CPPFLAGS) *=/)) {
        name = substr($0, 1, RLENGTH)
        kind = name ~ /_SOURCES/ ? "sources" : "flags"
        sub(/_(SOURCES|CPPFLAGS) *=/, "", name)
        count = split(substr($0, RLENGTH + 1), word, " ")
        value = ""
        for (i = 1; i <= count; i++)
            if (kind == "sources" ? word[i] ~ /\.c$/ : word[i] ~ /^-D/)
                value = value (value == "" ? "" : " ") word[i]
        known[kind, name] = value
    }
    next
}

{
    sub(/#.*/, "")
    sub(/^[ \t]*@[a-z_]+@/, "")
}

NF == 0 || $1 ~ /^@.*@$/ || $1 ~ /^!/ { next }

{
    program = $1
    sub(/.*\//, "", program)
    ranks = NF > 1 ? $2 : 2
    arguments = environment = ""
    seconds = 180
    verdict = "quiet"
    memory = 0
    for (i = 3; i <= NF; i++) {
        if ($i !~ /^[A-Za-z]+=/)
            continue
        value = $i
        sub(/^[A-Za-z]+=/, "", value)
        if ($i ~ /^arg=/)
            arguments = arguments " " value
        else if ($i ~ /^env=/)
            environment = environment " " value
        else if ($i ~ /^timeLimit=/)
            seconds = value
        else if ($i ~ /^mem=/)
            memory = value
        else if ($i ~ /^resultTest=/)
            verdict = value == "TestStatusNoErrors" ? "both" : "fatal"
        else if ($i !~ /^(xfail|strict|mpix|mpiversion|mpiexecarg|lock)=/) {
            print FILENAME ": what is " $i "?" > "/dev/stderr"
            exit 1
        }
    }
    if (fast && !is_fast())
        next
    # Settings of MPICH's own device repeat a line with what Torito would ignore.
    if (environment ~ /MPIR_CVAR_(CH4|ODD_EVEN|ASYNC)/)
        next
    flags = known["flags", program]
    # The lists say that these also look at types an MPI may refuse, MPI_CHAR in a sum for one.
    if (dir == "coll" && program ~ /^op(l?and|l?x?or|band|bx?or|prod|sum|min|max|minloc|maxloc)$/)
        flags = flags " -DUSE_STRICT_MPI"
    # Empty unless they are told that there are such collectives.
    if (program ~ /^(p_)?neighb_/)
        flags = flags " -DTEST_NEIGHB_COLL"
    line = dir "\t" program "\t" or_none(known["sources", program], program ".c") "\t" \
        or_none(trim(flags), "-") "\t" ranks "\t" or_none(trim(arguments), "-") "\t" \
        or_none(trim(environment), "-") "\t" seconds "\t" verdict "\t" memory
    if (!(line in seen))
        print line
    seen[line] = 1
}

# With -v fast=yes: nothing that takes seconds or much memory, each program once, and of the large folders
# every fourth program.
function is_fast()
{
    if (memory > 0 || ranks > 16 || seconds < 20)
        return 0
    if (program ~ /^(bsendpending|ctxsplit|ctxalloc|manylmt|sendrecv3|uoplong)$/)
        return 0
    if (program in met)
        return 0
    met[program] = ++programs
    return dir !~ /^(coll|datatype|pt2pt)$/ || met[program] % 4 == 1
}

function or_none(text, none)
{
    return text == "" ? none : text
}

function trim(text)
{
    sub(/^ /, "", text)
    return text
}
