// SPDX-License-Identifier: BSD-2-Clause
// convert_status.c: statuses of C, of Fortran and of module mpi_f08 (MPI 4.1, 19.3.5): the same bytes.
#include "libmpi/mpii.h"
#include "libmpi/object/sentinel.h"
#include <string.h>

_Static_assert(sizeof(MPI_Status) == MPI_F_STATUS_SIZE * sizeof(MPI_Fint), "the same bytes");
_Static_assert(sizeof(MPI_Status) == sizeof(MPI_F08_status), "the same bytes");

// The constants that mean no status cannot be converted.
static int convert(const char *function, void *to, const void *from)
{
    int rc = mpii_check_result(function, to, "the status to convert to");

    if (rc != MPI_SUCCESS)
        return rc;
    if (!from || from == mpiisentinels_.status_ignore || from == mpiisentinels_.statuses_ignore)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_ARG, "there is no status to convert");
    memcpy(to, from, sizeof(MPI_Status));
    return MPI_SUCCESS;
}

#pragma weak MPI_Status_c2f = PMPI_Status_c2f
int PMPI_Status_c2f(const MPI_Status *c_status, MPI_Fint *f_status)
{
    return convert(__func__, f_status, c_status);
}

#pragma weak MPI_Status_f2c = PMPI_Status_f2c
int PMPI_Status_f2c(const MPI_Fint *f_status, MPI_Status *c_status)
{
    return convert(__func__, c_status, f_status);
}

#pragma weak MPI_Status_c2f08 = PMPI_Status_c2f08
int PMPI_Status_c2f08(const MPI_Status *c_status, MPI_F08_status *f08_status)
{
    return convert(__func__, f08_status, c_status);
}

#pragma weak MPI_Status_f082c = PMPI_Status_f082c
int PMPI_Status_f082c(const MPI_F08_status *f08_status, MPI_Status *c_status)
{
    return convert(__func__, c_status, f08_status);
}

#pragma weak MPI_Status_f2f08 = PMPI_Status_f2f08
int PMPI_Status_f2f08(const MPI_Fint *f_status, MPI_F08_status *f08_status)
{
    return convert(__func__, f08_status, f_status);
}

#pragma weak MPI_Status_f082f = PMPI_Status_f082f
int PMPI_Status_f082f(const MPI_F08_status *f08_status, MPI_Fint *f_status)
{
    return convert(__func__, f_status, f08_status);
}
