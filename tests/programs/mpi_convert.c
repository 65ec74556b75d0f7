// SPDX-License-Identifier: BSD-2-Clause
// mpi_convert.c: handles and statuses of C as Fortran's, and back (MPI 4.1, 19.3.4 and 19.3.5).
// MPICH 4.0 and Open MPI 4.1 have no MPI_F08_status.
#include <mpi.h>
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
    printf("mpi_convert.c:%d: %s\n", line, text);
    MPI_Abort(MPI_COMM_WORLD, 1);
}

#define ROUND(prefix, handle) CHECK(prefix##_f2c(prefix##_c2f(handle)) == (handle))

static void check_constants(void)
{
    ROUND(MPI_Comm, MPI_COMM_WORLD);
    ROUND(MPI_Comm, MPI_COMM_SELF);
    ROUND(MPI_Comm, MPI_COMM_NULL);
    ROUND(MPI_Group, MPI_GROUP_EMPTY);
    ROUND(MPI_Group, MPI_GROUP_NULL);
    ROUND(MPI_Type, MPI_DOUBLE_PRECISION);
    ROUND(MPI_Type, MPI_BYTE);
    ROUND(MPI_Type, MPI_DATATYPE_NULL);
    ROUND(MPI_Op, MPI_SUM);
    ROUND(MPI_Op, MPI_OP_NULL);
    ROUND(MPI_Info, MPI_INFO_NULL);
    ROUND(MPI_Info, MPI_INFO_ENV);
    ROUND(MPI_Errhandler, MPI_ERRORS_RETURN);
    ROUND(MPI_Request, MPI_REQUEST_NULL);
    ROUND(MPI_Message, MPI_MESSAGE_NO_PROC);
    ROUND(MPI_Win, MPI_WIN_NULL);
    ROUND(MPI_File, MPI_FILE_NULL);
}

static void sum(void *in, void *inout, int *len, MPI_Datatype *type) // NOLINT: MPI_User_function
{
    (void)type;
    for (int i = 0; i < *len; i++)
        ((int *)inout)[i] += ((int *)in)[i];
}

// Objects of the user's: the number is the object's for life, and different ones differ.
static void check_objects(void)
{
    MPI_Comm comm, other;
    MPI_Group group;
    MPI_Datatype type;
    MPI_Op op;
    MPI_Info info;
    MPI_Request request;
    MPI_Fint number;
    int x = 1, y = 2;

    MPI_Comm_dup(MPI_COMM_SELF, &comm);
    MPI_Comm_dup(MPI_COMM_SELF, &other);
    number = MPI_Comm_c2f(comm);
    ROUND(MPI_Comm, comm);
    ROUND(MPI_Comm, other);
    CHECK(number != MPI_Comm_c2f(other) && number == MPI_Comm_c2f(comm));
    MPI_Comm_group(comm, &group);
    ROUND(MPI_Group, group);
    MPI_Type_vector(2, 3, 4, MPI_INT, &type);
    ROUND(MPI_Type, type);
    MPI_Op_create(sum, 1, &op);
    ROUND(MPI_Op, op);
    MPI_Reduce_local(&x, &y, 1, MPI_INT, MPI_Op_f2c(MPI_Op_c2f(op)));
    CHECK(y == 3);
    MPI_Info_create(&info);
    ROUND(MPI_Info, info);
    MPI_Recv_init(&x, 1, MPI_INT, 0, 7, comm, &request);
    ROUND(MPI_Request, request);
    MPI_Request_free(&request);
    MPI_Info_free(&info);
    MPI_Op_free(&op);
    MPI_Type_free(&type);
    MPI_Group_free(&group);
    MPI_Comm_free(&other);
    MPI_Comm_free(&comm);
}

// Many at once, freed in another order than made.
static void check_many(void)
{
    enum { MANY = 300 };
    static MPI_Datatype type[MANY];
    static MPI_Fint number[MANY];
    int good = 1;

    for (int turn = 0; turn < 3; turn++) {
        for (int i = 0; i < MANY; i++) {
            MPI_Type_contiguous(i + 1, MPI_BYTE, &type[i]);
            number[i] = MPI_Type_c2f(type[i]);
        }
        for (int i = 0; i < MANY; i++) {
            int at = (i * 7 + turn) % MANY, size;
            MPI_Datatype found = MPI_Type_f2c(number[at]);

            MPI_Type_size(found, &size);
            good = good && size == at + 1 && found == type[at];
            MPI_Type_free(&type[at]);
        }
    }
    CHECK(good);
}

static void check_status(void)
{
    MPI_Fint fortran[64], again[64]; // more than any library's MPI_STATUS_SIZE
    MPI_Status status, back;
    MPI_F08_status f08;
    MPI_Request request;
    int x = 5, y = 0, count;

    MPI_Irecv(&y, 1, MPI_INT, 0, 9, MPI_COMM_SELF, &request);
    MPI_Send(&x, 1, MPI_INT, 0, 9, MPI_COMM_SELF);
    MPI_Wait(&request, &status);
    CHECK(MPI_Status_c2f(&status, fortran) == MPI_SUCCESS);
    CHECK(MPI_Status_f2c(fortran, &back) == MPI_SUCCESS);
    MPI_Get_count(&back, MPI_INT, &count);
    CHECK(back.MPI_SOURCE == 0 && back.MPI_TAG == 9 && count == 1 && y == 5);
    CHECK(MPI_Status_c2f08(&status, &f08) == MPI_SUCCESS);
    CHECK(f08.MPI_TAG == 9 && f08.MPI_SOURCE == 0);
    CHECK(MPI_Status_f082f(&f08, again) == MPI_SUCCESS && again[1] == fortran[1]);
    f08.MPI_TAG = 0;
    CHECK(MPI_Status_f2f08(again, &f08) == MPI_SUCCESS && f08.MPI_TAG == 9);
    CHECK(MPI_Status_f082c(&f08, &back) == MPI_SUCCESS && back.MPI_TAG == 9);
}

int main(int argc, char *argv[])
{
    MPI_Init(&argc, &argv);
    check_constants();
    check_objects();
    check_many();
    check_status();
    MPI_Finalize();
    printf("done %d\n", cases);
    return 0;
}
