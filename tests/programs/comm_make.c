// SPDX-License-Identifier: BSD-2-Clause
// comm_make.c: constructors of communicators, intercommunicators, and collectives on what they make.
// Any MPI can run it; rank 0 prints "ok".
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static int rank, size, errors;

static void check(int is, int wanted, const char *what)
{
    if (is != wanted && errors++ < 10)
        printf("rank %d: %s is %d, not %d\n", rank, what, is, wanted);
}

// The communicator works and holds the world's ranks first, first + step, ...
static void check_comm(MPI_Comm comm, int first, int step, int count, const char *what)
{
    int me, n, sum, *all = malloc((size_t)size * sizeof *all);

    MPI_Comm_rank(comm, &me);
    MPI_Comm_size(comm, &n);
    check(n, count, what);
    check(first + me * step, rank, what);
    MPI_Barrier(comm);
    MPI_Allgather(&rank, 1, MPI_INT, all, 1, MPI_INT, comm);
    for (int i = 0; i < n; i++)
        check(all[i], first + i * step, what);
    MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, comm);
    check(sum, n * first + step * n * (n - 1) / 2, what);
    free(all);
}

static void test_dup(void)
{
    MPI_Comm one, two, three;
    MPI_Request request[2];
    MPI_Info info;

    MPI_Comm_dup(MPI_COMM_WORLD, &one);
    check_comm(one, 0, 1, size, "dup");
    MPI_Comm_idup(one, &two, &request[0]);
    MPI_Comm_idup(MPI_COMM_WORLD, &three, &request[1]);
    MPI_Waitall(2, request, MPI_STATUSES_IGNORE);
    MPI_Comm_free(&one);
    check_comm(two, 0, 1, size, "idup");
    check_comm(three, 0, 1, size, "second idup");
    MPI_Comm_free(&two);
    MPI_Comm_free(&three);
    MPI_Info_create(&info);
    MPI_Comm_dup_with_info(MPI_COMM_SELF, info, &one);
    check_comm(one, rank, 1, 1, "dup_with_info");
    MPI_Comm_free(&one);
    MPI_Info_free(&info);
}

static int refuse_copy(MPI_Comm comm, int key, void *extra, void *in, void *out, int *flag)
{
    (void)comm;
    (void)key;
    (void)extra;
    (void)in;
    (void)out;
    *flag = 1;
    return MPI_ERR_OTHER;
}

// A callback fails: no communicator, and not what the variable held before.
static void test_dup_refused(void)
{
    MPI_Comm one, two = MPI_COMM_WORLD;
    int key;

    MPI_Comm_create_keyval(refuse_copy, MPI_COMM_NULL_DELETE_FN, &key, NULL);
    MPI_Comm_dup(MPI_COMM_SELF, &one);
    MPI_Comm_set_errhandler(one, MPI_ERRORS_RETURN);
    MPI_Comm_set_attr(one, key, NULL);
    check(MPI_Comm_dup(one, &two) != MPI_SUCCESS, 1, "refused dup");
    check(two == MPI_COMM_NULL, 1, "null after a refused dup");
    MPI_Comm_free(&one);
    MPI_Comm_free_keyval(&key);
}

#if MPI_VERSION >= 4
// Part of the machine that the library chooses: smaller than the parent, and it tells which.
static void test_split_unguided(void)
{
    char value[MPI_MAX_INFO_VAL + 1] = "";
    MPI_Comm comm;
    MPI_Info info;
    int n, flag;

    MPI_Info_create(&info);
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_HW_UNGUIDED, 0, info, &comm);
    MPI_Info_get(info, "mpi_hw_resource_type", MPI_MAX_INFO_VAL, value, &flag);
    check(flag && value[0], comm != MPI_COMM_NULL, "name of the part of the machine");
    if (comm != MPI_COMM_NULL) {
        MPI_Comm_size(comm, &n);
        check(n < size, 1, "part smaller than all");
        MPI_Comm_free(&comm);
    }
    MPI_Info_free(&info);
}
#endif

static void test_split(void)
{
    MPI_Comm comm;

    MPI_Comm_split(MPI_COMM_WORLD, rank % 2, rank, &comm);
    check_comm(comm, rank % 2, 2, (size + 1 - rank % 2) / 2, "split");
    MPI_Comm_free(&comm);
    MPI_Comm_split(MPI_COMM_WORLD, 0, -rank, &comm);
    check_comm(comm, size - 1, -1, size, "reversed split");
    MPI_Comm_free(&comm);
    MPI_Comm_split(MPI_COMM_WORLD, rank == 0 ? MPI_UNDEFINED : 3, 0, &comm);
    if (rank == 0)
        check(comm == MPI_COMM_NULL, 1, "null split");
    else {
        check_comm(comm, 1, 1, size - 1, "split of all but one");
        MPI_Comm_free(&comm);
    }
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &comm);
    check_comm(comm, 0, 1, size, "split_type");
    MPI_Comm_free(&comm);
}

static void test_create(void)
{
    int range[1][3] = {{0, size - 1, 2}};
    MPI_Group world, even;
    MPI_Comm comm;

    MPI_Comm_group(MPI_COMM_WORLD, &world);
    MPI_Group_range_incl(world, 1, range, &even);
    MPI_Comm_create(MPI_COMM_WORLD, even, &comm);
    check(comm != MPI_COMM_NULL, rank % 2 == 0, "create");
    if (comm != MPI_COMM_NULL) {
        check_comm(comm, 0, 2, (size + 1) / 2, "create");
        MPI_Comm_free(&comm);
    }
    if (rank % 2 == 0) {
        MPI_Comm_create_group(MPI_COMM_WORLD, even, 17, &comm);
        check_comm(comm, 0, 2, (size + 1) / 2, "create_group");
        MPI_Comm_free(&comm);
    }
    MPI_Group_free(&even);
    MPI_Group_free(&world);
}

