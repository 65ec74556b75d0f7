// SPDX-License-Identifier: BSD-2-Clause
// probe.c: looking for a message without receiving it (MPI 4.1, 3.8.1).
#include "libmpi/pt2pt/check.h"

#pragma weak MPI_Iprobe = PMPI_Iprobe
int PMPI_Iprobe(int source, int tag, MPI_Comm comm, int *flag, MPI_Status *status)
{
    const struct mpii_message *message = NULL;
    struct mpii_comm *of;
    int rc = mpii_check_probe(__func__, source, tag, comm, &of);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(__func__, comm, flag, "flag");
    if (rc != MPI_SUCCESS)
        return rc;
    *flag = mpii_message_seek(of, source, tag, false, &message);
    if (*flag)
        mpii_message_status(message, status);
    return MPI_SUCCESS;
}

#pragma weak MPI_Probe = PMPI_Probe
int PMPI_Probe(int source, int tag, MPI_Comm comm, MPI_Status *status)
{
    uint64_t begin = mpii_trace_begin(false);
    struct mpii_comm *of;
    int rc = mpii_check_probe(__func__, source, tag, comm, &of);

    if (rc == MPI_SUCCESS)
        mpii_message_status(mpii_message_await(of, source, tag, false), status);
    mpii_trace_end(begin, __func__);
    return rc;
}
