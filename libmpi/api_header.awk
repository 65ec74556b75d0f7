# SPDX-License-Identifier: BSD-2-Clause
# api_header.awk: makes mpi.h: awk -f api_header.awk api.tsv mpi.h.in > mpi.h
#
# Copies mpi.h.in and puts the table's constants, callback types and functions where it names them.

BEGIN { FS = "\t" }

FILENAME ~ /\.tsv$/ {
    if ($1 == "constant")
        constant_add($2, $3, $4)
    else if ($1 == "callback")
        callbacks = callbacks wrap("typedef " $3 " " $2 "(" $4 ");")
    else if ($1 == "function" && $5 == "done")
        functions = functions prototype($3, $2, $4) prototype($3, "P" $2, $4)
    else if ($1 == "removed")
        removed = removed prototype($3, $2, $4) prototype($3, "P" $2, $4)
    next
}

/^@ENUMERATIONS@$/ { for (i = 1; i <= enum_count; i++) enum_print(enum_name[i]); next }
/^@CALLBACKS@$/ { printf "%s", callbacks; next }
/^@CONSTANTS@$/ { printf "%s", constants; next }
/^@FUNCTIONS@$/ { printf "%s", functions; next }
/^@REMOVED@$/ { printf "%s", removed; next }
{ print }

# An enumeration's constants are its members; all others are macros, for programs test them by #if.
function constant_add(name, type, value)
{
    if (type ~ /^MPI_T_(cb_safety|source_order)$/) {
        if (!(type in enum_members))
            enum_name[++enum_count] = type
        enum_members[type] = enum_members[type] "    " name " = " value ",\n"
        return
    }
    if (type != section && type != "same as") {
        constants = constants (section == "" ? "" : "\n")
        section = type
    }
    if (type == "int" && value ~ /^-/)
        value = "(" value ")"
    else if (type != "int" && type != "same as")
        value = "((" pointer(type) ")" value ")"
    constants = constants sprintf("#define %-35s %s\n", name, value)
}

# "MPI_Copy_function*" as the formatter writes it.
function pointer(type)
{
    if (match(type, /\*+$/))
        type = substr(type, 1, RSTART - 1) " " substr(type, RSTART)
    return type
}

function enum_print(type,   members)
{
    members = enum_members[type]
    sub(/,\n$/, "\n", members)
    printf "typedef enum %s {\n%s} %s;\n\n", type, members, type
}

function prototype(result, name, parameters)
{
    return wrap(result " " name "(" parameters ");")
}

# Breaks a declaration after commas so that no line is longer than 100 columns.
function wrap(text,   out, at)
{
    while (length(text) > 100) {
        for (at = 100; substr(text, at, 2) != ", "; at--)
            ;
        out = out substr(text, 1, at) "\n"
        text = "    " substr(text, at + 2)
    }
    return out text "\n"
}
