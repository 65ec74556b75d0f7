// SPDX-License-Identifier: BSD-2-Clause
// engine.c: sending, looking at the bus, and waiting. See request.h for who does what.
#include "libmpi/pt2pt/wire.h"
#include <string.h>

#define AHEAD_MAX 64 // messages sent to ranks of this core before those have a turn

struct mpii_endpoint mpii_endpoint;
bool (*mpii_progress_more)(void *thread);
const struct services *mpii_engine;

static void turn(void)
{
    if (mpii_engine->others_ready())
        mpii_engine->yield();
    else
        __builtin_ia32_pause();
}

void mpii_engine_init(void)
{
    mpii_engine = mpii_services();
    mpii_endpoint.world = mpii_engine->rank;
    mpii_endpoint.core = mpii_engine->core;
    if (!*mpii_engine->core_state) {
        *mpii_engine->core_state = mpii_engine->core_alloc(sizeof(struct mpii_core));
        if (!*mpii_engine->core_state)
            mpii_abort(MPI_ERR_NO_MEM, "no memory to start MPI with; use --mem");
        memset(*mpii_engine->core_state, 0, sizeof(struct mpii_core));
    }
    // [P] release: the endpoint before its address.
    atomic_store_explicit(&mpii_engine->peers[mpii_engine->rank], &mpii_endpoint,
                          memory_order_release);
}

struct mpii_endpoint *mpii_endpoint_wait(uint32_t world)
{
    struct mpii_endpoint *endpoint;

    // Ends when that rank has called MPI_Init.
    while (!(endpoint = atomic_load_explicit(&mpii_engine->peers[world], memory_order_acquire))) // [P]
        turn();
    return endpoint;
}

struct mpii_core *mpii_core(void)
{
    return *mpii_engine->core_state;
}

// --- buffers of messages on their way to another core ---

// Frees the oldest buffers that have been released, a few at a time.
static void eager_reclaim(struct mpii_core *core)
{
    for (int i = 0; i < 4 && core->sent; i++) {
        struct mpii_eager *eager = core->sent;

        // [E] acquire: the receiver's copy before the buffer is used again. Pairs with
        // mpii_eager_release.
        if (!atomic_load_explicit(&eager->released, memory_order_acquire))
            break;
        core->sent = eager->next;
        if (!core->sent)
            core->sent_last = NULL;
        mpii_engine->core_free(eager);
    }
}

struct mpii_eager *mpii_eager_new(size_t bytes)
{
    struct mpii_core *core = mpii_core();
    struct mpii_eager *eager;

    eager_reclaim(core);
    eager = mpii_engine->core_alloc(sizeof *eager + bytes);
    if (!eager)
        return NULL;
    atomic_store_explicit(&eager->released, 0, memory_order_relaxed);
    eager->next = NULL;
    if (core->sent_last)
        core->sent_last->next = eager;
    else
        core->sent = eager;
    core->sent_last = eager;
    return eager;
}

void mpii_eager_release(struct mpii_eager *eager)
{
    atomic_store_explicit(&eager->released, 1, memory_order_release); // [E]
}

// --- sending ---

static void pack(void *to, const struct mpii_request *request)
{
    if (request->type->dense)
        memcpy(to, request->buf, (size_t)request->bytes);
    else
        mpii_type_pack(to, request->buf, request->count, request->type, 0, (size_t)request->bytes);
}

void mpii_sent_ahead(void)
{
    static uint32_t ahead;

    if (++ahead % AHEAD_MAX == 0 && mpii_engine->others_ready())
        mpii_engine->yield();
}

// To a rank of this core: straight into its receive, or onto its queue.
static void send_here(struct mpii_endpoint *to, struct mpii_request *request)
{
    bool wait = request->mode == MPII_SYNCHRONOUS || request->bytes > MPII_EAGER_BYTES_MAX;
    struct mpii_arrival arrival = {.context = request->context,
                                   .source = request->source,
                                   .tag = request->tag,
                                   .bytes = request->bytes,
                                   .data = request->buf,
                                   .copy = true};
    struct mpii_request *receive;
    char packed[MPII_EAGER_BYTES_MAX];

    receive = mpii_posted_take(to, request->context, request->source, request->tag);
    if (receive) {
        arrival.sender = request;
        mpii_receive_into(receive, &arrival);
        return;
    }
    if (wait) {
        arrival.sender = request;
        arrival.copy = false;
        (void)mpii_deliver(to, &arrival);
        return;
    }
    if (!request->type->dense && request->bytes) {
        pack(packed, request);
        arrival.data = packed;
    }
    (void)mpii_deliver(to, &arrival);
    mpii_request_complete(request);
    mpii_sent_ahead();
}

