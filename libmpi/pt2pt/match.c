// SPDX-License-Identifier: BSD-2-Clause
// match.c: the two queues of an endpoint, and what happens when a message meets a receive (MPI 4.1, 3.5).
//
// Both queues are in order of arrival and searched from the front: messages of one sender on one
// communicator arrive in the order sent, receives are matched in the order posted.
//
// This code runs in any rank of the endpoint's core. It uses only memory of the endpoint, of requests, and
// of the core: never the running rank's malloc for what another one will free.
#include "libmpi/pt2pt/lane.h"
#include "libmpi/pt2pt/wire.h"
#include <stdio.h>
#include <string.h>

static bool matches(const struct mpii_request *request, uint32_t context, int source, int tag)
{
    return request->context == context &&
           (request->source == source || request->source == MPI_ANY_SOURCE) &&
           (request->tag == tag || request->tag == MPI_ANY_TAG);
}

static void posted_remove(struct mpii_endpoint *endpoint, struct mpii_request *request)
{
    if (request->prev)
        request->prev->next = request->next;
    else
        endpoint->posted = request->next;
    if (request->next)
        request->next->prev = request->prev;
    else
        endpoint->posted_last = request->prev;
    request->next = request->prev = NULL;
}

static void posted_append(struct mpii_endpoint *endpoint, struct mpii_request *request)
{
    request->next = NULL;
    request->prev = endpoint->posted_last;
    if (endpoint->posted_last)
        endpoint->posted_last->next = request;
    else
        endpoint->posted = request;
    endpoint->posted_last = request;
}

static void message_append(struct mpii_endpoint *endpoint, struct mpii_message *message)
{
    message->next = NULL;
    message->prev = endpoint->unexpected_last;
    if (endpoint->unexpected_last)
        endpoint->unexpected_last->next = message;
    else
        endpoint->unexpected = message;
    endpoint->unexpected_last = message;
}

static void message_remove(struct mpii_endpoint *endpoint, struct mpii_message *message)
{
    if (message->prev)
        message->prev->next = message->next;
    else
        endpoint->unexpected = message->next;
    if (message->next)
        message->next->prev = message->prev;
    else
        endpoint->unexpected_last = message->prev;
}

struct mpii_request *mpii_posted_take(struct mpii_endpoint *endpoint, uint32_t context, int source,
                                      int tag)
{
    struct mpii_request *request = endpoint->posted;

    while (request && !matches(request, context, source, tag))
        request = request->next;
    if (request)
        posted_remove(endpoint, request);
    return request;
}

static void complete(struct mpii_request *request, bool remote)
{
    void *waiter;

    // [D] release: the copy before the sender may change its buffer. Pairs with mpii_request_done.
    atomic_store_explicit(&request->done, 1, memory_order_release);
    if (remote) // [W] done before who waits; pairs with the fence in mpii_wait_turn
        atomic_thread_fence(memory_order_seq_cst);
    // The request may be another one's by now, for requests are recycled but their memory never is; then a
    // thread is woken for nothing, and looks again.
    waiter = atomic_load_explicit(&request->waiter, memory_order_relaxed);
    if (waiter)
        mpii_services()->wake(waiter);
}

void mpii_request_complete(struct mpii_request *request)
{
    complete(request, false);
}

void mpii_request_complete_remote(struct mpii_request *request)
{
    complete(request, true);
}

bool mpii_deliver_inline(struct mpii_endpoint *endpoint, const struct bus_message *message)
{
    const struct mpii_wire *wire = mpii_wire(message);
    const int source = wire->head.source, tag = (int)(uint32_t)message->desc.addr;
    struct mpii_request *request = endpoint->posted;

    if (!request || !matches(request, (uint32_t)(message->desc.addr >> 32), source, tag) ||
        !request->type->dense || message->desc.len > request->bytes)
        return false;
    posted_remove(endpoint, request);
    mpii_copy_short(request->buf, wire->data, message->desc.len);
    request->bytes = message->desc.len;
    request->matched_source = source;
    request->matched_tag = tag;
    complete(request, false);
    return true;
}

void mpii_receive_into(struct mpii_request *request, const struct mpii_arrival *arrival)
{
    MPI_Count bytes = arrival->bytes;
    const struct mpii_request *sender = arrival->sender;

    request->error = MPI_SUCCESS;
    if (bytes > request->bytes) {
        request->error = MPI_ERR_TRUNCATE;
        bytes = request->bytes;
    }
    if (bytes && !arrival->data)
        mpii_type_copy(request->buf, request->count, request->type, sender->buf, sender->count,
                       sender->type, bytes);
    else if (bytes && request->type->dense)
        memcpy(request->buf, arrival->data, (size_t)bytes);
    else if (bytes)
        mpii_type_unpack(request->buf, request->count, request->type, arrival->data, 0,
                         (size_t)bytes);
    request->bytes = bytes;
    request->matched_source = arrival->source;
    request->matched_tag = arrival->tag;
    if (arrival->sender)
        complete(arrival->sender, arrival->sender_remote);
    mpii_request_complete(request);
}

