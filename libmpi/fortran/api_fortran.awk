# SPDX-License-Identifier: BSD-2-Clause
# api_fortran.awk: makes the Fortran interface from the table:
#   awk -v what=mpif|mpi|mpi_f08 -f api_fortran.awk PROCEDURES.c... ../api.tsv
#
#   mpif     mpif.h: constants and the types of functions, in a form that is both fixed and free
#   mpi      module mpi: handles are integers
#   mpi_f08  module mpi_f08: handles are derived types, ierror is optional
#
# The procedures themselves are in C, beside this file; a function that has none there is left out: no
# interface promises what does not link. mpi_f08's have the suffix _f08 that MPI 4.1,
# 19.1.5 gives them. Choice arguments are not checked, and passed by address: MPI_SUBARRAYS_SUPPORTED
# is false.

BEGIN {
    FS = "\t"
    handle_list = "Comm Datatype Errhandler File Group Info Message Op Request Session Win"
    handle_count = split(handle_list, handle, " ")
    for (i = 1; i <= handle_count; i++)
        is_handle["MPI_" handle[i]] = 1
    head()
    own_constants()
}

FILENAME ~ /\.c$/ {
    if (match($0, /^FORTRAN_PROCEDURE\([a-z0-9_]+\)/))
        has_procedure[substr($0, 19, RLENGTH - 19)]
    next
}

$1 == "constant" { constant($2, $3, $4) }
$1 == "function" && $5 == "done" && tolower(substr($2, 5)) in has_procedure {
    done++
    name[done] = substr($2, 5); result[done] = $3; parameters[done] = $4; special[done] = $6
}

END {
    if (what == "mpif") {
        for (i = 1; i <= done; i++)
            if (result[i] != "int")
                external(name[i], result[i])
        exit failed
    }
    if (what == "mpi_f08")
        operators_declare()
    for (i = 1; i <= done; i++) {
        procedure("MPI_" name[i], i)
        procedure("PMPI_" name[i], i)
    }
    if (what == "mpi_f08")
        operators_define()
    print "end module " what
    exit failed
}

function head(   i)
{
    print "! SPDX-License-Identifier: BSD-2-Clause"
    print "! Made from libmpi/api.tsv by libmpi/fortran/api_fortran.awk: change those, not this file."
    if (what == "mpif")
        return
    print "module " what
    print "  use, intrinsic :: iso_c_binding, only: c_int, c_ptr"
    print "  implicit none"
    print "  private :: c_int, c_ptr"
    if (what == "mpi")
        return
    for (i = 1; i <= handle_count; i++)
        printf "  type, bind(C) :: MPI_%s\n    integer(c_int) :: MPI_VAL\n  end type\n", handle[i]
    print "  type, bind(C) :: MPI_Status"
    print "    integer(c_int) :: MPI_SOURCE, MPI_TAG, MPI_ERROR"
    print "    integer(c_int), private :: MPI_internal(5)"
    print "  end type"
}

# What only Fortran has. The kinds first: others use them.
function own_constants()
{
    parameter("integer", "MPI_INTEGER_KIND", 4)
    parameter("integer", "MPI_ADDRESS_KIND", 8)
    parameter("integer", "MPI_OFFSET_KIND", 8)
    parameter("integer", "MPI_COUNT_KIND", 8)
    parameter("logical", "MPI_SUBARRAYS_SUPPORTED", ".false.")
    parameter("logical", "MPI_ASYNC_PROTECTS_NONBLOCKING", ".false.")
}

function constant(name, type, value)
{
    if (type == "same as")
        constant(name, type_of[value], value_of[value])
    type_of[name] = type; value_of[name] = value
    if (name ~ /^MPI_T_/ || type ~ /\*$/ || type == "same as")
        return # C's tool interface, and addresses: Fortran has variables for those
    if (name == "MPI_F_STATUS_SIZE")
        name = "MPI_STATUS_SIZE"
    else if (name ~ /^MPI_F_/) { # an index from 0
        sub(/^MPI_F_/, "MPI_", name)
        value++
    } else if (name ~ /^MPI_MAX_/) # in C with the terminating zero (MPI 4.1, 2.6.2)
        value--
    if (value ~ /^0x/)
        value = hexadecimal(value)
    if (type == "MPI_Offset")
        parameter("integer(kind=MPI_OFFSET_KIND)", name, value)
    else if (type == "int" || what != "mpi_f08")
        parameter("integer", name, value)
    else
        parameter("type(" type ")", name, type "(" value ")")
}

# In mpif.h a line fits columns 7 to 72 and is a statement of its own.
function parameter(type, name, value)
{
    if (what == "mpif") {
        printf "      %s %s\n", type, name
        printf "      parameter (%s=%s)\n", name, value
    } else
        printf "  %s, parameter :: %s = %s\n", type, name, value
}

function hexadecimal(text,   i, n)
{
    for (i = 3; i <= length(text); i++)
        n = n * 16 + index("0123456789abcdef", tolower(substr(text, i, 1))) - 1
    return n
}

function external(name, type,   i, prefix)
{
    for (i = 0; i < 2; i++) {
        prefix = i ? "PMPI_" : "MPI_"
        printf "      %s %s%s\n", function_type(type), prefix, name
        printf "      external %s%s\n", prefix, name
    }
}

