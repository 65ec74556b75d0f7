// SPDX-License-Identifier: BSD-2-Clause
// attribute_calls.c: the calls of attributes.h, and the callbacks that are there from the start.
#include "libmpi/fortran/attributes.h"

typedef void procedure(void);

// extra_state is a number, which C keeps as an address.
static void *state_of(MPI_Aint extra_state)
{
    return (void *)extra_state; // NOLINT
}

void pmpi_comm_create_keyval_(procedure *copy, procedure *delete, int *keyval,
                              const MPI_Aint *extra_state, int *ierror)
{
    int rc = PMPI_Comm_create_keyval((MPI_Comm_copy_attr_function *)copy,
                                     (MPI_Comm_delete_attr_function *)delete, keyval,
                                     state_of(*extra_state));

    mpii_fortran_key_made(rc, *keyval, false, ierror);
}
FORTRAN_PROCEDURE(comm_create_keyval);
FORTRAN_F08(comm_create_keyval);

void pmpi_comm_set_attr_(const int *comm, const int *keyval, const MPI_Aint *attribute_val,
                         int *ierror)
{
    mpii_fortran_return(ierror, mpii_fortran_attribute_set("MPI_Comm_set_attr", MPII_COMM, *comm,
                                                           *keyval, *attribute_val));
}
FORTRAN_PROCEDURE(comm_set_attr);
FORTRAN_F08(comm_set_attr);

void pmpi_comm_get_attr_(const int *comm, const int *keyval, MPI_Aint *attribute_val, int *flag,
                         int *ierror)
{
    MPI_Aint number;
    int rc =
        mpii_fortran_attribute_get("MPI_Comm_get_attr", MPII_COMM, *comm, *keyval, &number, flag);

    if (rc == MPI_SUCCESS && *flag)
        *attribute_val = number;
    mpii_fortran_return(ierror, rc);
}
FORTRAN_PROCEDURE(comm_get_attr);
FORTRAN_F08(comm_get_attr);

void pmpi_type_create_keyval_(procedure *copy, procedure *delete, int *keyval,
                              const MPI_Aint *extra_state, int *ierror)
{
    int rc = PMPI_Type_create_keyval((MPI_Type_copy_attr_function *)copy,
                                     (MPI_Type_delete_attr_function *)delete, keyval,
                                     state_of(*extra_state));

    mpii_fortran_key_made(rc, *keyval, false, ierror);
}
FORTRAN_PROCEDURE(type_create_keyval);
FORTRAN_F08(type_create_keyval);

void pmpi_type_set_attr_(const int *datatype, const int *keyval, const MPI_Aint *attribute_val,
                         int *ierror)
{
    mpii_fortran_return(ierror, mpii_fortran_attribute_set("MPI_Type_set_attr", MPII_TYPE,
                                                           *datatype, *keyval, *attribute_val));
}
FORTRAN_PROCEDURE(type_set_attr);
FORTRAN_F08(type_set_attr);

void pmpi_type_get_attr_(const int *datatype, const int *keyval, MPI_Aint *attribute_val, int *flag,
                         int *ierror)
{
    MPI_Aint number;
    int rc = mpii_fortran_attribute_get("MPI_Type_get_attr", MPII_TYPE, *datatype, *keyval, &number,
                                        flag);

    if (rc == MPI_SUCCESS && *flag)
        *attribute_val = number;
    mpii_fortran_return(ierror, rc);
}
FORTRAN_PROCEDURE(type_get_attr);
FORTRAN_F08(type_get_attr);

void pmpi_win_create_keyval_(procedure *copy, procedure *delete, int *keyval,
                             const MPI_Aint *extra_state, int *ierror)
{
    int rc = PMPI_Win_create_keyval((MPI_Win_copy_attr_function *)copy,
                                    (MPI_Win_delete_attr_function *)delete, keyval,
                                    state_of(*extra_state));

    mpii_fortran_key_made(rc, *keyval, false, ierror);
}
FORTRAN_PROCEDURE(win_create_keyval);
FORTRAN_F08(win_create_keyval);

void pmpi_win_set_attr_(const int *win, const int *keyval, const MPI_Aint *attribute_val, int *ierror)
{
    mpii_fortran_return(ierror, mpii_fortran_attribute_set("MPI_Win_set_attr", MPII_WIN, *win,
                                                           *keyval, *attribute_val));
}
FORTRAN_PROCEDURE(win_set_attr);
FORTRAN_F08(win_set_attr);

