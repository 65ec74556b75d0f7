// SPDX-License-Identifier: BSD-2-Clause
// check.h: the arguments that all point-to-point calls have, checked and looked up (MPI 4.1, 3.2).
#pragma once
#include "libmpi/request.h"
#include "libmpi/trace.h"

#pragma GCC visibility push(hidden)

// All that is looked at for no other reason than that a user might have erred goes through this, so that
// bench/checks.sh can measure what it costs: it builds the library without. Nobody else should.
#ifdef MPII_UNCHECKED
#define MPII_WRONG(condition) false
#else
#define MPII_WRONG(condition) (condition)
#endif

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

// A send or receive request of checked arguments, not started; keeps communicator and datatype.
// NULL: no memory.
struct mpii_request *mpii_send_request(const struct mpii_message_args *args,
                                       enum mpii_send_mode mode);
struct mpii_request *mpii_receive_request(const struct mpii_message_args *args);

// Starts it; a request to or from MPI_PROC_NULL is done at once.
void mpii_request_start_send(struct mpii_request *request);
void mpii_request_start_receive(struct mpii_request *request);

// The error of a message that was longer than the buffer. Returns the class.
int mpii_truncated(const struct mpii_message_args *args, int source, int tag);

// Sends and receives: MPI_Send and MPI_Recv, of unchecked arguments.
int mpii_send_blocking(struct mpii_message_args *args, enum mpii_send_mode mode);

// The short ways of MPI_Send and MPI_Recv: direct.c. The peer is not MPI_PROC_NULL. False: not for
// this message, nothing has been done; otherwise *error says how the receive ended.
bool mpii_send_direct(const struct mpii_message_args *args);
bool mpii_receive_direct(const struct mpii_message_args *args, MPI_Status *status, int *error);

// --- looking for messages that have no receive yet: seek.c ---

// Is there one? From MPI_PROC_NULL there always is: NULL. After a search in vain others have had a turn.
bool mpii_message_seek(const struct mpii_comm *comm, int source, int tag, bool take,
                       const struct mpii_message **message);

// Waits until there is one. NULL: from MPI_PROC_NULL.
const struct mpii_message *mpii_message_await(const struct mpii_comm *comm, int source, int tag,
                                              bool take);

// What probes say of a message; NULL for one from MPI_PROC_NULL.
void mpii_message_status(const struct mpii_message *message, MPI_Status *status);

// --- lists of requests ---

// MPI_SUCCESS, or MPI_ERR_COUNT or MPI_ERR_REQUEST after the error handler was invoked. Null
// handles are fine.
int mpii_check_requests(const char *function, int count, const MPI_Request list[]);

// MPI_SUCCESS for one request that is not MPI_REQUEST_NULL, in *request; otherwise MPI_ERR_REQUEST.
int mpii_check_request(const char *function, MPI_Request handle, struct mpii_request **request);

// Reports what was wrong with a request through the handler of what was its communicator. It may be deleted:
// its memory stays until the next one is made. Returns the class.
int mpii_request_report(const char *function, MPI_Comm comm, int error,
                        const struct mpii_request *request);

// The same of one of several, which failed with `error`: MPI_ERR_IN_STATUS.
int mpii_requests_report(const char *function, MPI_Comm comm, int at, int error,
                         const struct mpii_request *request);

static inline MPI_Comm mpii_request_comm(const struct mpii_request *request)
{
    return request->comm ? request->comm->handle : MPI_COMM_NULL;
}

// Not MPI_REQUEST_NULL, and not an inactive persistent one?
static inline bool mpii_request_live(MPI_Request handle)
{
    return handle != MPI_REQUEST_NULL && ((const struct mpii_request *)handle)->active;
}

// Records the call, if mpii_trace_wanted(begin): libmpi/trace.h.
void mpii_message_trace(uint64_t begin, const struct mpii_message_args *args);

#pragma GCC visibility pop
