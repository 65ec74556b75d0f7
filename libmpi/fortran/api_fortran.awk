# SPDX-License-Identifier: BSD-2-Clause
# api_fortran.awk: makes the Fortran interface from the table:
#   awk -v what=mpif|mpi|mpi_f08 -f parameters.awk -f api_fortran.awk ../api.tsv
#
#   mpif     mpif.h: constants and the types of functions, in a form that is both fixed and free
#   mpi      module mpi: handles are integers; buffers are of any type and passed by address
#   mpi_f08  module mpi_f08: handles are derived types, ierror is optional, buffers are passed by
#            descriptor, so that sections of arrays need no copy (MPI_SUBARRAYS_SUPPORTED)
#
# The procedures behind them are in C (fortran.h). mpi_f08's have the suffixes _f08 and, with
# descriptors, _f08ts that MPI 4.1, 19.1.5 gives them.

BEGIN {
    # Arguments that come in and go out; of others the C type tells.
    words("array_of_requests position buflen", is_inout)
    words("Wait.request Test.request Start.request Request_free.request Type_commit.datatype " \
          "Type_free.datatype Comm_free.comm Comm_disconnect.comm Group_free.group Info_free.info " \
          "Op_free.op Errhandler_free.errhandler Win_free.win File_close.fh Session_finalize.session " \
          "Mrecv.message Imrecv.message Comm_free_keyval.comm_keyval Type_free_keyval.type_keyval " \
          "Win_free_keyval.win_keyval Keyval_free.keyval", is_inout)
    words("Cancel.request", is_in)
    # Arrays that are written to.
    words("array_of_requests array_of_integers array_of_addresses array_of_large_counts array_of_datatypes " \
          "array_of_errcodes ranks2 coords dims periods indices edges sources destinations sourceweights " \
          "destweights neighbors Graph_get.indx", is_out)
    begin_text()
    own_constants()
}

$1 == "constant" { constant($2, $3, $4) }

END {
    sentinels()
    callbacks_predefined()
    if (what == "mpif") {
        for (i = 1; i <= functions; i++)
            if (f_result[i] != "int")
                external(f_name[i], f_result[i])
        exit failed
    }
    if (what == "mpi_f08")
        callbacks_abstract()
    operators_declare()
    for (i = 1; i <= functions; i++)
        generic(i)
    procedures_own("MPI_")
    procedures_own("PMPI_")
    operators_define()
    print "end module " what
    exit failed
}

function begin_text(   i)
{
    print "! SPDX-License-Identifier: BSD-2-Clause"
    print "! Made from libmpi/api.tsv by libmpi/fortran/api_fortran.awk: change those, not this file."
    if (what == "mpif")
        return
    print "module " what
    print "  use, intrinsic :: iso_c_binding, only: c_int, c_ptr"
    print "  implicit none"
    print "  private :: c_int, c_ptr"
    for (i = 1; i <= handle_count; i++)
        printf "  type, bind(C) :: MPI_%s\n    integer(c_int) :: MPI_VAL\n  end type\n", handle[i]
    print "  type, bind(C) :: MPI_Status"
    print "    integer(c_int) :: MPI_SOURCE, MPI_TAG, MPI_ERROR, MPI_internal(5)"
    print "  end type"
}