// Not long enough to let the sender wait for the receive, unless it wants to: the next best thing to having
// been copied by the sender.
static bool copy_for_sender(const struct mpii_arrival *arrival)
{
    return arrival->sender && arrival->sender->mode != MPII_SYNCHRONOUS &&
           arrival->bytes <= MPII_EAGER_BYTES_MAX;
}

// What has filled the memory: mostly a sender that is faster than its receiver for too long.
static _Noreturn void queue_full(const struct mpii_endpoint *endpoint,
                                 const struct mpii_arrival *arrival)
{
    unsigned long count = 0;
    char text[200];

    for (const struct mpii_message *message = endpoint->unexpected; message; message = message->next)
        count++;
    snprintf(
        text, sizeof text,
        "no memory for a message to rank %u that it has not asked for yet (source %d, tag %d, %lld "
        "bytes), behind %lu others; use --mem",
        endpoint->world, arrival->source, arrival->tag, (long long)arrival->bytes, count);
    mpii_abort(MPI_ERR_NO_MEM, text);
}

static void queue_message(struct mpii_endpoint *endpoint, const struct mpii_arrival *arrival)
{
    const bool for_sender = copy_for_sender(arrival);
    size_t copy = arrival->copy || for_sender ? (size_t)arrival->bytes : 0;
    struct mpii_message *message = mpii_services()->core_alloc(sizeof *message + copy);

    if (!message)
        queue_full(endpoint, arrival);
    *message = (struct mpii_message){.context = arrival->context,
                                     .source = arrival->source,
                                     .tag = arrival->tag,
                                     .bytes = arrival->bytes,
                                     .data = arrival->data,
                                     .sender = for_sender ? NULL : arrival->sender,
                                     .sender_remote = arrival->sender_remote};
    if (copy && arrival->data)
        memcpy(message->inline_data, arrival->data, copy);
    else if (copy)
        mpii_type_pack(message->inline_data, arrival->sender->buf, arrival->sender->count,
                       arrival->sender->type, 0, copy);
    if (copy)
        message->data = message->inline_data;
    message_append(endpoint, message);
    if (for_sender)
        complete(arrival->sender, arrival->sender_remote);
}

bool mpii_deliver(struct mpii_endpoint *endpoint, const struct mpii_arrival *arrival)
{
    struct mpii_request *request =
        mpii_posted_take(endpoint, arrival->context, arrival->source, arrival->tag);

    if (request) {
        mpii_receive_into(request, arrival);
        return true;
    }
    queue_message(endpoint, arrival);
    for (const struct mpii_prober *prober = endpoint->probers; prober; prober = prober->next)
        mpii_services()->wake(prober->thread);
    return false;
}

struct mpii_message *mpii_message_find(uint32_t context, int source, int tag, bool take)
{
    struct mpii_message *message = mpii_endpoint.unexpected;

    while (message && !(message->context == context &&
                        (source == message->source || source == MPI_ANY_SOURCE) &&
                        (tag == message->tag || tag == MPI_ANY_TAG)))
        message = message->next;
    if (message && take)
        message_remove(&mpii_endpoint, message);
    return message;
}

void mpii_message_receive(struct mpii_message *message, struct mpii_request *request)
{
    struct mpii_arrival arrival = {.context = message->context,
                                   .source = message->source,
                                   .tag = message->tag,
                                   .bytes = message->bytes,
                                   .data = message->data,
                                   .sender = message->sender,
                                   .sender_remote = message->sender_remote};

    mpii_receive_into(request, &arrival);
    mpii_services()->core_free(message);
}

void mpii_receive_start(struct mpii_request *request)
{
    struct mpii_message *message =
        mpii_message_find(request->context, request->source, request->tag, true);

    if (message)
        mpii_message_receive(message, request);
    else
        posted_append(&mpii_endpoint, request);
}

bool mpii_message_withdraw(struct mpii_endpoint *endpoint, const struct mpii_request *sender)
{
    for (struct mpii_message *message = endpoint->unexpected; message; message = message->next)
        if (message->sender == sender) {
            message_remove(endpoint, message);
            mpii_services()->core_free(message);
            return true;
        }
    return false;
}

bool mpii_receive_cancel(struct mpii_request *request)
{
    for (struct mpii_request *at = mpii_endpoint.posted; at; at = at->next)
        if (at == request) {
            posted_remove(&mpii_endpoint, request);
            return true;
        }
    return false;
}
