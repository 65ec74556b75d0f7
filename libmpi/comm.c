// SPDX-License-Identifier: BSD-2-Clause
// comm.c: communicators: so far the two predefined ones (MPI 4.1, 7.4.1).
#include "libmpi/mpii.h"

int mpii_check_comm(const char *function, MPI_Comm comm)
{
    if (comm == MPI_COMM_WORLD || comm == MPI_COMM_SELF)
        return MPI_SUCCESS;
    if (comm == MPI_COMM_NULL)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_COMM, "comm is MPI_COMM_NULL");
    return mpii_error(function, MPI_COMM_NULL, MPI_ERR_COMM, "comm is %p, not a communicator",
                      (void *)comm);
}

#pragma weak MPI_Comm_rank = PMPI_Comm_rank
int PMPI_Comm_rank(MPI_Comm comm, int *rank)
{
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_comm(__func__, comm);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, rank, "rank");
    if (rc == MPI_SUCCESS)
        *rank = comm == MPI_COMM_WORLD ? (int)mpii_services()->rank : 0;
    return rc;
}

#pragma weak MPI_Comm_size = PMPI_Comm_size
int PMPI_Comm_size(MPI_Comm comm, int *size)
{
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_comm(__func__, comm);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, size, "size");
    if (rc == MPI_SUCCESS)
        *size = comm == MPI_COMM_WORLD ? (int)mpii_services()->ranks : 1;
    return rc;
}
