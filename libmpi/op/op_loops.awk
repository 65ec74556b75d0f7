# SPDX-License-Identifier: BSD-2-Clause
# op_loops.awk: makes the loops of predefined reductions in C: awk -f op_loops.awk > op_loops.c
#
# One function for each operation and kind of element that MPI 4.1, 6.9.2 to 6.9.4 allow, and a table
# of them. The loops are plain, for the compiler to vectorize; the two buffers do not overlap.
# Sums and products of integers are computed without sign, where overflow wraps and is no error.

BEGIN {
    print "// Made by libmpi/op/op_loops.awk: change that, not this file."
    print "#include \"libmpi/op/loops.h\""
    print ""
    for (bits = 8; bits <= 128; bits *= 2) {
        signed = bits < 128 ? "int" bits "_t" : "__int128"
        unsigned = bits < 128 ? "uint" bits "_t" : "unsigned __int128"
        integers(bits, signed, unsigned)
    }
    real("F16", "uint16_t", "mpii_half_get", "mpii_half_put")
    real("F32", "float")
    real("F64", "double")
    real("F80", "long double")
    real("F128", "__float128")
    complex("C16", "F16", "uint16_t", "mpii_half_get", "mpii_half_put")
    complex("C32", "F32", "float")
    complex("C64", "F64", "double")
    complex("C80", "F80", "long double")
    complex("C128", "F128", "__float128")
    pair("FLOAT_INT", "float", "int")
    pair("DOUBLE_INT", "double", "int")
    pair("LONG_INT", "long", "int")
    pair("2INT", "int", "int")
    pair("SHORT_INT", "short", "int")
    pair("LONG_DOUBLE_INT", "long double", "int")
    pair("2REAL", "float", "float")
    pair("2DOUBLE_PRECISION", "double", "double")
    pair("2INTEGER", "int", "int")
    print "mpii_op_loop *const mpii_op_loops[MPII_OPS][MPII_BASICS] = {"
    printf "%s};\n\n", entries
    print "mpii_op_loop *const mpii_op_pair_loops[2][MPII_PAIRS] = {"
    printf "%s};\n", pair_entries
}

function integers(bits, signed, unsigned,   i, u, n, list)
{
    u = "U" bits
    i = "I" bits
    loop("SUM", i, unsigned, "a[i] + b[i]")
    loop("PROD", i, unsigned, (bits == 16 ? "(uint32_t)" : "") "a[i] * b[i]") # int * int could overflow
    loop("MIN", i, signed, "a[i] < b[i] ? a[i] : b[i]")
    loop("MAX", i, signed, "a[i] > b[i] ? a[i] : b[i]")
    loop("BAND", i, unsigned, "a[i] & b[i]")
    loop("BOR", i, unsigned, "a[i] | b[i]")
    loop("BXOR", i, unsigned, "a[i] ^ b[i]")
    loop("LAND", i, unsigned, "(a[i] != 0) & (b[i] != 0)")
    loop("LOR", i, unsigned, "(a[i] != 0) | (b[i] != 0)")
    loop("LXOR", i, unsigned, "(a[i] != 0) ^ (b[i] != 0)")
    if (bits < 128) { # there is no unsigned kind of 128 bits
        loop("MIN", u, unsigned, "a[i] < b[i] ? a[i] : b[i]")
        loop("MAX", u, unsigned, "a[i] > b[i] ? a[i] : b[i]")
        n = split("SUM PROD BAND BOR BXOR LAND LOR LXOR", list, " ")
        for (n in list)
            same(list[n], u, i)
    }
    n = split("LAND LOR LXOR", list, " ")
    for (n in list) {
        same(list[n], "LOGICAL" bits, i)
        if (bits == 8)
            same(list[n], "BOOL8", i)
    }
    n = split("BAND BOR BXOR", list, " ")
    for (n in list)
        if (bits == 8)
            same(list[n], "BYTES", i)
}

# A kind that is not a type of C is loaded by `get` and stored by `put`.
function real(kind, type, get, put,   a, b)
{
    a = get "(a[i])"; b = get "(b[i])"
    if (get == "") {
        a = "a[i]"; b = "b[i]"
    }
    loop("SUM", kind, type, a " + " b, put)
    loop("PROD", kind, type, a " * " b, put)
    loop("MIN", kind, type, a " < " b " ? a[i] : b[i]")
    loop("MAX", kind, type, a " > " b " ? a[i] : b[i]")
}

# Products by the textbook: infinities are not what C's operator makes of them.
function complex(kind, part, type, get, put)
{
    printf "static void sum_%s(const void *in, void *inout, size_t count)\n{\n", kind
    printf "    sum_%s(in, inout, 2 * count);\n}\n\n", part
    entry("SUM", kind, "sum_" kind)
    printf "static void prod_%s(const void *in, void *inout, size_t count)\n{\n", kind
    printf "    const %s *restrict a = in;\n    %s *restrict b = inout;\n\n", type, type
    print "    for (size_t i = 0; i < 2 * count; i += 2) {"
    value_type = get == "" ? type : "float"
    printf "        %s re = %s(a[i]) * %s(b[i]) - %s(a[i + 1]) * %s(b[i + 1]);\n", \
        value_type, get, get, get, get
    printf "        %s im = %s(a[i]) * %s(b[i + 1]) + %s(a[i + 1]) * %s(b[i]);\n\n", \
        value_type, get, get, get, get
    printf "        b[i] = %s(re);\n        b[i + 1] = %s(im);\n    }\n}\n\n", put, put
    entry("PROD", kind, "prod_" kind)
}

# Of equal values the lower index counts (6.9.4).
function pair(name, value, index_type,   n, op, less)
{
    for (n = 0; n < 2; n++) {
        op = n ? "maxloc" : "minloc"
        less = n ? ">" : "<"
        printf "static void %s_%s(const void *in, void *inout, size_t count)\n{\n", op, name
        printf "    struct pair {\n        %s value;\n        %s index;\n    };\n", value, index_type
        print "    const struct pair *restrict a = in;\n    struct pair *restrict b = inout;\n"
        print "    for (size_t i = 0; i < count; i++)"
        printf "        if (a[i].value %s b[i].value ||\n", less
        print "            (a[i].value == b[i].value && a[i].index < b[i].index)) {"
        # Member by member: the padding is not ours to write.
        print "            b[i].value = a[i].value;\n            b[i].index = a[i].index;\n        }\n}\n"
        pair_entries = pair_entries sprintf("    [%d][(uintptr_t)MPI_%s - (uintptr_t)MPI_FLOAT_INT] = %s_%s,\n", \
                                            n, name, op, name)
    }
}

function loop(op, kind, type, expression, put,   name)
{
    name = tolower(op) "_" kind
    printf "static void %s(const void *in, void *inout, size_t count)\n{\n", name
    printf "    const %s *restrict a = in;\n    %s *restrict b = inout;\n\n", type, type
    print "    for (size_t i = 0; i < count; i++)"
    printf "        b[i] = %s(%s);\n}\n\n", put == "" ? "(" type ")" : put, expression
    entry(op, kind, name)
}

function same(op, kind, as)
{
    entry(op, kind, tolower(op) "_" as)
}

function entry(op, kind, name)
{
    entries = entries "    [MPII_OP_" op "][MPII_BASIC_" kind "] = " name ",\n"
}
