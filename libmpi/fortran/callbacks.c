// SPDX-License-Identifier: BSD-2-Clause
// callbacks.c: operations, error handlers and generalized requests with functions of Fortran.
#include "libmpi/fortran/fortran.h"
#include "libmpi/object/error.h"
#include "libmpi/op.h"
#include <stdlib.h>

typedef void procedure(void); // whatever its arguments

// op.h tells the operation that its function is Fortran's.
void pmpi_op_create_(procedure *user_fn, const int *commute, int *op, int *ierror)
{
    MPI_Op made = MPI_OP_NULL;
    int rc = PMPI_Op_create((MPI_User_function *)user_fn, *commute, &made);

    if (rc == MPI_SUCCESS) {
        ((struct mpii_op *)made)->fortran = true;
        *op = mpii_number_of(made);
    }
    mpii_fortran_return(ierror, rc);
}
FORTRAN_PROCEDURE(op_create);
FORTRAN_F08(op_create);

void pmpi_op_create_c_f08_(procedure *user_fn, const int *commute, int *op, int *ierror)
{
    MPI_Op made = MPI_OP_NULL;
    int rc = PMPI_Op_create_c((MPI_User_function_c *)user_fn, *commute, &made);

    if (rc == MPI_SUCCESS) {
        ((struct mpii_op *)made)->fortran = true;
        *op = mpii_number_of(made);
    }
    mpii_fortran_return(ierror, rc);
}
FORTRAN_F08_ONLY(op_create_c);

static void handler_made(int rc, MPI_Errhandler made, int *errhandler, int *ierror)
{
    if (rc == MPI_SUCCESS) {
        ((struct mpii_errhandler *)made)->fortran = true;
        *errhandler = mpii_number_of(made);
    }
    mpii_fortran_return(ierror, rc);
}

void pmpi_comm_create_errhandler_(procedure *function, int *errhandler, int *ierror)
{
    MPI_Errhandler made = MPI_ERRHANDLER_NULL;
    int rc = PMPI_Comm_create_errhandler((MPI_Comm_errhandler_function *)function, &made);

    handler_made(rc, made, errhandler, ierror);
}
FORTRAN_PROCEDURE(comm_create_errhandler);
FORTRAN_F08(comm_create_errhandler);
FORTRAN_NAMES(mpi_errhandler_create, pmpi_comm_create_errhandler_); // until MPI 3.0
FORTRAN_NAMES(pmpi_errhandler_create, pmpi_comm_create_errhandler_);

void pmpi_win_create_errhandler_(procedure *function, int *errhandler, int *ierror)
{
    MPI_Errhandler made = MPI_ERRHANDLER_NULL;
    int rc = PMPI_Win_create_errhandler((MPI_Win_errhandler_function *)function, &made);

    handler_made(rc, made, errhandler, ierror);
}
FORTRAN_PROCEDURE(win_create_errhandler);
FORTRAN_F08(win_create_errhandler);

void pmpi_file_create_errhandler_(procedure *function, int *errhandler, int *ierror)
{
    MPI_Errhandler made = MPI_ERRHANDLER_NULL;
    int rc = PMPI_File_create_errhandler((MPI_File_errhandler_function *)function, &made);

    handler_made(rc, made, errhandler, ierror);
}
FORTRAN_PROCEDURE(file_create_errhandler);
FORTRAN_F08(file_create_errhandler);

void pmpi_session_create_errhandler_(procedure *function, int *errhandler, int *ierror)
{
    MPI_Errhandler made = MPI_ERRHANDLER_NULL;
    int rc = PMPI_Session_create_errhandler((MPI_Session_errhandler_function *)function, &made);

    handler_made(rc, made, errhandler, ierror);
}
FORTRAN_PROCEDURE(session_create_errhandler);
FORTRAN_F08(session_create_errhandler);

// What C's functions of a generalized request need to call Fortran's; freed by the free function.
struct generalized {
    void (*query)(MPI_Aint *extra_state, MPI_Status *status, int *ierror);
    void (*free)(MPI_Aint *extra_state, int *ierror);
    void (*cancel)(MPI_Aint *extra_state, int *complete, int *ierror);
    MPI_Aint *extra_state; // the program's variable
};

static int generalized_query(void *extra_state, MPI_Status *status)
{
    struct generalized *generalized = extra_state;
    int rc = MPI_SUCCESS;

    generalized->query(generalized->extra_state, status, &rc);
    return rc;
}

static int generalized_free(void *extra_state)
{
    struct generalized *generalized = extra_state;
    int rc = MPI_SUCCESS;

    generalized->free(generalized->extra_state, &rc);
    free(generalized);
    return rc;
}

static int generalized_cancel(void *extra_state, int complete)
{
    struct generalized *generalized = extra_state;
    int rc = MPI_SUCCESS;

    generalized->cancel(generalized->extra_state, &complete, &rc);
    return rc;
}

void pmpi_grequest_start_(void (*query_fn)(MPI_Aint *, MPI_Status *, int *),
                          void (*free_fn)(MPI_Aint *, int *),
                          void (*cancel_fn)(MPI_Aint *, int *, int *),
                          MPI_Aint *extra_state, // NOLINT(readability-non-const-parameter): they write
                          int *request, int *ierror)
{
    struct generalized *generalized = malloc(sizeof *generalized);
    MPI_Request made = MPI_REQUEST_NULL;
    int rc;

    if (generalized) {
        *generalized = (struct generalized){query_fn, free_fn, cancel_fn, extra_state};
        rc = PMPI_Grequest_start(generalized_query, generalized_free, generalized_cancel,
                                 generalized, &made);
    } else
        rc = mpii_error("MPI_Grequest_start", MPI_COMM_NULL, MPI_ERR_NO_MEM,
                        "no memory for a request");
    if (rc == MPI_SUCCESS)
        *request = mpii_number_of(made);
    else
        free(generalized);
    mpii_fortran_return(ierror, rc);
}
FORTRAN_PROCEDURE(grequest_start);
FORTRAN_F08(grequest_start);
