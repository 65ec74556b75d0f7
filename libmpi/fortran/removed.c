// SPDX-License-Identifier: BSD-2-Clause
// removed.c: procedures that MPI 3.0 took away (MPI 4.1, chapter 17), for programs that are older: in no
// module, for which a call of an external procedure needs no interface. Extents are INTEGERs here: what
// does not fit is an error.
#include "libmpi/fortran/fortran.h"
#include <limits.h>

static int fit(int rc, const char *function, MPI_Aint value, int *result)
{
    if (rc != MPI_SUCCESS)
        return rc;
    if (value > INT_MAX || value < INT_MIN)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_VALUE_TOO_LARGE,
                          "%td does not fit in an INTEGER: see the function that MPI 2 has for it",
                          value);
    *result = (int)value;
    return MPI_SUCCESS;
}

// Modulo 2^32, for an address never fits: the difference of two does, which is what displacements in
// MPI_TYPE_STRUCT are made of. With MPI_BOTTOM only MPI_GET_ADDRESS is of use.
void pmpi_address_(void *location, int *address, int *ierror)
{
    MPI_Aint value = 0;
    int rc = PMPI_Get_address(mpii_fortran_buffer(location), &value);

    if (rc == MPI_SUCCESS)
        *address = (int)(uint32_t)value;
    mpii_fortran_return(ierror, rc);
}
FORTRAN_PROCEDURE(address);

static int extent(const char *function, int datatype, int *lb, int *size, int *ub)
{
    MPI_Aint low = 0, bytes = 0;
    int ignored, rc = PMPI_Type_get_extent(mpii_handle_of(datatype), &low, &bytes);

    rc = fit(rc, function, low, lb ? lb : &ignored);
    rc = fit(rc, function, bytes, size ? size : &ignored);
    return fit(rc, function, low + bytes, ub ? ub : &ignored);
}

void pmpi_type_extent_(const int *datatype, int *size, int *ierror)
{
    mpii_fortran_return(ierror, extent("MPI_Type_extent", *datatype, NULL, size, NULL));
}
FORTRAN_PROCEDURE(type_extent);

void pmpi_type_lb_(const int *datatype, int *lb, int *ierror)
{
    mpii_fortran_return(ierror, extent("MPI_Type_lb", *datatype, lb, NULL, NULL));
}
FORTRAN_PROCEDURE(type_lb);

void pmpi_type_ub_(const int *datatype, int *ub, int *ierror)
{
    mpii_fortran_return(ierror, extent("MPI_Type_ub", *datatype, NULL, NULL, ub));
}
FORTRAN_PROCEDURE(type_ub);

static void type_made(int rc, MPI_Datatype made, int *newtype, int *ierror)
{
    if (rc == MPI_SUCCESS)
        *newtype = mpii_number_of(made);
    mpii_fortran_return(ierror, rc);
}

void pmpi_type_hvector_(const int *count, const int *blocklength, const int *stride,
                        const int *oldtype, int *newtype, int *ierror)
{
    MPI_Datatype made = MPI_DATATYPE_NULL;
    int rc = PMPI_Type_create_hvector(*count, *blocklength, *stride, mpii_handle_of(*oldtype), &made);

    type_made(rc, made, newtype, ierror);
}
FORTRAN_PROCEDURE(type_hvector);

// Displacements as MPI_Aint. NULL: no memory, or none are needed.
static MPI_Aint *widen(const int *displacements, int count)
{
    MPI_Aint *wide = count > 0 ? malloc((size_t)count * sizeof *wide) : NULL;

    for (int i = 0; wide && i < count; i++)
        wide[i] = displacements[i];
    return wide;
}

void pmpi_type_hindexed_(const int *count, const int *blocklengths, const int *displacements,
                         const int *oldtype, int *newtype, int *ierror)
{
    MPI_Aint *wide = widen(displacements, *count);
    MPI_Datatype made = MPI_DATATYPE_NULL;
    int rc;

    rc = PMPI_Type_create_hindexed(*count, blocklengths, wide, mpii_handle_of(*oldtype), &made);
    free(wide);
    type_made(rc, made, newtype, ierror);
}
FORTRAN_PROCEDURE(type_hindexed);

void pmpi_type_struct_(const int *count, const int *blocklengths, const int *displacements,
                       const int *oldtypes, int *newtype, int *ierror)
{
    void *room[MPII_FORTRAN_ROOM];
    MPI_Aint *wide = widen(displacements, *count);
    int rc = MPI_SUCCESS;
    void *const *types = mpii_fortran_handles(&rc, room, oldtypes, *count);
    MPI_Datatype made = MPI_DATATYPE_NULL;

    if (rc == MPI_SUCCESS)
        rc = PMPI_Type_create_struct(*count, blocklengths, wide, (const MPI_Datatype *)types, &made);
    mpii_fortran_free(types, room);
    free(wide);
    type_made(rc, made, newtype, ierror);
}
FORTRAN_PROCEDURE(type_struct);

void pmpi_errhandler_set_(const int *comm, const int *errhandler, int *ierror)
{
    mpii_fortran_return(
        ierror, PMPI_Comm_set_errhandler(mpii_handle_of(*comm), mpii_handle_of(*errhandler)));
}
FORTRAN_PROCEDURE(errhandler_set);

void pmpi_errhandler_get_(const int *comm, int *errhandler, int *ierror)
{
    MPI_Errhandler handler = MPI_ERRHANDLER_NULL;
    int rc = PMPI_Comm_get_errhandler(mpii_handle_of(*comm), &handler);

    if (rc == MPI_SUCCESS)
        *errhandler = mpii_number_of(handler);
    mpii_fortran_return(ierror, rc);
}
FORTRAN_PROCEDURE(errhandler_get);
