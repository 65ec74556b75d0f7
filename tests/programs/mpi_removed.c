// SPDX-License-Identifier: BSD-2-Clause
// mpi_removed.c: a program of the days of MPI 1, in the calls that MPI 3.0 removed: a struct type with places
// by MPI_Address is sent around a ring, and an error handler is called.
#include <mpi.h>
#include <stdio.h>
#include <string.h>

struct particle {
    int kind;
    double place[3];
    char name[5];
};

static int failures, handled;

static void check(int good, const char *what)
{
    if (!good) {
        printf("wrong: %s\n", what);
        failures++;
    }
}

static void handler(MPI_Comm *comm, int *code, ...)
{
    (void)comm;
    handled = *code;
}

static MPI_Datatype particle_type(struct particle *like)
{
    MPI_Datatype types[] = {MPI_INT, MPI_DOUBLE, MPI_CHAR}, type;
    int lengths[] = {1, 3, 5};
    MPI_Aint places[3], start;

    MPI_Address(like, &start);
    MPI_Address(&like->kind, &places[0]);
    MPI_Address(like->place, &places[1]);
    MPI_Address(like->name, &places[2]);
    for (int i = 0; i < 3; i++)
        places[i] -= start;
    check(MPI_Type_struct(3, lengths, places, types, &type) == MPI_SUCCESS, "MPI_Type_struct");
    MPI_Type_commit(&type);
    return type;
}

static void ring(int rank, int size)
{
    struct particle mine = {rank, {rank + 0.25, rank + 0.5, rank + 0.75}, "abcd"}, got;
    MPI_Datatype type = particle_type(&mine);
    int from = (rank + size - 1) % size;

    memset(&got, 0, sizeof got);
    MPI_Sendrecv(&mine, 1, type, (rank + 1) % size, 0, &got, 1, type, from, 0, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
    check(got.kind == from && got.place[2] == from + 0.75 && strcmp(got.name, "abcd") == 0,
          "a particle that arrived");
    MPI_Type_free(&type);
}

static void extents(void)
{
    int lengths[] = {1, 2};
    MPI_Aint places[] = {8, 32}, lb = -1, ub = -1, extent = -1;
    MPI_Datatype type;

    MPI_Type_hindexed(2, lengths, places, MPI_INT, &type);
    MPI_Type_lb(type, &lb);
    MPI_Type_ub(type, &ub);
    MPI_Type_extent(type, &extent);
    check(lb == 8 && ub == 40 && extent == 32, "bounds of MPI_Type_hindexed");
    MPI_Type_free(&type);
    MPI_Type_hvector(3, 1, 10, MPI_CHAR, &type);
    MPI_Type_ub(type, &ub);
    check(ub == 21, "bound of MPI_Type_hvector");
    MPI_Type_free(&type);
}

static void errors(void)
{
    MPI_Handler_function *function = handler;
    MPI_Errhandler ours, got;
    int class = MPI_SUCCESS, nothing = 0;

    MPI_Errhandler_create(function, &ours);
    MPI_Errhandler_set(MPI_COMM_WORLD, ours);
    MPI_Errhandler_get(MPI_COMM_WORLD, &got);
    check(got == ours, "MPI_Errhandler_get");
    MPI_Send(&nothing, 1, MPI_INT, 1000000, 0, MPI_COMM_WORLD);
    MPI_Error_class(handled, &class);
    check(class == MPI_ERR_RANK, "the handler's error");
    MPI_Errhandler_set(MPI_COMM_WORLD, MPI_ERRORS_ARE_FATAL);
    MPI_Errhandler_free(&got);
    MPI_Errhandler_free(&ours);
}

int main(int argc, char **argv)
{
    int rank, size;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    ring(rank, size);
    extents();
    errors();
    MPI_Finalize();
    if (failures == 0)
        printf("done\n");
    return failures != 0;
}
