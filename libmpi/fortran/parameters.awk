# SPDX-License-Identifier: BSD-2-Clause
# parameters.awk: what the parameters of a C function are in Fortran, for api_fortran.awk and
# api_wrapper.awk. parse(i) takes function i apart; parameter j has then
#
#   p_name[j], p_type[j]   without const, * and []
#   p_const[j], p_array[j] is const; "[]" or "[][3]"
#   p_kind[j]              one of
#     absent               Fortran has no such argument
#     choice               a buffer of any type
#     handle, handle&, handles, handles(const)   handles are INTEGERs, or derived types in mpi_f08
#     status, status(const), statuses
#     number, number&, numbers                   int, MPI_Aint, MPI_Count, MPI_Offset
#     index&, indices      which of an array: counted from 1
#     logical, logical&, logicals
#     string, string&      comes in, goes out
#     callback             a procedure of the program's
#     address              attribute_val and extra_state: INTEGER(KIND=MPI_ADDRESS_KIND)
#     pointer              an address comes back, as a number or TYPE(C_PTR)
#     detached             the same, but only in mpi_f08: in the others it is a buffer that is not used
#     ?                    not known here: such functions need a procedure by hand

BEGIN {
    handle_list = "Comm Datatype Errhandler File Group Info Message Op Request Session Win"
    handle_count = split(handle_list, handle, " ")
    for (i = 1; i <= handle_count; i++)
        is_handle["MPI_" handle[i]] = 1
    words("flag commute high reorder periods remain_dims weighted is_set", is_logical)
    # Out strings, and how long C's can be: the function has no argument that says it.
    longest["string"] = "MPI_MAX_ERROR_STRING"
    longest["name"] = "MPI_MAX_PROCESSOR_NAME"
    longest["version"] = "MPI_MAX_LIBRARY_VERSION_STRING"
    longest["comm_name"] = longest["type_name"] = longest["win_name"] = "MPI_MAX_OBJECT_NAME"
    longest["key"] = "MPI_MAX_INFO_KEY"
    longest["port_name"] = "MPI_MAX_PORT_NAME"
    longest["datarep"] = "MPI_MAX_DATAREP_STRING"
    FS = "\t"
}

# A line of the table that describes a function of C that libmpi has and that Fortran knows.
$1 == "function" && $5 == "done" && !only_c(substr($2, 5)) {
    functions++
    f_name[functions] = substr($2, 5)
    f_result[functions] = $3
    f_parameters[functions] = $4
    f_special[functions] = $6
}

# The tool interface, and conversions of handles and statuses.
function only_c(name)
{
    return name ~ /^T_/ || name ~ /_(toint|fromint|c2f|f2c|c2f08|f082c|f2f08|f082f)$/
}

function words(text, set,   list, count, i)
{
    count = split(text, list, " ")
    for (i = 1; i <= count; i++)
        set[list[i]] = 1
}

function parse(i,   list, count, j)
{
    read_special(f_special[i])
    p_count = f_parameters[i] == "void" ? 0 : split(f_parameters[i], list, ", ")
    for (j = 1; j <= p_count; j++)
        parse_one(j, list[j])
}

# as[parameter] = its kind, from the table's last field.
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

function parse_one(j, text)
{
    p_array[j] = ""
    if (match(text, /\[.*$/)) {
        p_array[j] = substr(text, RSTART)
        text = substr(text, 1, RSTART - 1)
    }
    p_const[j] = sub(/^const /, "", text)
    p_name[j] = text
    sub(/^.*[ *]/, "", p_name[j])
    p_type[j] = substr(text, 1, length(text) - length(p_name[j]))
    p_stars[j] = gsub(/\*/, "", p_type[j])
    sub(/ +$/, "", p_type[j])
    p_kind[j] = p_name[j] in as ? as[p_name[j]] : kind_of(p_type[j], p_stars[j], p_array[j] != "",
                                                           p_const[j], p_name[j])
}

function kind_of(type, stars, array, is_const, name)
{
    if (name == "...")
        return "absent"
    if (type ~ /_function(_c)?$/)
        return "callback"
    if (type == "void" && name ~ /^(attribute_val|extra_state)$/)
        return "address"
    if (type == "void" && name == "baseptr")
        return "pointer"
    if (type == "void" && name == "buffer_addr")
        return "detached"
    if (type == "void")
        return "choice"
    if (type == "char" && stars + array == 1)
        return is_const ? "string" : "string&"
    if (type == "MPI_Status")
        return is_const ? "status(const)" : name ~ /^array_of_/ ? "statuses" : "status"
    if (type in is_handle)
        return array ? (is_const ? "handles(const)" : "handles") : stars ? "handle&" : "handle"
    if (name == "indx" && !array)
        return "index&"
    if (name == "array_of_indices")
        return "indices"
    if (type ~ /^(int|MPI_Aint|MPI_Count|MPI_Offset)$/)
        return (name in is_logical ? "logical" : "number") (array ? "s" : stars ? "&" : "")
    return "?"
}

# Has the function parsed last a parameter of that kind?
function has(kind,   j)
{
    for (j = 1; j <= p_count; j++)
        if (p_kind[j] == kind)
            return 1
    return 0
}

function fail(text)
{
    print "libmpi/fortran: " text | "cat >&2"
    failed = 1
}