void pmpi_win_get_attr_(const int *win, const int *keyval, MPI_Aint *attribute_val, int *flag,
                        int *ierror)
{
    MPI_Aint number;
    int rc = mpii_fortran_attribute_get("MPI_Win_get_attr", MPII_WIN, *win, *keyval, &number, flag);

    if (rc == MPI_SUCCESS && *flag)
        *attribute_val = number;
    mpii_fortran_return(ierror, rc);
}
FORTRAN_PROCEDURE(win_get_attr);
FORTRAN_F08(win_get_attr);

// Those of MPI 1.
void pmpi_keyval_create_(procedure *copy, procedure *delete, int *keyval, const int *extra_state,
                         int *ierror)
{
    int rc = PMPI_Keyval_create((MPI_Copy_function *)copy, (MPI_Delete_function *)delete, keyval,
                                state_of(*extra_state));

    mpii_fortran_key_made(rc, *keyval, true, ierror);
}
FORTRAN_PROCEDURE(keyval_create);
FORTRAN_F08(keyval_create);

void pmpi_attr_put_(const int *comm, const int *keyval, const int *attribute_val, int *ierror)
{
    mpii_fortran_return(ierror, mpii_fortran_attribute_set("MPI_Attr_put", MPII_COMM, *comm,
                                                           *keyval, *attribute_val));
}
FORTRAN_PROCEDURE(attr_put);
FORTRAN_F08(attr_put);

void pmpi_attr_get_(const int *comm, const int *keyval, int *attribute_val, int *flag, int *ierror)
{
    MPI_Aint number;
    int rc = mpii_fortran_attribute_get("MPI_Attr_get", MPII_COMM, *comm, *keyval, &number, flag);

    if (rc == MPI_SUCCESS && *flag)
        *attribute_val = (int)number;
    mpii_fortran_return(ierror, rc);
}
FORTRAN_PROCEDURE(attr_get);
FORTRAN_F08(attr_get);

void mpii_fortran_null_copy(const int *handle, const int *keyval, const void *extra_state,
                            const void *in, void *out, int *flag, int *ierror)
{
    (void)handle, (void)keyval, (void)extra_state, (void)in, (void)out;
    *flag = 0;
    *ierror = MPI_SUCCESS;
}
FORTRAN_NAMES(mpi_null_copy_fn, mpii_fortran_null_copy);
FORTRAN_NAMES(mpi_comm_null_copy_fn, mpii_fortran_null_copy);
FORTRAN_NAMES(mpi_type_null_copy_fn, mpii_fortran_null_copy);
FORTRAN_NAMES(mpi_win_null_copy_fn, mpii_fortran_null_copy);

void mpii_fortran_dup(const int *handle, const int *keyval, const void *extra_state,
                      const MPI_Aint *in, MPI_Aint *out, int *flag, int *ierror)
{
    (void)handle, (void)keyval, (void)extra_state;
    *out = *in;
    *flag = 1;
    *ierror = MPI_SUCCESS;
}
FORTRAN_NAMES(mpi_comm_dup_fn, mpii_fortran_dup);
FORTRAN_NAMES(mpi_type_dup_fn, mpii_fortran_dup);
FORTRAN_NAMES(mpi_win_dup_fn, mpii_fortran_dup);

void mpii_fortran_dup_old(const int *handle, const int *keyval, const void *extra_state,
                          const int *in, int *out, int *flag, int *ierror)
{
    (void)handle, (void)keyval, (void)extra_state;
    *out = *in;
    *flag = 1;
    *ierror = MPI_SUCCESS;
}
FORTRAN_NAMES(mpi_dup_fn, mpii_fortran_dup_old);

void mpii_fortran_null_delete(const int *handle, const int *keyval, const void *value,
                              const void *extra_state, int *ierror)
{
    (void)handle, (void)keyval, (void)value, (void)extra_state;
    *ierror = MPI_SUCCESS;
}
FORTRAN_NAMES(mpi_null_delete_fn, mpii_fortran_null_delete);
FORTRAN_NAMES(mpi_comm_null_delete_fn, mpii_fortran_null_delete);
FORTRAN_NAMES(mpi_type_null_delete_fn, mpii_fortran_null_delete);
FORTRAN_NAMES(mpi_win_null_delete_fn, mpii_fortran_null_delete);