function function_type(type)
{
    if (type == "double")
        return "double precision"
    if (type == "MPI_Aint")
        return "integer(kind=MPI_ADDRESS_KIND)"
    fail("no Fortran type for a result of " type)
}

# The interface of one procedure: an interface block with one specific procedure, or two where a
# pointer may also be an integer.
function procedure(name, i)
{
    printf "  interface %s\n", name
    if (what == "mpi_f08")
        specific(name "_f08", i, "type(c_ptr)")
    else {
        specific(name, i, "integer(kind=MPI_ADDRESS_KIND)")
        if (special[i] ~ /=pointer/)
            specific(name "_cptr", i, "type(c_ptr)")
    }
    print "  end interface"
}

function specific(name, i, pointer_type,   list, count, j, dummies, body, kind, text, is_function)
{
    read_special(special[i])
    is_function = result[i] != "int"
    count = parameters[i] == "void" ? 0 : split(parameters[i], list, ", ")
    for (j = 1; j <= count; j++) {
        kind = dummy_kind(list[j])
        if (kind == "absent")
            continue
        text = declaration(kind, dummy, pointer_type)
        dummies = dummies (dummies == "" ? "" : ", ") dummy
        body = body text
    }
    if (!is_function && as["ierror"] != "absent") {
        dummies = dummies (dummies == "" ? "" : ", ") "ierror"
        body = body "      integer, " (what == "mpi_f08" ? "optional, " : "") "intent(out) :: ierror\n"
    }
    printf "    %s %s(%s)\n", is_function ? "function" : "subroutine", name, dummies
    imports(body is_function)
    if (is_function)
        printf "      %s :: %s\n", function_type(result[i]), name
    printf "%s    end %s\n", body, is_function ? "function" : "subroutine"
}

# as[parameter] = how it differs, from the table's last field.
function read_special(text,   list, count, i, half)
{
    for (i in as)
        delete as[i]
    count = split(text, list, " ")
    for (i = 1; i <= count; i++) {
        split(list[i], half, "=")
        as[half[1]] = half[2]
    }
}

# Takes a C parameter apart: sets `dummy`, its name, and returns its C type, or what replaces it.
function dummy_kind(text)
{
    dummy = text
    sub(/\[\]$/, "", dummy)
    sub(/^.*[ *]/, "", dummy)
    if (dummy in as)
        return as[dummy]
    sub(/[A-Za-z0-9_]*(\[\])?$/, "", text)
    sub(/ $/, "", text)
    return text
}

function declaration(kind, dummy, pointer_type,   type)
{
    if (kind == "logical")
        return "      logical, intent(out) :: " dummy "\n"
    if (kind == "pointer")
        return "      " pointer_type ", intent(out) :: " dummy "\n"
    if (kind == "choice")
        return "      type(*), dimension(*) :: " dummy "\n" \
               "      !GCC$ attributes no_arg_check :: " dummy "\n"
    if (kind == "int")
        return "      integer, intent(in) :: " dummy "\n"
    if (kind == "int *")
        return "      integer, intent(out) :: " dummy "\n"
    if (kind == "MPI_Aint")
        return "      integer(kind=MPI_ADDRESS_KIND), intent(in) :: " dummy "\n"
    if (kind == "char *")
        return "      character(len=*), intent(out) :: " dummy "\n"
    type = kind
    sub(/ \*$/, "", type)
    if (type in is_handle)
        return "      " (what == "mpi_f08" ? "type(" type ")" : "integer") ", intent(" \
               (type == kind ? "in" : "out") ") :: " dummy "\n"
    fail("no Fortran type for a parameter " kind " " dummy)
}

# An interface body sees of the module what it imports.
function imports(body,   i, list)
{
    if (body ~ /MPI_ADDRESS_KIND/ || body ~ /1$/)
        list = list ", MPI_ADDRESS_KIND"
    if (body ~ /c_ptr/)
        list = list ", c_ptr"
    for (i = 1; i <= handle_count; i++)
        if (body ~ "type\\(MPI_" handle[i] "\\)")
            list = list ", MPI_" handle[i]
    if (list != "")
        print "      import :: " substr(list, 3)
}

# Handles of module mpi_f08 are compared with == and /= (MPI 4.1, 2.5.1).
function operators_declare(   i, n, op)
{
    for (n = 0; n < 2; n++) {
        printf "  interface operator(%s)\n", n ? "/=" : "=="
        for (i = 1; i <= handle_count; i++)
            printf "    module procedure mpi_%s_%s\n", tolower(handle[i]), n ? "ne" : "eq"
        print "  end interface"
        for (i = 1; i <= handle_count; i++)
            printf "  private :: mpi_%s_%s\n", tolower(handle[i]), n ? "ne" : "eq"
    }
}

function operators_define(   i, n, name)
{
    print "contains"
    for (i = 1; i <= handle_count; i++)
        for (n = 0; n < 2; n++) {
            name = "mpi_" tolower(handle[i]) "_" (n ? "ne" : "eq")
            printf "  elemental logical function %s(a, b)\n", name
            printf "    type(MPI_%s), intent(in) :: a, b\n", handle[i]
            printf "    %s = a%%MPI_VAL %s b%%MPI_VAL\n", name, n ? "/=" : "=="
            print "  end function"
        }
}

function fail(text)
{
    print "api_fortran.awk: " text | "cat >&2"
    failed = 1
}
