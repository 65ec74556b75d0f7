// SPDX-License-Identifier: BSD-2-Clause
// mpi_groups.c: groups and what can be asked of communicators, with any MPI and any number of ranks: no
// call communicates. Prints `done N`, N being the same for each rank but not for each number of them.
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int cases, rank, size;

#define CHECK(condition) check(condition, #condition, __LINE__)

static void check(int holds, const char *text, int line)
{
    cases++;
    if (holds)
        return;
    printf("mpi_groups.c:%d: rank %d of %d: %s\n", line, rank, size, text);
    fflush(stdout);
    MPI_Abort(MPI_COMM_WORLD, 1);
}

static int class_of(int code)
{
    int class = -1;

    MPI_Error_class(code, &class);
    return class;
}

// Where the standard leaves open whether a mistake is noticed, or other libraries fall short of it.
static int strict(void)
{
    char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;

    MPI_Get_library_version(text, &length);
    return strncmp(text, "Torito ", 7) == 0;
}

static int compare(MPI_Group one, MPI_Group two)
{
    int result = -1;

    MPI_Group_compare(one, two, &result);
    return result;
}

// The members are world ranks first, first + stride, ..., and my rank is right.
static int is_range(MPI_Group group, MPI_Group world, int first, int stride, int count)
{
    int members = -1, mine = -1, expected = MPI_UNDEFINED, ok;
    int *from = malloc(((size_t)count + 1) * sizeof *from),
        *to = malloc(((size_t)count + 1) * sizeof *to);

    MPI_Group_size(group, &members);
    MPI_Group_rank(group, &mine);
    ok = members == count;
    for (int i = 0; i < count; i++) {
        from[i] = i;
        if (first + i * stride == rank)
            expected = i;
    }
    ok = ok && mine == expected;
    ok = ok && MPI_Group_translate_ranks(group, count, from, world, to) == MPI_SUCCESS;
    for (int i = 0; ok && i < count; i++)
        ok = to[i] == first + i * stride;
    free(from);
    free(to);
    return ok;
}

static void check_sets(MPI_Group world)
{
    MPI_Group even, low, made, again;
    int evens[1][3] = {{0, size - 1, 2}}, lows[1][3] = {{(size - 1) / 2, 0, -1}};
    int n_even = (size + 1) / 2, n_low = (size - 1) / 2 + 1, both = 0, i;

    for (i = 0; i < n_low; i++)
        both += i % 2 == 0;
    CHECK(MPI_Group_range_incl(world, 1, evens, &even) == MPI_SUCCESS);
    CHECK(is_range(even, world, 0, 2, n_even));
    CHECK(MPI_Group_range_incl(world, 1, lows, &low) == MPI_SUCCESS);
    CHECK(is_range(low, world, n_low - 1, -1, n_low));
    CHECK(MPI_Group_intersection(even, low, &made) == MPI_SUCCESS); // in the order of the first
    CHECK(is_range(made, world, 0, 2, both));
    MPI_Group_free(&made);
    CHECK(MPI_Group_difference(world, even, &made) == MPI_SUCCESS);
    CHECK(is_range(made, world, 1, 2, size / 2));
    CHECK(MPI_Group_union(even, made, &again) == MPI_SUCCESS);
    CHECK(compare(again, world) == (size > 2 ? MPI_SIMILAR : MPI_IDENT));
    MPI_Group_free(&again);
    CHECK(MPI_Group_union(world, made, &again) == MPI_SUCCESS && compare(again, world) == MPI_IDENT);
    MPI_Group_free(&again);
    MPI_Group_free(&made);
    CHECK(MPI_Group_range_excl(world, 1, evens, &made) == MPI_SUCCESS);
    CHECK(is_range(made, world, 1, 2, size / 2));
    CHECK(compare(made, even) == MPI_UNEQUAL);
    MPI_Group_free(&made);
    MPI_Group_free(&low);
    CHECK(MPI_Group_free(&even) == MPI_SUCCESS && even == MPI_GROUP_NULL);
}

