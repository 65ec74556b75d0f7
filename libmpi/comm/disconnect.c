// SPDX-License-Identifier: BSD-2-Clause
// disconnect.c: MPI_Comm_disconnect and MPI_Comm_get_parent (MPI 4.1, 11.8.2 and 11.10.4). All processes of a
// job are there from the start, so none has a parent.
#include "libmpi/request.h"

static void give_up_done(void)
{
    mpii_requests_reap();
    if (mpii_buffers_drain)
        mpii_buffers_drain(false);
}

// Ends when the messages of this rank on the communicator are done, of freed requests and buffered sends: the
// program has waited for all others. Those of other ranks are theirs to wait for.
static void wait_for_messages(const struct mpii_comm *comm)
{
    for (give_up_done(); comm->object.uses > 1; give_up_done())
        mpii_test_turn();
}

#pragma weak MPI_Comm_disconnect = PMPI_Comm_disconnect
int PMPI_Comm_disconnect(MPI_Comm *comm)
{
    int rc = mpii_comm_leave(__func__, comm, "disconnected");

    if (rc != MPI_SUCCESS)
        return rc;
    wait_for_messages(mpii_comm(*comm));
    mpii_comm_drop(mpii_comm(*comm));
    *comm = MPI_COMM_NULL;
    return MPI_SUCCESS;
}

#pragma weak MPI_Comm_get_parent = PMPI_Comm_get_parent
int PMPI_Comm_get_parent(MPI_Comm *parent)
{
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, parent, "parent");
    if (rc == MPI_SUCCESS)
        *parent = MPI_COMM_NULL;
    return rc;
}