struct bus_message *mpii_bus_claim(const struct mpii_endpoint *to)
{
    struct bus_message *message;

    while (!(message = mpii_engine->bus_claim(to->core))) // ends when the other core has made progress
        if (!mpii_progress())
            turn();
    return message;
}

static void send_there(struct mpii_endpoint *to, struct mpii_request *request)
{
    bool wait = request->mode == MPII_SYNCHRONOUS || request->bytes > MPII_EAGER_BYTES_MAX;
    struct mpii_eager *eager = NULL;
    struct bus_message *message;
    struct mpii_wire *wire;

    if (!wait && request->bytes > (MPI_Count)sizeof wire->data) {
        eager = mpii_eager_new((size_t)request->bytes);
        wait = !eager; // no memory for a copy: the data stay where they are
        if (eager)
            pack(eager->data, request);
    }
    message = mpii_bus_claim(to);
    wire = (struct mpii_wire *)message->bytes;
    message->addr = (uint64_t)request->context << 32 | (uint32_t)request->tag;
    message->len = (uint32_t)request->bytes;
    wire->source = (uint16_t)request->source;
    wire->target = (uint16_t)to->world;
    wire->kind = wait ? MPII_WIRE_RENDEZVOUS : eager ? MPII_WIRE_EAGER : MPII_WIRE_INLINE;
    if (wait)
        wire->sender = request;
    else if (eager)
        wire->eager = eager;
    else if (request->bytes)
        pack(wire->data, request);
    mpii_engine->bus_publish(to->core, message);
    if (!wait)
        mpii_request_complete(request);
}

static struct mpii_endpoint *target_of(const struct mpii_request *request)
{
    return mpii_endpoint_of(mpii_group_world(mpii_comm_peers(request->comm), request->peer));
}

void mpii_send_start(struct mpii_request *request)
{
    struct mpii_endpoint *to = target_of(request);

    request->source = request->comm->rank;
    if (to->core == mpii_endpoint.core)
        send_here(to, request);
    else
        send_there(to, request);
}

void mpii_send_cancel(struct mpii_request *request)
{
    struct mpii_endpoint *to = target_of(request);
    struct bus_message *message;
    struct mpii_wire *wire;

    if (mpii_request_done(request))
        return;
    if (to->core == mpii_endpoint.core) {
        request->cancelled = mpii_message_withdraw(to, request);
        if (request->cancelled)
            mpii_request_complete(request);
        return;
    }
    message = mpii_bus_claim(to);
    wire = (struct mpii_wire *)message->bytes;
    message->addr = 0;
    message->len = 0;
    wire->source = 0;
    wire->target = (uint16_t)to->world;
    wire->kind = MPII_WIRE_CANCEL;
    wire->sender = request;
    mpii_engine->bus_publish(to->core, message);
}

// --- what the bus brings ---

// The message came before this, on the same queue of the bus: it waits for its receive, or has been matched.
static void withdraw(struct mpii_endpoint *endpoint, struct mpii_request *sender)
{
    if (!mpii_message_withdraw(endpoint, sender))
        return;
    sender->cancelled = true;
    mpii_request_complete_remote(sender);
}

struct mpii_arrival mpii_bus_arrival(const struct bus_message *message)
{
    const struct mpii_wire *wire = (const struct mpii_wire *)message->bytes;
    struct mpii_arrival arrival = {.context = (uint32_t)(message->addr >> 32),
                                   .source = wire->source,
                                   .tag = (int)(uint32_t)message->addr,
                                   .bytes = message->len,
                                   .data = wire->data,
                                   .copy = wire->kind == MPII_WIRE_INLINE};

    if (wire->kind == MPII_WIRE_EAGER) {
        arrival.eager = wire->eager;
        arrival.data = wire->eager->data;
    } else if (wire->kind == MPII_WIRE_RENDEZVOUS) {
        arrival.sender = wire->sender;
        arrival.sender_remote = true;
        arrival.bytes = wire->sender->bytes;
    }
    return arrival;
}