static void check_empty(MPI_Group world)
{
    MPI_Group none;
    int number;

    CHECK(MPI_Group_difference(world, world, &none) == MPI_SUCCESS && none == MPI_GROUP_EMPTY);
    CHECK(MPI_Group_size(none, &number) == MPI_SUCCESS && number == 0);
    CHECK(MPI_Group_rank(none, &number) == MPI_SUCCESS && number == MPI_UNDEFINED);
    CHECK(compare(none, MPI_GROUP_EMPTY) == MPI_IDENT && compare(none, world) == MPI_UNEQUAL);
    CHECK(MPI_Group_incl(world, 0, NULL, &none) == MPI_SUCCESS && none == MPI_GROUP_EMPTY);
    CHECK(MPI_Group_excl(MPI_GROUP_EMPTY, 0, NULL, &none) == MPI_SUCCESS && none == MPI_GROUP_EMPTY);
    CHECK(MPI_Group_union(none, world, &none) == MPI_SUCCESS && compare(none, world) == MPI_IDENT);
    CHECK(MPI_Group_free(&none) == MPI_SUCCESS);
}

static void check_refusals(MPI_Group world)
{
    int ranks[2] = {0, 0}, to[2], ranges[1][3] = {{0, 0, 0}}, past[1][3] = {{0, size, 1}};
    MPI_Group made = MPI_GROUP_NULL;

    CHECK(class_of(MPI_Group_incl(world, -1, ranks, &made)) == MPI_ERR_ARG);
    if (strict()) {
        CHECK(class_of(MPI_Group_incl(world, 2, ranks, &made)) == MPI_ERR_RANK);
        CHECK(class_of(MPI_Group_excl(world, 2, ranks, &made)) == MPI_ERR_RANK);
    }
    ranks[1] = size;
    CHECK(class_of(MPI_Group_incl(world, 1, ranks + 1, &made)) == MPI_ERR_RANK);
    CHECK(class_of(MPI_Group_translate_ranks(world, 2, ranks, world, to)) == MPI_ERR_RANK);
    ranks[1] = -1;
    CHECK(class_of(MPI_Group_excl(world, 1, ranks + 1, &made)) == MPI_ERR_RANK);
    CHECK(class_of(MPI_Group_range_incl(world, 1, ranges, &made)) == MPI_ERR_ARG);
    CHECK(MPI_Group_range_excl(world, 1, past, &made) != MPI_SUCCESS);
    CHECK(class_of(MPI_Group_union(world, MPI_GROUP_NULL, &made)) == MPI_ERR_GROUP);
    CHECK(made == MPI_GROUP_NULL);
    ranks[1] = MPI_PROC_NULL;
    CHECK(MPI_Group_translate_ranks(world, 2, ranks, MPI_GROUP_EMPTY, to) == MPI_SUCCESS);
    if (strict())
        CHECK(to[0] == MPI_UNDEFINED && to[1] == MPI_PROC_NULL);
}

static void check_communicators(MPI_Group world)
{
    MPI_Group self;
    int number;

    CHECK(MPI_Comm_group(MPI_COMM_SELF, &self) == MPI_SUCCESS && is_range(self, world, rank, 1, 1));
    CHECK(compare(self, world) == (size == 1 ? MPI_IDENT : MPI_UNEQUAL));
    CHECK(MPI_Group_free(&self) == MPI_SUCCESS);
    CHECK(MPI_Comm_compare(MPI_COMM_WORLD, MPI_COMM_WORLD, &number) == MPI_SUCCESS);
    CHECK(number == MPI_IDENT);
    CHECK(MPI_Comm_compare(MPI_COMM_WORLD, MPI_COMM_SELF, &number) == MPI_SUCCESS);
    CHECK(number == (size == 1 ? MPI_CONGRUENT : MPI_UNEQUAL));
    CHECK(MPI_Comm_test_inter(MPI_COMM_WORLD, &number) == MPI_SUCCESS && number == 0);
    if (strict())
        CHECK(class_of(MPI_Comm_remote_group(MPI_COMM_WORLD, &self)) == MPI_ERR_COMM);
}

int main(int argc, char **argv)
{
    MPI_Group world;

    MPI_Init(&argc, &argv);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_group(MPI_COMM_WORLD, &world);
    CHECK(is_range(world, world, 0, 1, size));
    check_sets(world);
    check_empty(world);
    check_refusals(world);
    check_communicators(world);
    CHECK(MPI_Group_free(&world) == MPI_SUCCESS && world == MPI_GROUP_NULL);
    MPI_Finalize();
    printf("done %d\n", cases);
    return 0;
}
