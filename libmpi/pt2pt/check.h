// SPDX-License-Identifier: BSD-2-Clause
// check.h: the arguments that all point-to-point calls have, checked and looked up (MPI 4.1, 3.2).
#pragma once
#include "libmpi/request.h"

#pragma GCC visibility push(hidden)

struct mpii_message_args {
    const char *function;
    const void *buf;
    MPI_Count count;
    MPI_Datatype datatype;
    int peer, tag;
    MPI_Comm comm_handle;
    // Set by the check:
    struct mpii_comm *comm;
    struct mpii_type *type;
};

// MPI_SUCCESS, or the class of the error after its handler was invoked.
int mpii_check_send(struct mpii_message_args *args);
int mpii_check_receive(struct mpii_message_args *args);

// For probes: source, tag and communicator alone.
int mpii_check_probe(const char *function, int source, int tag, MPI_Comm handle,
                     struct mpii_comm **comm);

// A send or receive request of checked arguments, not started; keeps communicator and datatype. NULL: no memory.
struct mpii_request *mpii_send_request(const struct mpii_message_args *args,
                                       enum mpii_send_mode mode);
struct mpii_request *mpii_receive_request(const struct mpii_message_args *args);

// Starts it; a request to or from MPI_PROC_NULL is done at once.
void mpii_request_start_send(struct mpii_request *request);
void mpii_request_start_receive(struct mpii_request *request);

#pragma GCC visibility pop
