# SPDX-License-Identifier: BSD-2-Clause
# constants_test.awk: makes a program that holds mpi.h against every line of api.tsv: the value and
# the type of each constant, the type of each callback, the prototype of each function that is done
# or removed and of its PMPI_ twin.

BEGIN {
    FS = "\t"
    print "#include \"mpi.h\""
    print "#include <stdio.h>"
    print "#define IS(type, x) _Generic((x), type: 1, default: 0)"
    print "_Static_assert(sizeof(MPI_Status) == 32, \"20.3.5\");"
    print "_Static_assert(sizeof(MPI_Aint) == 8 && sizeof(MPI_Offset) == 8 && sizeof(MPI_Count) == 8, \"20.3.1\");"
}

$1 == "constant" {
    type = $3; value = $4
    if (type == "same as") {
        type = type_of[value]; value = value_of[value]
    }
    type_of[$2] = type; value_of[$2] = value
    if (type ~ /^MPI_T_(cb_safety|source_order)$/)
        type = "int" # an enumeration's constants are of type int
    printf "_Static_assert(IS(%s, %s), \"type of %s\");\n", type, $2, $2
    values = values sprintf("    bad += differs(\"%s\", (long long)%s, %sll);\n", $2, $2, value)
    count++
}

$1 == "callback" {
    printf "_Static_assert(IS(%s (*)(%s), (%s *)0), \"%s\");\n", $3, $4, $2, $2
    count++
}

($1 == "function" && $5 == "done") || $1 == "removed" {
    printf "_Static_assert(IS(%s (*)(%s), &%s), \"%s\");\n", $3, $4, $2, $2
    printf "_Static_assert(IS(%s (*)(%s), &P%s), \"P%s\");\n", $3, $4, $2, $2
    count++
}

END {
    print "static int differs(const char *name, long long is, long long should)"
    print "{"
    print "    if (is != should)"
    print "        printf(\"%s is %lld, not %lld\\n\", name, is, should);"
    print "    return is != should;"
    print "}"
    print "int main(void)"
    print "{"
    print "    int bad = 0;"
    printf "%s", values
    printf "    printf(\"done %d\\n\");\n", count
    print "    return bad != 0;"
    print "}"
}
