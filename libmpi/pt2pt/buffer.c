// SPDX-License-Identifier: BSD-2-Clause
// buffer.c: see buffer.h.
#include "libmpi/pt2pt/buffer.h"
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct mpii_segment) + 2 * alignof(struct mpii_segment) <= MPI_BSEND_OVERHEAD,
               "what a message takes besides its data");

struct mpii_buffer *mpii_buffer_process;
static struct mpii_buffer *buffers; // all that exist

static void drain(bool wait)
{
    // A communicator takes its buffer along when its last request goes: not while this goes through them.
    for (struct mpii_buffer *buffer = buffers; buffer; buffer = buffer->next)
        buffer->uses++;
    for (struct mpii_buffer *buffer = buffers; buffer; buffer = buffer->next)
        if (wait)
            mpii_buffer_flush(buffer);
        else
            (void)mpii_buffer_reclaim(buffer, 0);
    for (struct mpii_buffer *buffer = buffers, *next; buffer; buffer = next) {
        next = buffer->next;
        mpii_buffer_drop(buffer);
    }
}

struct mpii_buffer *mpii_buffer_new(void *address, MPI_Count bytes)
{
    struct mpii_buffer *buffer = calloc(1, sizeof *buffer);

    if (!buffer)
        return NULL;
    buffer->uses = 1;
    buffer->automatic = address == MPI_BUFFER_AUTOMATIC;
    buffer->address = address;
    buffer->bytes = buffer->automatic ? 0 : bytes;
    buffer->next = buffers;
    buffers = buffer;
    mpii_buffers_drain = drain;
    return buffer;
}

void mpii_buffer_drop(struct mpii_buffer *buffer)
{
    struct mpii_buffer **at = &buffers;

    if (--buffer->uses)
        return;
    while (*at != buffer) // ends: it is in the list
        at = &(*at)->next;
    *at = buffer->next;
    free(buffer);
}

struct mpii_segment *mpii_buffer_reclaim(struct mpii_buffer *buffer, uint64_t number)
{
    struct mpii_segment **at = &buffer->segments, *left = NULL;

    buffer->uses++; // the last request of a communicator takes its buffer along
    while (*at) {
        struct mpii_segment *segment = *at;

        if (!mpii_request_done(segment->request)) {
            if (!left && segment->number <= number)
                left = segment;
            at = &segment->next;
            continue;
        }
        *at = segment->next;
        mpii_request_delete(segment->request);
        if (buffer->automatic)
            free(segment);
    }
    mpii_buffer_drop(buffer);
    return left;
}

void mpii_buffer_flush(struct mpii_buffer *buffer)
{
    const uint64_t number = buffer->last;
    const struct mpii_segment *segment;
    uint32_t turns = 0;

    buffer->uses++; // another thread may detach it meanwhile
    while ((segment = mpii_buffer_reclaim(buffer, number))) // ends when they have been received
        mpii_wait_turn((struct mpii_request *const *)&segment->request, 1, &turns);
    mpii_buffer_drop(buffer);
}

static uintptr_t align_up(uintptr_t address)
{
    return (address + alignof(struct mpii_segment) - 1) & ~(alignof(struct mpii_segment) - 1);
}

// The first gap between segments that holds `bytes`; links a segment there. NULL: there is none.
static struct mpii_segment *segment_fit(struct mpii_buffer *buffer, size_t bytes)
{
    const uintptr_t end = (uintptr_t)buffer->address + (size_t)buffer->bytes;
    struct mpii_segment **at = &buffer->segments, *segment;
    uintptr_t from = align_up((uintptr_t)buffer->address);

    for (;; at = &(*at)->next) { // ends with the last segment
        const uintptr_t to = *at ? (uintptr_t)*at : end;

        if (from <= to && to - from >= bytes)
            break;
        if (!*at)
            return NULL;
        from = align_up((uintptr_t)*at + (*at)->bytes);
    }
    segment = (struct mpii_segment *)from;
    segment->next = *at;
    *at = segment;
    return segment;
}

static struct mpii_segment *segment_new(struct mpii_buffer *buffer, size_t bytes)
{
    struct mpii_segment *segment;

    if (!buffer->automatic) {
        segment = segment_fit(buffer, bytes);
    } else {
        segment = malloc(bytes);
        if (segment) {
            segment->next = buffer->segments;
            buffer->segments = segment;
        }
    }
    if (!segment)
        return NULL;
    segment->bytes = bytes;
    segment->number = ++buffer->last;
    segment->request = NULL;
    return segment;
}

static void segment_delete(struct mpii_buffer *buffer, struct mpii_segment *segment)
{
    struct mpii_segment **at = &buffer->segments;

    while (*at != segment) // ends: it is in the list
        at = &(*at)->next;
    *at = segment->next;
    if (buffer->automatic)
        free(segment);
}

static int no_room(const struct mpii_message_args *args, const struct mpii_buffer *buffer,
                   MPI_Count bytes)
{
    if (!buffer)
        return mpii_error(args->function, args->comm_handle, MPI_ERR_BUFFER,
                          "no buffer is attached: see MPI_Buffer_attach");
    if (buffer->automatic)
        return mpii_error(args->function, args->comm_handle, MPI_ERR_NO_MEM,
                          "no memory for a message of %lld bytes", (long long)bytes);
    return mpii_error(args->function, args->comm_handle, MPI_ERR_BUFFER,
                      "the attached buffer of %lld bytes has no room for a message of %lld bytes",
                      (long long)buffer->bytes, (long long)bytes);
}

// A request that sends the segment's data as bytes.
static struct mpii_request *segment_request(const struct mpii_message_args *args,
                                            const struct mpii_segment *segment, MPI_Count bytes)
{
    struct mpii_message_args copy = *args;

    copy.buf = segment->data;
    copy.count = bytes;
    copy.type = mpii_type(MPI_BYTE);
    return mpii_send_request(&copy, MPII_BUFFERED);
}

int mpii_buffer_send(const struct mpii_message_args *args)
{
    const MPI_Count bytes = args->count * args->type->size;
    const size_t room = sizeof(struct mpii_segment) + (size_t)bytes;
    struct mpii_buffer *buffer = mpii_buffer_of(args->comm);
    struct mpii_segment *segment = NULL;

    if (args->peer == MPI_PROC_NULL)
        return MPI_SUCCESS;
    for (int attempt = 0; buffer && !segment && attempt < 2; attempt++) {
        if (attempt) // what has been received by now makes room
            mpii_test_turn();
        (void)mpii_buffer_reclaim(buffer, 0);
        // NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what was reclaimed is off the list
        segment = segment_new(buffer, room);
    }
    if (!segment)
        return no_room(args, buffer, bytes);
    segment->request = segment_request(args, segment, bytes);
    if (!segment->request) {
        segment_delete(buffer, segment);
        return mpii_error(args->function, args->comm_handle, MPI_ERR_NO_MEM,
                          "no memory for a request");
    }
    if (bytes && args->type->dense)
        memcpy(segment->data, args->buf, (size_t)bytes);
    else if (bytes)
        mpii_type_pack(segment->data, args->buf, args->count, args->type, 0, (size_t)bytes);
    mpii_send_start(segment->request);
    return MPI_SUCCESS;
}
