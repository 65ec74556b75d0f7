// SPDX-License-Identifier: BSD-2-Clause
// address.c: addresses as displacements from MPI_BOTTOM (MPI 4.1, 5.1.5).
#include "libmpi/mpii.h"

#pragma weak MPI_Get_address = PMPI_Get_address
int PMPI_Get_address(const void *location, MPI_Aint *address)
{
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, address, "address");
    if (rc == MPI_SUCCESS)
        *address = (MPI_Aint)location;
    return rc;
}
