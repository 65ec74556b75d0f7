// SPDX-License-Identifier: BSD-2-Clause
// only_fortran.c: procedures that C does not have, or not so.
#include "libmpi/comm/construct.h"
#include "libmpi/fortran/fortran.h"
#include "libmpi/fortran/section.h"

// newcomm is written to when the request is done: the program's variable, and none of this call's.
void pmpi_comm_idup_(const int *comm, int *newcomm, int *request, int *ierror)
{
    MPI_Request made = MPI_REQUEST_NULL;
    int rc = mpii_comm_idup_number("MPI_Comm_idup", mpii_handle_of(*comm), false, MPI_INFO_NULL,
                                   newcomm, &made);

    if (rc == MPI_SUCCESS)
        *request = mpii_number_of(made);
    mpii_fortran_return(ierror, rc);
}
FORTRAN_PROCEDURE(comm_idup);
FORTRAN_F08(comm_idup);

void pmpi_comm_idup_with_info_(const int *comm, const int *info, int *newcomm, int *request,
                               int *ierror)
{
    MPI_Request made = MPI_REQUEST_NULL;
    int rc = mpii_comm_idup_number("MPI_Comm_idup_with_info", mpii_handle_of(*comm), true,
                                   mpii_handle_of(*info), newcomm, &made);

    if (rc == MPI_SUCCESS)
        *request = mpii_number_of(made);
    mpii_fortran_return(ierror, rc);
}
FORTRAN_PROCEDURE(comm_idup_with_info);
FORTRAN_F08(comm_idup_with_info);

// MPI 4.1, 19.1.17: to the compiler, this might change the buffer.
void pmpi_f_sync_reg_(void *buf)
{
    (void)buf;
}
FORTRAN_PROCEDURE(f_sync_reg);

void pmpi_f_sync_reg_f08ts_(const struct mpii_descriptor *buf)
{
    (void)buf;
}
FORTRAN_F08TS(f_sync_reg);

// The bytes of one element of any variable (MPI 4.1, 19.1.9); in both modules, not in mpif.h.
void pmpi_sizeof_f08ts_(const struct mpii_descriptor *x, int *size, int *ierror)
{
    *size = (int)x->element_bytes;
    mpii_fortran_return(ierror, MPI_SUCCESS);
}
FORTRAN_F08TS(sizeof);

void pmpi_status_f2f08_(const MPI_Fint *f_status, MPI_F08_status *f08_status, int *ierror)
{
    mpii_fortran_return(ierror, PMPI_Status_f2f08(f_status, f08_status));
}
FORTRAN_PROCEDURE(status_f2f08);
FORTRAN_F08(status_f2f08);

void pmpi_status_f082f_(const MPI_F08_status *f08_status, MPI_Fint *f_status, int *ierror)
{
    mpii_fortran_return(ierror, PMPI_Status_f082f(f08_status, f_status));
}
FORTRAN_PROCEDURE(status_f082f);
FORTRAN_F08(status_f082f);
