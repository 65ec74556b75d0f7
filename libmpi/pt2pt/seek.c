// SPDX-License-Identifier: BSD-2-Clause
// seek.c: finding a message that has come and has no receive yet: what all probes have in common.
#include "libmpi/pt2pt/check.h"

bool mpii_message_seek(const struct mpii_comm *comm, int source, int tag, bool take,
                       const struct mpii_message **message)
{
    if (source == MPI_PROC_NULL)
        return true;
    *message = mpii_message_find(comm->context, source, tag, take);
    if (*message)
        return true;
    mpii_test_turn();
    *message = mpii_message_find(comm->context, source, tag, take);
    return *message != NULL;
}

const struct mpii_message *mpii_message_await(const struct mpii_comm *comm, int source, int tag,
                                              bool take)
{
    struct mpii_prober prober = {.comm = comm, .source = source, .tag = tag};
    const struct mpii_message *message = NULL;
    uint32_t turns = 0;

    if (source == MPI_PROC_NULL)
        return NULL;
    while (!(message = mpii_message_find(comm->context, source, tag, take))) // ends when it comes
        mpii_prober_wait(&prober, &turns);
    return message;
}

void mpii_message_status(const struct mpii_message *message, MPI_Status *status)
{
    if (status == MPI_STATUS_IGNORE)
        return;
    if (message)
        mpii_status_set(status, message->source, message->tag, message->bytes);
    else
        mpii_status_set_empty(status, MPI_PROC_NULL);
}
