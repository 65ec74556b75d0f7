// SPDX-License-Identifier: BSD-2-Clause
// split_test.c: the local parts of the constructors of communicators: groups by color and key, split types,
// a communicator from its parts, and its end.
#include "libmpi/comm.h"
#include "libmpi/comm/context.h"
#include "libmpi/test/fake_kernel.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int cases;

#define CHECK(condition) check(condition, #condition, __LINE__)

static void check(int holds, const char *text, int line)
{
    cases++;
    if (holds)
        return;
    printf("split_test.c:%d: %s\n(last abort: status %d, \"%s\")\n", line, text, fake_kernel.status,
           fake_kernel.message);
    exit(1);
}

// The group's world ranks are `count` numbers that follow.
static bool is_group(const struct mpii_group *group, int count, ...)
{
    bool same = group && group->size == count;
    va_list list;

    va_start(list, count);
    for (int i = 0; same && i < count; i++)
        same = mpii_group_world(group, i) == va_arg(list, uint32_t);
    va_end(list);
    return same;
}

static void check_split(void)
{
    // The fake kernel's ranks are 0 to 4; this is 2.
    struct mpii_split given[5] = {{7, 0}, {-3, 1}, {7, -9}, {7, 0}, {7, -9}};
    struct mpii_group *group, *part;

    group = mpii_split_group(mpii_world.group, given, 7);
    CHECK(is_group(group, 4, 2u, 4u, 0u, 3u) && group->rank == 0); // ties by rank
    part = mpii_split_group(group, (struct mpii_split[]){{1, 5}, {1, 4}, {2, 3}, {1, 2}}, 1);
    CHECK(is_group(part, 3, 3u, 4u, 2u) && part->rank == 2); // ranks of the group, not of the world
    mpii_group_drop(part);
    mpii_group_drop(group);
    group = mpii_split_group(mpii_world.group, given, -3);
    CHECK(is_group(group, 1, 1u) && group->rank == MPI_UNDEFINED);
    mpii_group_drop(group);
    CHECK(mpii_split_group(mpii_world.group, given, 8) == &mpii_group_empty);
    memset(given, 0, sizeof given);
    given[0] = (struct mpii_split){0, INT_MAX};
    given[4] = (struct mpii_split){0, INT_MIN}; // keys whose difference is no int
    group = mpii_split_group(mpii_world.group, given, 0);
    CHECK(is_group(group, 5, 4u, 1u, 2u, 3u, 0u));
    mpii_group_drop(group);
    memset(given, 0, sizeof given);
    group = mpii_split_group(mpii_world.group, given, 0);
    CHECK(is_group(group, 5, 0u, 1u, 2u, 3u, 4u) && !group->world); // the identity needs no array
    mpii_group_drop(group);
}

static void check_types(void)
{
    bool strict;
    MPI_Info info;
    int color;

    CHECK(mpii_split_type_color("f", MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, MPI_INFO_NULL, &color,
                                &strict) == MPI_SUCCESS);
    CHECK(color == 0 && !strict);
    CHECK(mpii_split_type_color("f", MPI_COMM_WORLD, MPI_UNDEFINED, MPI_INFO_NULL, &color,
                                &strict) == MPI_SUCCESS);
    CHECK(color == MPI_UNDEFINED);
    CHECK(mpii_split_type_color("f", MPI_COMM_WORLD, MPI_COMM_TYPE_HW_UNGUIDED, MPI_INFO_NULL,
                                &color, &strict) == MPI_SUCCESS);
    CHECK(color == 1 && strict); // the core
    MPI_Info_create(&info);
    MPI_Info_set(info, "mpi_hw_resource_type", "core");
    CHECK(mpii_split_type_color("f", MPI_COMM_WORLD, MPI_COMM_TYPE_HW_GUIDED, info, &color,
                                &strict) == MPI_SUCCESS);
    CHECK(color == 1 && !strict);
    MPI_Info_set(info, "mpi_hw_resource_type", "toaster");
    CHECK(mpii_split_type_color("f", MPI_COMM_WORLD, MPI_COMM_TYPE_RESOURCE_GUIDED, info, &color,
                                &strict) == MPI_SUCCESS);
    CHECK(color == MPI_UNDEFINED);
    MPI_Info_free(&info);
    CHECK(ENDS_JOB(mpii_split_type_color("MPI_Comm_split_type", MPI_COMM_WORLD, 12345,
                                         MPI_INFO_NULL, &color, &strict)));
    CHECK(fake_kernel.status == MPI_ERR_ARG);
}

