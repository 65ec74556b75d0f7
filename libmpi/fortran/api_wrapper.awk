# SPDX-License-Identifier: BSD-2-Clause
# api_wrapper.awk: makes the Fortran procedures from the table, a C file for each function:
#   awk -v dir=DIR -f parameters.awk -f api_wrapper.awk PROCEDURES.c... ../api.tsv
#   awk -v list=1  ...  prints the names of the files instead
#
# A function that has a FORTRAN_PROCEDURE in one of the files named is written by hand. fortran.h says how
# arguments come. A function with choice buffers has a second procedure for module mpi_f08, where
# buffers come by descriptor and may be sections of arrays (section.h).

FILENAME ~ /\.c$/ {
    if (match($0, /^FORTRAN_(PROCEDURE|F08|F08_ONLY|F08TS)\([a-z0-9_]+\)/)) {
        sub(/^[^(]*\(/, "")
        sub(/\).*$/, "")
        by_hand[$0]
    }
    next
}

END {
    for (i = 1; i <= functions; i++) {
        lower = tolower(f_name[i])
        parse(i)
        if (lower in by_hand || left_out(i))
            continue
        if (list) {
            print lower ".c"
            continue
        }
        file = dir "/" lower ".c"
        wrapper_file(i)
        close(file)
    }
    exit failed
}

# What this cannot make, and nobody has written, is missing: a test says so, the build goes on.
function left_out(i,   j)
{
    for (j = 1; j <= p_count; j++)
        if (p_kind[j] ~ /^(\?|callback|address)$/ || (p_kind[j] == "string&" && !(p_name[j] in longest))) {
            print "libmpi/fortran: MPI_" f_name[i] " needs a procedure by hand, for " p_name[j] | "cat >&2"
            return 1
        }
    return 0
}

function wrapper_file(i)
{
    parse(i)
    lower = tolower(f_name[i])
    out("// SPDX-License-Identifier: BSD-2-Clause")
    out("// Made from libmpi/api.tsv by libmpi/fortran/api_wrapper.awk: change those, not this file.")
    out("#include \"libmpi/fortran/fortran.h\"")
    if (has("choice"))
        out("#include \"libmpi/fortran/section.h\"")
    if (f_name[i] !~ /_c$/) {
        procedure(i, "pmpi_" lower "_", "")
        out("FORTRAN_PROCEDURE(" lower ");")
        if (has("pointer")) {
            out("FORTRAN_NAMES(mpi_" lower "_cptr, pmpi_" lower "_);")
            out("FORTRAN_NAMES(pmpi_" lower "_cptr, pmpi_" lower "_);")
        }
        if (!has("choice") && !has("detached"))
            out("FORTRAN_F08(" lower ");")
    }
    if (has("choice")) {
        procedure(i, "pmpi_" lower "_f08ts_", "f08ts")
        out("FORTRAN_F08TS(" lower ");")
    } else if (has("detached") || f_name[i] ~ /_c$/) {
        procedure(i, "pmpi_" lower "_f08_", "f08")
        out("FORTRAN_F08_ONLY(" lower ");")
    }
}

function out(text)
{
    print text > file
}

# Sets the pieces of one procedure: the parameters of C, what comes before the call, its arguments, and
# what comes after it.
function procedure(i, name, module,   j)
{
    head = before = arguments = after = lengths = cleanup = ""
    for (j in replaced)
        delete replaced[j]
    for (j = 1; j <= p_count; j++)
        parameter(i, j, module)
    if (f_result[i] != "int") {
        out("\n" f_result[i] " " name "(" (head == "" ? "void" : head) ")\n{")
        out("    return PMPI_" f_name[i] "(" arguments ");\n}")
        return
    }
    out("\nvoid " name "(" head comma(head) "int *ierror" lengths ")\n{")
    out("    int rc = MPI_SUCCESS;")
    print_before()
    out("    if (rc == MPI_SUCCESS)")
    out("        rc = PMPI_" f_name[i] "(" arguments ");")
    printf "%s%s", after, cleanup > file
    out("    mpii_fortran_return(ierror, rc);\n}")
}

function print_before()
{
    printf "%s", before > file
}

function comma(text)
{
    return text == "" ? "" : ", "
}

function parameter(i, j, module,   kind, name, type)
{
    kind = p_kind[j]; name = p_name[j]; type = p_type[j]
    if (kind == "absent") {
        argument("NULL")
    } else if (kind == "choice" && module == "f08ts") {
        section(i, j, name)
    } else if (kind == "choice") {
        take("void *" name)
        argument("mpii_fortran_buffer(" name ")")
    } else if (kind == "handle") {
        take("const int *" name)
        argument(name in replaced ? replaced[name] : "mpii_handle_of(*" name ")")
    } else if (kind == "handle&") {
        take("int *" name)
        do_before("    " type " was_" name " = mpii_handle_of(*" name "), is_" name " = was_" name ";\n")
        argument("&is_" name)
        do_after("    if (is_" name " != was_" name ")\n" \
                 "        *" name " = mpii_number_of(is_" name ");\n")
    } else if (kind ~ /^handles/) {
        take((kind == "handles" ? "int *" : "const int *") name)
        handles(i, j, name)
    } else if (kind == "pointer" || (kind == "detached" && module != "")) {
        take("void **" name)
        argument(name)
    } else if (kind == "detached") {
        take("void *" name)
        do_before("    void *c_" name ";\n\n    (void)" name ";\n")
        argument("&c_" name)
    } else if (kind == "status" || kind == "statuses") {
        take("MPI_Status *" name)
        argument("mpii_fortran_status(" name ")")
    } else if (kind == "status(const)") {
        take("const MPI_Status *" name)
        argument(name)
    } else if (kind == "number" || kind == "logical") {
        take("const " type " *" name)
        argument(name in replaced ? replaced[name] : "*" name)
    } else if (kind == "numbers" && p_array[j] == "[][3]") {
        take(type " (*" name ")[3]")
        argument(name)
    } else if (kind ~ /^(number|logical)s/ && name ~ /weights$/) {
        take((p_const[j] ? "const " : "") type " *" name)
        argument("mpii_fortran_weights(" name ")")
    } else if (kind ~ /^(number|logical)(&|s)$/) {
        take((p_const[j] ? "const " : "") type " *" name)
        argument(name)
    } else if (kind == "index&") {
        take("int *" name)
        do_before("    int c_" name " = MPI_UNDEFINED;\n")
        argument("&c_" name)
        do_after("    *" name " = c_" name " >= 0 ? c_" name " + 1 : c_" name ";\n")
    } else if (kind == "indices") { # as many as *outcount says
        take("int *" name)
        argument(name)
        do_before("    *outcount = MPI_UNDEFINED;\n")
        do_after("    for (int i = 0; i < *outcount; i++)\n        " name "[i]++;\n")
    } else if (kind == "string") {
        string_in(i, name, module == "f08ts")
    } else if (kind == "string&") {
        string_out(j, name)
    } else
        fail(f_name[i] ": " name ": a parameter of kind " kind " needs a procedure by hand")
}

function take(text)
{
    head = head comma(head) text
}

function argument(text)
{
    arguments = arguments comma(arguments) text
}

function do_before(text)
{
    before = before text
}

function do_after(text)
{
    after = after text
}

# An array of handles: translated into one of C's, and back where the call changed them.
function handles(i, j, name,   count)
{
    count = handles_count(i, name)
    do_before("    void *room_" name "[MPII_FORTRAN_ROOM];\n" \
              "    void *const *c_" name " = mpii_fortran_handles(&rc, room_" name ", " name ", " count ");\n")
    argument("(" (p_const[j] ? "const " : "") p_type[j] " *)c_" name)
    if (p_kind[j] == "handles")
        do_after("    mpii_fortran_numbers(" name ", c_" name ", " count ");\n")
    cleanup = cleanup "    mpii_fortran_free(c_" name ", room_" name ");\n"
}

function handles_count(i, name)
{
    if (name ~ /^(send|recv)types$/)
        return f_name[i] ~ /[Nn]eighbor/ ? \
               "mpii_fortran_neighbors(mpii_handle_of(*comm), " (name ~ /^send/ ? 1 : 0) ")" : \
               "mpii_fortran_peers(mpii_handle_of(*comm))"
    if (name == "array_of_datatypes")
        return "*max_datatypes"
    if (f_parameters[i] ~ /int incount,/)
        return "*incount"
    if (f_parameters[i] ~ /(int|MPI_Count) count,/)
        return "*count"
    fail(f_name[i] ": how many " name " are there?")
}

# Keys and values of info objects lose blanks on both sides (MPI 4.1, 10), other strings only those
# behind. From a procedure with descriptors, strings have one too.
function string_in(i, name, f08ts,   from)
{
    if (f08ts) {
        take("const struct mpii_descriptor *" name)
        from = name "->base, " name "->element_bytes"
    } else {
        take("const char *" name)
        lengths = lengths ", size_t " name "_bytes"
        from = name ", " name "_bytes"
    }
    do_before("    char room_" name "[MPII_FORTRAN_TEXT];\n" \
              "    char *c_" name " = mpii_fortran_string(&rc, room_" name ", " from ", " \
              (f_name[i] ~ /^Info_/ ? "true" : "false") ");\n")
    argument("c_" name)
    cleanup = cleanup "    mpii_fortran_free(c_" name ", room_" name ");\n"
}

function string_out(j, name,   has_length, k)
{
    take("char *" name)
    lengths = lengths ", size_t " name "_bytes"
    do_before("    char c_" name "[" longest[name] "];\n")
    argument("c_" name)
    for (k = 1; k <= p_count; k++)
        if (p_name[k] == "resultlen")
            has_length = 1
    do_after("    if (rc == MPI_SUCCESS)\n        " (has_length ? "*resultlen = " : "(void)") \
             "mpii_fortran_text(" name ", " name "_bytes, c_" name ");\n")
}

# A buffer that comes by descriptor. Blocking calls work on a dense copy of a section; those that go on
# after they have returned describe it by a datatype, where one count and type are all there is to it.
function section(i, j, name,   count, type)
{
    take("const struct mpii_descriptor *" name)
    if (!is_typed(i, name) && (lasts(i) || name ~ /^(base|location)$/)) {
        do_before("    void *c_" name " = mpii_section_whole(&rc, " name ");\n")
    } else if (!lasts(i)) {
        do_before("    struct mpii_section s_" name ";\n" \
                  "    void *c_" name " = mpii_section_begin(&rc, &s_" name ", " name ");\n")
        cleanup = cleanup "    mpii_section_end(&s_" name ", " (p_const[j] ? "false" : "true") ");\n"
    } else {
        count = p_name[j + 1]; type = p_name[j + 2]
        do_before("    MPI_Count n_" name " = *" count ";\n" \
                  "    MPI_Datatype t_" name " = mpii_handle_of(*" type ");\n" \
                  "    bool made_" name " = false;\n" \
                  "    void *c_" name " = mpii_section_layout(&rc, " name ", &n_" name ", &t_" name \
                  ", &made_" name ");\n")
        replaced[count] = (p_type[j + 1] == "int" ? "(int)" : "") "n_" name
        replaced[type] = "t_" name
        cleanup = cleanup "    if (made_" name ")\n        PMPI_Type_free(&t_" name ");\n"
    }
    argument("c_" name)
}

# Does MPI use the buffer after the call has returned?
function lasts(i)
{
    return f_parameters[i] ~ /MPI_Request \*|MPI_Win / || f_name[i] ~ /attach_buffer|Buffer_attach|_begin|_end$/
}

# Calls with one count and datatype for a buffer. In reductions the datatype is the operation's too, and
# in most collectives what it describes is one rank's part.
function is_typed(i, name)
{
    return (name ~ /^buf(fer)?$/ && f_name[i] !~ /^P(send|recv)_init|attach/) || f_name[i] ~ /^Isendrecv/ || \
           (name ~ /^(origin|result)_addr$/ && f_name[i] !~ /Fetch_and_op|Compare/)
}