# What only Fortran has. The kinds first: others use them.
function own_constants()
{
    parameter("integer", "MPI_INTEGER_KIND", 4)
    parameter("integer", "MPI_ADDRESS_KIND", 8)
    parameter("integer", "MPI_OFFSET_KIND", 8)
    parameter("integer", "MPI_COUNT_KIND", 8)
    parameter("logical", "MPI_SUBARRAYS_SUPPORTED", what == "mpi_f08" ? ".true." : ".false.")
    parameter("logical", "MPI_ASYNC_PROTECTS_NONBLOCKING", what == "mpi_f08" ? ".true." : ".false.")
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
    if (what == "mpi_f08" && name ~ /^MPI_(SOURCE|TAG|ERROR)$/)
        return # components there
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

# The variables whose addresses mean something, in the order of libmpi/object/sentinel.h.
function sentinels(   list, count, i)
{
    count = split("MPI_BOTTOM MPI_IN_PLACE MPI_BUFFER_AUTOMATIC MPI_STATUS_IGNORE " \
                  "MPI_STATUSES_IGNORE MPI_ERRCODES_IGNORE MPI_UNWEIGHTED MPI_WEIGHTS_EMPTY", list, " ")
    for (i = 1; i <= count; i++) {
        if (list[i] ~ /STATUS/)
            variable(what == "mpi_f08" ? "type(MPI_Status)" : "integer",
                     list[i] (what == "mpi_f08" ? (list[i] ~ /ES_/ ? "(1)" : "") : \
                              list[i] ~ /ES_/ ? "(MPI_STATUS_SIZE,1)" : "(MPI_STATUS_SIZE)"))
        else
            variable("integer", list[i] (i > 3 ? "(1)" : ""))
    }
    for (i = 1; i <= count; i++)
        common("mpiisentinels", list[i])
    variable("character", "MPI_ARGV_NULL(1)")
    variable("character", "MPI_ARGVS_NULL(1,1)")
    common("mpiisentinelsc", "MPI_ARGV_NULL")
    common("mpiisentinelsc", "MPI_ARGVS_NULL")
}

function variable(type, name)
{
    printf what == "mpif" ? "      %s %s\n" : "  %s :: %s\n", type, name
}

# A block goes on where the last such statement left it: no line is too long for fixed form.
function common(block, name)
{
    printf "%s/%s/ %s\n", what == "mpif" ? "      common " : "  common ", block, name
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

# The callbacks that the library has itself.
function callbacks_predefined(   list, count, i)
{
    count = split("COMM TYPE WIN", list, " ")
    for (i = 1; i <= count; i++) {
        callback_predefined(list[i], "NULL_COPY_FN")
        callback_predefined(list[i], "DUP_FN")
        callback_predefined(list[i], "NULL_DELETE_FN")
    }
    if (what == "mpi_f08")
        return
    callback_predefined("", "NULL_COPY_FN")
    callback_predefined("", "DUP_FN")
    callback_predefined("", "NULL_DELETE_FN")
}

function callback_predefined(of, name)
{
    if (what != "mpi_f08") {
        printf "%sexternal MPI_%s%s\n", what == "mpif" ? "      " : "  ", of (of == "" ? "" : "_"), name
        return
    }
    print "  interface"
    if (name ~ /DELETE/)
        delete_attr("MPI_" of "_" name, of)
    else
        copy_attr("MPI_" of "_" name, of)
    print "  end interface"
}

function attr_type(of)
{
    return of == "COMM" ? "MPI_Comm" : of == "TYPE" ? "MPI_Datatype" : "MPI_Win"
}

function copy_attr(name, of)
{
    statement("    subroutine " name "(handle, keyval, extra_state, attribute_val_in, attribute_val_out, " \
              "flag, ierror)")
    print "      import"
    print "      type(" attr_type(of) ") :: handle"
    print "      integer :: keyval, ierror"
    print "      integer(kind=MPI_ADDRESS_KIND) :: extra_state, attribute_val_in, attribute_val_out"
    print "      logical :: flag"
    print "    end subroutine"
}

function delete_attr(name, of)
{
    print "    subroutine " name "(handle, keyval, attribute_val, extra_state, ierror)"
    print "      import"
    print "      type(" attr_type(of) ") :: handle"
    print "      integer :: keyval, ierror"
    print "      integer(kind=MPI_ADDRESS_KIND) :: attribute_val, extra_state"
    print "    end subroutine"
}

# What the callbacks of a program look like in mpi_f08.
function callbacks_abstract(   list, count, i)
{
    print "  abstract interface"
    user_function("MPI_User_function", "integer")
    user_function("MPI_User_function_c", "integer(kind=MPI_COUNT_KIND)")
    split("COMM TYPE WIN", list, " ")
    for (i = 1; i <= 3; i++) {
        copy_attr("MPI_" substr(list[i], 1, 1) tolower(substr(list[i], 2)) "_copy_attr_function", list[i])
        delete_attr("MPI_" substr(list[i], 1, 1) tolower(substr(list[i], 2)) "_delete_attr_function",
                    list[i])
    }
    count = split("Comm File Session Win", list, " ")
    for (i = 1; i <= count; i++) {
        print "    subroutine MPI_" list[i] "_errhandler_function(handle, error_code)"
        print "      import"
        print "      type(MPI_" list[i] ") :: handle"
        print "      integer :: error_code"
        print "    end subroutine"
    }
    grequest_function("query", "status", "type(MPI_Status)")
    grequest_function("free", "", "")
    grequest_function("cancel", "complete", "logical")
    print "  end interface"
}

function user_function(name, type)
{
    print "    subroutine " name "(invec, inoutvec, len, datatype)"
    print "      import"
    print "      type(c_ptr), value :: invec, inoutvec"
    print "      " type " :: len"
    print "      type(MPI_Datatype) :: datatype"
    print "    end subroutine"
}

function grequest_function(name, more, type)
{
    print "    subroutine MPI_Grequest_" name "_function(extra_state, " (more == "" ? "" : more ", ") "ierror)"
    print "      import"
    print "      integer(kind=MPI_ADDRESS_KIND) :: extra_state"
    if (more != "")
        print "      " type " :: " more
    print "      integer :: ierror"
    print "    end subroutine"
}

# The generic name of one function. In mpi_f08 the function with large counts has the same, unless
# nothing but their kind tells them apart: MPI_ADDRESS_KIND and MPI_COUNT_KIND are equal here.
function generic(i,   twin)
{
    if (f_name[i] ~ /_c$/) {
        if (what == "mpi_f08" && !has_twin(i))
            generic_one(i, 0)
        return
    }
    if (what == "mpi_f08" && f_name[i] ~ /^(Attr|Keyval)_/)
        return # deprecated before there was that module
    parse(i)
    if (has("?"))
        return # until there is a procedure by hand, and a kind
    twin = what == "mpi_f08" ? twin_of(i) : 0
    generic_one(i, twin)
}

# The number of the function with large counts that can share the name of function i, or 0.
function twin_of(i,   j)
{
    for (j = i; j <= functions && j <= i + 4; j++)
        if (f_name[j] == f_name[i] "_c")
            return signature(i) == signature(j) ? 0 : j
    return 0
}

function has_twin(i,   j)
{
    for (j = i; j >= 1 && j >= i - 4; j--)
        if (f_name[j] "_c" == f_name[i])
            return twin_of(j) == i
    return 0
}

# What tells specific procedures apart.
function signature(i,   text)
{
    text = f_parameters[i]
    gsub(/MPI_(Aint|Count|Offset)/, "wide", text)
    gsub(/_function_c/, "_function", text)
    return text
}

# In module mpi most names are not generic: a generic one wants arguments of the very rank that the interface
# has, where programs pass statuses(1, i) or a whole array.
function generic_one(i, twin,   n, prefix)
{
    for (n = 0; n < 2; n++) {
        prefix = n ? "PMPI_" : "MPI_"
        parse(i)
        print "  interface" (what == "mpi_f08" || has("pointer") ? " " prefix f_name[i] : "")
        if (what == "mpi") {
            specific(prefix f_name[i], i, "")
            if (has("pointer"))
                specific(prefix f_name[i] "_cptr", i, "")
        } else
            specific(prefix f_name[i] (has("choice") ? "_f08ts" : "_f08"), i, has("choice"))
        if (twin) {
            parse(twin)
            specific(prefix f_name[twin] (has("choice") ? "_f08ts" : "_f08"), twin, has("choice"))
        }
        print "  end interface"
    }
}

function specific(name, i, descriptors,   j, dummies, body, is_function)
{
    is_function = f_result[i] != "int"
    for (j = 1; j <= p_count; j++) {
        if (p_kind[j] == "absent")
            continue
        dummies = dummies (dummies == "" ? "" : ", ") dummy_name(j)
        body = body declaration(i, j, name)
    }
    if (!is_function && f_name[i] != "Pcontrol") {
        dummies = dummies (dummies == "" ? "" : ", ") "ierror"
        body = body "      integer, " (what == "mpi_f08" ? "optional, " : "") "intent(out) :: ierror\n"
    }
    statement("    " (is_function ? "function " : "subroutine ") name "(" dummies ")" \
              (descriptors ? " bind(C, name=\"" tolower(name) "_\")" : ""))
    print "      import"
    if (is_function)
        printf "      %s :: %s\n", function_type(f_result[i]), name
    printf "%s    end %s\n", body, is_function ? "function" : "subroutine"
}

# A line of Fortran has at most 132 columns.
function statement(text,   at)
{
    while (length(text) > 110) {
        for (at = 110; substr(text, at, 2) != ", "; at--)
            ;
        print substr(text, 1, at) " &"
        text = "        " substr(text, at + 2)
    }
    print text
}

function dummy_name(j)
{
    return p_name[j] == "indx" ? "index" : p_name[j]
}

function declaration(i, j, name,   kind, type, dummy, shape, intent)
{
    kind = p_kind[j]; dummy = dummy_name(j); shape = ""
    if (kind == "choice" || (kind == "detached" && what == "mpi"))
        return choice(i, j, dummy)
    intent = intent_of(i, j)
    if (kind ~ /^handle/) {
        type = what == "mpi_f08" ? "type(" p_type[j] ")" : "integer"
        if (kind ~ /^handles/)
            shape = "(*)"
    } else if (kind ~ /^status/) {
        type = what == "mpi_f08" ? "type(MPI_Status)" : "integer"
        if (what == "mpi")
            shape = kind == "statuses" ? "(MPI_STATUS_SIZE, *)" : "(MPI_STATUS_SIZE)"
        else
            shape = kind == "statuses" ? "(*)" : ""
    } else if (kind ~ /^(number|logical)/) {
        type = kind ~ /^logical/ ? "logical" : number_type(p_type[j])
        if (kind ~ /s$/)
            shape = p_array[j] == "[][3]" ? "(3, *)" : "(*)"
    } else if (kind ~ /^ind/) {
        type = "integer"
        shape = kind == "indices" ? "(*)" : ""
    } else if (kind ~ /^string/)
        type = "character(len=*)"
    else if (kind == "callback") {
        return what == "mpi" ? "      external :: " dummy "\n" : \
                               "      procedure(" p_type[j] ") :: " dummy "\n"
    } else if (kind == "address")
        type = f_name[i] ~ /^(Attr|Keyval)_/ ? "integer" : "integer(kind=MPI_ADDRESS_KIND)"
    else if (kind == "pointer" || kind == "detached")
        type = what == "mpi" && name !~ /_cptr$/ ? "integer(kind=MPI_ADDRESS_KIND)" : "type(c_ptr)"
    else
        fail(f_name[i] ": " dummy ": no declaration for kind " kind)
    return "      " type intent " :: " dummy shape "\n" (is_lenient(j) ? any_type(dummy) : "")
}

# Many a program passes, in module mpi, 0 for an array of counts that do not matter, or an array where one
# datatype is due: with mpif.h that works.
function is_lenient(j)
{
    return what == "mpi" && has("choice") && p_kind[j] ~ /^(number|handle)/ && \
           p_name[j] ~ /^(send|recv)(count|type)s?$|displs$/
}

function any_type(dummy)
{
    return "      !GCC$ attributes no_arg_check :: " dummy "\n      !DIR$ ignore_tkr " dummy "\n"
}

# Without a word in module mpi for what a call changes: programs pass constants there.
function intent_of(i, j,   kind, dummy)
{
    kind = p_kind[j]; dummy = p_name[j]
    if (kind ~ /(^handle|^number|^logical|^string|\(const\))$/ || p_const[j] || \
        (kind == "address" && !(f_name[i] ~ /_get(_attr)?$/)) || (f_name[i] "." dummy) in is_in)
        return ", intent(in)"
    if (kind ~ /^(handles|numbers|logicals)$/ && !(dummy in is_out) && !((f_name[i] "." dummy) in is_out))
        return ", intent(in)"
    if (what == "mpi")
        return ""
    if (dummy in is_inout || (f_name[i] "." dummy) in is_inout || f_name[i] ~ /^Status_set_/)
        return ", intent(inout)"
    if (kind ~ /^status/ || dummy ~ /weights$/)
        return "" # where constants may stand that nothing is written to
    return kind ~ /^(handles|numbers|logicals|indices)$/ ? "" : ", intent(out)"
}

function number_type(type)
{
    if (type == "int")
        return "integer"
    return "integer(kind=MPI_" (type == "MPI_Aint" ? "ADDRESS" : type == "MPI_Count" ? "COUNT" : \
           "OFFSET") "_KIND)"
}

# A buffer of any type and rank. The directives are for other compilers than gfortran.
function choice(i, j, dummy)
{
    if (what == "mpi_f08")
        return "      type(*), dimension(..)" (p_const[j] ? ", intent(in)" : "") \
               (starts(i) ? ", asynchronous" : "") " :: " dummy "\n"
    return "      type(*), dimension(*) :: " dummy "\n" any_type(dummy)
}

# Does it only start what goes on after the call?
function starts(i)
{
    return f_parameters[i] ~ /MPI_Request \*/
}

# Procedures that C does not have, or not so.
function procedures_own(prefix,   f08)
{
    f08 = what == "mpi_f08" ? "optional, " : ""
    own_begin(prefix, "Sizeof", "x, size, ierror", "sizeof_f08ts_")
    print "      type(*), dimension(..), intent(in) :: x"
    print "      integer, intent(out) :: size"
    own_end("      integer, " f08 "intent(out) :: ierror")
    if (f08 != "") {
        own_begin(prefix, "F_sync_reg", "buf", "f_sync_reg_f08ts_")
        own_end("      type(*), dimension(..), asynchronous :: buf")
    } else {
        own_begin(prefix, "F_sync_reg", "buf", "")
        own_end(substr(choice(0, 0, "buf"), 1, length(choice(0, 0, "buf")) - 1))
    }
    convert(prefix, "f2f08", "integer, intent(in) :: f_status(MPI_STATUS_SIZE)",
            "type(MPI_Status), intent(out) :: f08_status", "f_status, f08_status", f08)
    convert(prefix, "f082f", "type(MPI_Status), intent(in) :: f08_status",
            "integer, intent(out) :: f_status(MPI_STATUS_SIZE)", "f08_status, f_status", f08)
}

function own_begin(prefix, name, dummies, linked)
{
    print "  interface" (what == "mpi_f08" ? " " prefix name : "")
    print "    subroutine " prefix name (what == "mpi" ? "" : linked == "" ? "_f08" : "_f08ts") "(" dummies ")" \
          (linked == "" ? "" : " bind(C, name=\"" tolower(prefix) linked "\")")
    print "      import"
}

function own_end(text)
{
    print text
    print "    end subroutine"
    print "  end interface"
}

function convert(prefix, name, one, two, dummies, f08)
{
    own_begin(prefix, "Status_" name, dummies ", ierror", "")
    print "      " one
    print "      " two
    own_end("      integer, " f08 "intent(out) :: ierror")
}

# Handles as derived types are compared with == and /= (MPI 4.1, 2.5.1).
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