static int deletions;

static int count_deletion(MPI_Comm comm, int key, void *value, void *extra)
{
    (void)comm;
    (void)key;
    (void)value;
    (void)extra;
    return deletions++ < 1 ? MPI_ERR_OTHER : MPI_SUCCESS; // the first try fails
}

static void count_coll_delete(struct mpii_comm *comm)
{
    (void)comm;
    deletions += 100;
}

static uint32_t take_context(void)
{
    struct mpii_context_search search;
    uint64_t words[MPII_CONTEXT_WORDS];
    uint32_t context = 0;

    mpii_context_begin(&mpii_contexts, &search, 0);
    mpii_context_offer(&mpii_contexts, &search, words);
    CHECK(mpii_context_settle(&mpii_contexts, &search, words, &context) == MPII_CONTEXT_DONE);
    return context;
}

static void check_life(void)
{
    struct mpii_split given[5] = {{0, 4}, {0, 3}, {0, 2}, {1, 1}, {1, 0}};
    struct mpii_group *low = mpii_split_group(mpii_world.group, given, 0);
    struct mpii_group *high = mpii_split_group(mpii_world.group, given, 1);
    uint32_t context = take_context();
    MPI_Errhandler handler;
    struct mpii_comm *comm;
    MPI_Comm handle;
    MPI_Group group;
    int number;

    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    comm = mpii_comm_new(low, high, context, &mpii_world);
    mpii_group_drop(low); // the communicator has its own use
    mpii_group_drop(high);
    handle = comm->handle;
    comm->coll_delete = count_coll_delete;
    CHECK(context == 4 && take_context() == 6);
    mpii_context_free(&mpii_contexts, 6);
    CHECK(MPI_Comm_size(handle, &number) == MPI_SUCCESS && number == 3);
    CHECK(MPI_Comm_rank(handle, &number) == MPI_SUCCESS && number == 0);
    CHECK(MPI_Comm_remote_size(handle, &number) == MPI_SUCCESS && number == 2);
    CHECK(MPI_Comm_test_inter(handle, &number) == MPI_SUCCESS && number == 1);
    CHECK(MPI_Comm_compare(handle, MPI_COMM_WORLD, &number) == MPI_SUCCESS && number == MPI_UNEQUAL);
    CHECK(MPI_Comm_remote_group(handle, &group) == MPI_SUCCESS);
    CHECK(MPI_Comm_get_errhandler(handle, &handler) == MPI_SUCCESS && handler == MPI_ERRORS_RETURN);
    CHECK(MPI_Comm_size(handle, NULL) == MPI_ERR_ARG); // returns
    MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, count_deletion, &number, NULL);
    MPI_Comm_set_attr(handle, number, NULL);
    MPI_Comm_free_keyval(&number);
    CHECK(MPI_Comm_free(&handle) == MPI_ERR_OTHER && handle == comm->handle && deletions == 1);
    mpii_object_keep(&comm->object); // as a request would
    CHECK(MPI_Comm_free(&handle) == MPI_SUCCESS && handle == MPI_COMM_NULL && deletions == 2);
    CHECK(take_context() == 6); // still in use
    mpii_comm_drop(comm);
    CHECK(deletions == 102 && take_context() == 4);
    CHECK(MPI_Group_size(group, &number) == MPI_SUCCESS && number == 2); // outlives it
    CHECK(MPI_Group_free(&group) == MPI_SUCCESS);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_ARE_FATAL);
}

static void check_initial_errhandler(void)
{
    MPI_Comm null = MPI_COMM_NULL;
    int number;

    setenv("TORITO_INITIAL_ERRHANDLER", "mpi_errors_return", 1);
    CHECK(MPI_Comm_size(null, &number) == MPI_ERR_COMM);
    setenv("TORITO_INITIAL_ERRHANDLER", "mpi_errors_abort", 1);
    CHECK(ENDS_JOB(MPI_Comm_size(null, &number)));
    CHECK(fake_kernel.status == MPI_ERR_COMM &&
          strstr(fake_kernel.message, "comm is MPI_COMM_NULL"));
}

int main(void)
{
    MPI_Init(NULL, NULL);
    check_split();
    check_types();
    check_life();
    check_initial_errhandler();
    printf("done %d\n", cases);
    return 0;
}