void mpii_bus_dispatch(const struct bus_message *message)
{
    const struct mpii_wire *wire = (const struct mpii_wire *)message->bytes;
    struct mpii_endpoint *endpoint = mpii_endpoint_of(wire->target);

    if (wire->kind == MPII_WIRE_CANCEL) {
        withdraw(endpoint, wire->sender);
    } else {
        const struct mpii_arrival arrival = mpii_bus_arrival(message);

        (void)mpii_deliver(endpoint, &arrival);
    }
}

bool mpii_progress(void)
{
    bool any = false;

    for (uint32_t from = 0; from < mpii_engine->cores; from++) {
        const struct bus_message *message;

        if (from == mpii_engine->core)
            continue;
        while ((message = mpii_engine->bus_take(from)) != NULL) { // ends: a ring holds so many
            mpii_bus_dispatch(message);
            any = true;
        }
    }
    return any;
}

// --- waiting ---

// What else is under way; true if it got on. `thread` is about to wait, NULL: nobody is.
static bool progress_more(void *thread)
{
    return mpii_progress_more && mpii_progress_more(thread);
}

void mpii_test_turn(void)
{
    if (!mpii_progress() && !progress_more(NULL) && mpii_engine->others_ready())
        mpii_engine->yield();
}

// The request whose end will wake who waits for `request`: itself or, if it makes progress of its
// own, the one it needs next. NULL: not known.
static struct mpii_request *waker_of(struct mpii_request *request)
{
    while (request && !mpii_request_done(request) && request->class && request->class->progress)
        request = request->class->blocker ? request->class->blocker(request) : NULL;
    return request;
}

// Names the thread in all requests, and NULL in those that name it. False if the wait must not sleep: a
// request is done, or its end would wake nobody or another thread.
static bool waiter_set(struct mpii_request *const requests[], size_t count, void *thread)
{
    for (size_t i = 0; i < count; i++) {
        struct mpii_request *waker = waker_of(requests[i]);
        void *waiter;

        if (!requests[i])
            continue;
        if (!waker)
            return false;
        waiter = atomic_load_explicit(&waker->waiter, memory_order_relaxed);
        if (waiter && waiter != thread)
            return false;
        atomic_store_explicit(&waker->waiter, thread, memory_order_relaxed);
    }
    return true;
}

static void waiter_clear(struct mpii_request *const requests[], size_t count, const void *thread)
{
    for (size_t i = 0; i < count; i++) {
        struct mpii_request *waker = waker_of(requests[i]);

        if (waker && atomic_load_explicit(&waker->waiter, memory_order_relaxed) == thread)
            atomic_store_explicit(&waker->waiter, NULL, memory_order_relaxed);
    }
}

static bool any_done(struct mpii_request *const requests[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct mpii_request *waker = waker_of(requests[i]);

        if (requests[i] && requests[i]->active && (!waker || mpii_request_done(waker)))
            return true;
    }
    return false;
}

void mpii_wait_turn(struct mpii_request *const requests[], size_t count, uint32_t *turns)
{
    void *thread;

    if (mpii_progress() || progress_more(NULL)) {
        *turns = 0;
        return;
    }
    if (!mpii_engine->others_ready() && ++*turns < mpii_engine->spins) {
        __builtin_ia32_pause();
        return;
    }
    thread = mpii_engine->thread();
    if (waiter_set(requests, count, thread)) {
        // [W] who waits before what is done; pairs with the fence of who finishes on another core.
        atomic_thread_fence(memory_order_seq_cst);
        if (!progress_more(thread) && !any_done(requests, count))
            mpii_engine->wait(mpii_progress);
        *turns = 0;
    } else {
        turn();
    }
    waiter_clear(requests, count, thread);
}

void mpii_request_wait(struct mpii_request *request)
{
    uint32_t turns = 0;

    while (!mpii_request_poll(request)) // ends when the other side has sent, received or gone
        mpii_wait_turn(&request, 1, &turns);
}

void mpii_prober_wait(uint32_t *turns)
{
    if (mpii_progress() || progress_more(NULL)) {
        *turns = 0;
        return;
    }
    if (!mpii_engine->others_ready() && ++*turns < mpii_engine->spins) {
        __builtin_ia32_pause();
        return;
    }
    if (mpii_endpoint.prober) { // another thread of this rank probes too: one is enough to be woken
        turn();
        return;
    }
    mpii_endpoint.prober = mpii_engine->thread();
    if (!progress_more(mpii_engine->thread()))
        mpii_engine->wait(mpii_progress);
    mpii_endpoint.prober = NULL;
    *turns = 0;
}
