// SPDX-License-Identifier: BSD-2-Clause
// buffer.h: the buffers of buffered sends (MPI 4.1, 3.6).
//
// A buffer is the process's or a communicator's. It holds segments in the order of their addresses,
// each the copy of one message and what is needed to send it, which is why a message takes up to
// MPI_BSEND_OVERHEAD bytes more than its data. With MPI_BUFFER_AUTOMATIC every segment is
// malloc'ed. Segments whose message has gone are freed when the buffer is used next.
#pragma once
#include "libmpi/pt2pt/check.h"

#pragma GCC visibility push(hidden)

struct mpii_segment {
    struct mpii_segment *next;
    struct mpii_request *request; // sends it
    uint64_t number;              // of its buffer, rising
    size_t bytes;                 // with this
    char data[];
};

struct mpii_buffer {
    struct mpii_buffer *next; // all buffers of the rank
    int uses;                 // while attached, and by each flush
    bool automatic;
    void *address; // the user's
    MPI_Count bytes;
    struct mpii_segment *segments;
    uint64_t last; // number
};

extern struct mpii_buffer *mpii_buffer_process; // NULL: none is attached

// The buffer for sends on `comm`, or NULL.
static inline struct mpii_buffer *mpii_buffer_of(const struct mpii_comm *comm)
{
    return comm->buffer ? comm->buffer : mpii_buffer_process;
}

// A buffer at `address`, which may be MPI_BUFFER_AUTOMATIC. NULL: no memory.
struct mpii_buffer *mpii_buffer_new(void *address, MPI_Count bytes);
void mpii_buffer_drop(struct mpii_buffer *buffer);

// Sends a copy of the message that `args`, checked, describe. MPI_SUCCESS or the class of the error.
int mpii_buffer_send(const struct mpii_message_args *args);

// Frees the segments whose messages have gone. The first of those left with a number up to `number`, or NULL.
struct mpii_segment *mpii_buffer_reclaim(struct mpii_buffer *buffer, uint64_t number);

// Waits until all messages that are in the buffer now have gone.
void mpii_buffer_flush(struct mpii_buffer *buffer);

#pragma GCC visibility pop