// Contexts come back.
static void test_churn(void)
{
    MPI_Comm comm, kept[20];

    for (int i = 0; i < 20; i++)
        MPI_Comm_dup(MPI_COMM_WORLD, &kept[i]);
    for (int i = 0; i < 300; i++) {
        MPI_Comm_dup(MPI_COMM_WORLD, &comm);
        if (i % 50 == 0)
            check_comm(comm, 0, 1, size, "churn");
        MPI_Comm_free(&comm);
    }
    for (int i = 0; i < 20; i++) {
        check_comm(kept[i], 0, 1, size, "kept");
        MPI_Comm_free(&kept[i]);
    }
}

// Sums of what the ranks of either group have.
static void test_inter_collectives(MPI_Comm inter, int color, int local_size, int remote_size)
{
    int me, value = color * 100, got = -1, *from = malloc((size_t)size * sizeof *from);
    int *to = malloc((size_t)size * sizeof *to), root;
    MPI_Request request;

    MPI_Comm_rank(inter, &me);
    MPI_Barrier(inter);
    value += me;
    root = color == 0 ? (me == local_size - 1 ? MPI_ROOT : MPI_PROC_NULL) : remote_size - 1;
    got = value;
    MPI_Bcast(&got, 1, MPI_INT, root, inter);
    if (color == 1)
        check(got, remote_size - 1, "intercommunicator's bcast");
    MPI_Gather(&value, 1, MPI_INT, to, 1, MPI_INT, root, inter);
    for (int i = 0; root == MPI_ROOT && i < remote_size; i++)
        check(to[i], 100 + i, "intercommunicator's gather");
    for (int i = 0; i < remote_size; i++)
        from[i] = value * 50 + i;
    MPI_Scatter(from, 1, MPI_INT, &got, 1, MPI_INT, root, inter);
    if (color == 1)
        check(got, (remote_size - 1) * 50 + me, "intercommunicator's scatter");
    MPI_Allgather(&value, 1, MPI_INT, to, 1, MPI_INT, inter);
    for (int i = 0; i < remote_size; i++)
        check(to[i], (1 - color) * 100 + i, "intercommunicator's allgather");
    MPI_Alltoall(from, 1, MPI_INT, to, 1, MPI_INT, inter);
    for (int i = 0; i < remote_size; i++)
        check(to[i], ((1 - color) * 100 + i) * 50 + me, "intercommunicator's alltoall");
    MPI_Allreduce(&value, &got, 1, MPI_INT, MPI_SUM, inter);
    check(got, remote_size * (1 - color) * 100 + remote_size * (remote_size - 1) / 2,
          "intercommunicator's allreduce");
    MPI_Reduce(&value, &got, 1, MPI_INT, MPI_MAX, root, inter);
    if (root == MPI_ROOT)
        check(got, 100 + remote_size - 1, "intercommunicator's reduce");
    MPI_Iallreduce(&value, &got, 1, MPI_INT, MPI_MIN, inter, &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    check(got, (1 - color) * 100, "intercommunicator's iallreduce");
    free(from);
    free(to);
}

static void test_inter(void)
{
    int color = rank % 2, local_size = (size + 1 - color) / 2, remote_size = size - local_size, n,
        order;
    MPI_Comm local, inter, other, merged;
    MPI_Group group;

    if (size < 2)
        return;
    MPI_Comm_split(MPI_COMM_WORLD, color, rank, &local);
    MPI_Intercomm_create(local, 0, MPI_COMM_WORLD, 1 - color, 9, &inter);
    MPI_Comm_remote_size(inter, &n);
    check(n, remote_size, "remote size");
    test_inter_collectives(inter, color, local_size, remote_size);
    MPI_Comm_dup(inter, &other);
    test_inter_collectives(other, color, local_size, remote_size);
    MPI_Comm_free(&other);
    // High: the second group is the one with the even ranks.
    MPI_Intercomm_merge(inter, color == 0, &merged);
    MPI_Comm_rank(merged, &order);
    check(order, rank / 2 + (color == 0 ? size - (size + 1) / 2 : 0), "rank in the merged");
    MPI_Allreduce(&rank, &n, 1, MPI_INT, MPI_SUM, merged);
    check(n, size * (size - 1) / 2, "sum over the merged");
    MPI_Comm_free(&merged);
    // The first of either group.
    MPI_Comm_split(inter, rank / 2 == 0 ? 1 : MPI_UNDEFINED, 0, &other);
    if (rank / 2 == 0) {
        MPI_Comm_remote_size(other, &n);
        check(n, 1, "remote size of a split");
        test_inter_collectives(other, color, 1, 1);
        MPI_Comm_free(&other);
    } else {
        check(other == MPI_COMM_NULL, 1, "null split of an intercommunicator");
    }
    MPI_Comm_group(inter, &group);
    MPI_Comm_create(inter, group, &other);
    test_inter_collectives(other, color, local_size, remote_size);
    MPI_Group_free(&group);
    MPI_Comm_free(&other);
    MPI_Comm_free(&inter);
    MPI_Comm_free(&local);
}

int main(int argc, char **argv)
{
    int all;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    test_dup();
    test_dup_refused();
    test_split();
#if MPI_VERSION >= 4
    test_split_unguided();
#endif
    test_create();
    test_churn();
    test_inter();
    MPI_Allreduce(&errors, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0)
        printf(all ? "%d errors\n" : "ok\n", all);
    MPI_Finalize();
    return all != 0;
}
