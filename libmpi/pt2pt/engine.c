// SPDX-License-Identifier: BSD-2-Clause
// engine.c: sending, looking at the bus, and waiting. See request.h for who does what.
#include "libmpi/pt2pt/explain.h"
#include "libmpi/pt2pt/postponed.h"
#include "libmpi/pt2pt/wire.h"
#include <string.h>

#define PROGRESS_BATCH 8
#define WORDS_MAX 64 // that a sleeping thread watches; with more it does not sleep
#define AHEAD_MAX 64 // messages sent to ranks of this core before those have a turn

struct mpii_endpoint mpii_endpoint;
bool (*mpii_progress_more)(void *thread);
size_t (*mpii_progress_words)(struct service_watch watches[], size_t room);
void *mpii_progress_owner;
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
    mpii_lanes_init();
    mpii_engine->explain(mpii_explain);
    // [P] release: the endpoint before its address.
    atomic_store_explicit(&mpii_engine->peers[mpii_engine->rank], &mpii_endpoint,
                          memory_order_release);
    for (uint32_t core = 0; core < mpii_engine->cores; core++) // whose ranks may wait for it
        if (atomic_load_explicit(mpii_engine->asleep(core), memory_order_relaxed))
            mpii_engine->rouse(core);
}

_Static_assert(sizeof(void *) == sizeof(uint64_t), "watched as a word");

struct mpii_endpoint *mpii_endpoint_wait(uint32_t world)
{
    void *_Atomic *peer = &mpii_engine->peers[world];
    struct mpii_endpoint *endpoint;
    uint32_t turns = 0;

    // Ends when that rank has called MPI_Init.
    while (!(endpoint = atomic_load_explicit(peer, memory_order_acquire))) { // [P]
        // The address is a word that rises once, from 0.
        struct service_watch watch = {.word = (const _Atomic uint64_t *)(const void *)peer,
                                      .value = 1};

        if (!mpii_engine->others_ready() && ++turns < mpii_engine->spins) {
            __builtin_ia32_pause();
            continue;
        }
        mpii_postponed_sleep(&watch);
        turns = 0;
    }
    return endpoint;
}

struct mpii_core *mpii_core(void)
{
    return *mpii_engine->core_state;
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
                                   .data = request->type->dense ? request->buf : NULL,
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

static union mpii_wire_head head_of(const struct mpii_request *request, uint32_t world,
                                    enum mpii_wire_kind kind)
{
    return mpii_head(request->source, world, kind);
}

// Data that are not dense: packed to where they travel. False: no memory for a cell.
static bool send_packed(struct mpii_lane *lane, uint32_t world, const struct mpii_request *request)
{
    const bool is_short = request->bytes <= MPII_INLINE_BYTES_MAX;
    struct bus_message *message;
    struct mpii_wire *wire;
    char *cell = NULL;

    message = is_short ? mpii_lane_claim(lane)
                       : mpii_lane_claim_cell(lane, (size_t)request->bytes, &cell);
    wire = mpii_wire(message);
    if (!is_short && !cell)
        return false;
    pack(is_short ? wire->data : cell, request);
    message->desc.addr = mpii_addr(request->context, request->tag);
    message->desc.len = (uint32_t)request->bytes;
    wire->head = head_of(request, world, is_short ? MPII_WIRE_INLINE : MPII_WIRE_EAGER);
    if (!is_short)
        wire->cell = cell;
    mpii_lane_publish(lane, message);
    return true;
}

// Something about the request, whose memory stays until the other side has answered.
static void send_reference(struct mpii_lane *lane, uint64_t addr, union mpii_wire_head head,
                           struct mpii_request *request)
{
    struct bus_message *message = mpii_lane_claim(lane);

    message->desc.addr = addr;
    message->desc.len = 0;
    mpii_wire(message)->head = head;
    mpii_wire(message)->sender = request;
    mpii_wire(message)->buf = request->type->dense ? request->buf : NULL;
    mpii_wire(message)->bytes = request->bytes;
    mpii_lane_publish(lane, message);
}

// Are its data copied to where they travel?
static bool is_eager(const struct mpii_request *request)
{
    return request->mode != MPII_SYNCHRONOUS &&
           request->bytes <= (request->prompt ? MPII_EAGER_BYTES_MAX : MPII_COPY_BYTES_MAX);
}

bool mpii_send_has_room(struct mpii_lane *lane, const struct mpii_request *request)
{
    return mpii_lane_has_room(lane, is_eager(request) ? (size_t)request->bytes : 0);
}

void mpii_send_there(struct mpii_lane *lane, uint32_t world, struct mpii_request *request)
{
    const uint64_t addr = mpii_addr(request->context, request->tag);
    bool sent = false;

    if (is_eager(request))
        sent = request->type->dense
                   ? mpii_lane_send(lane, addr, head_of(request, world, MPII_WIRE_INLINE),
                                    request->buf, (size_t)request->bytes)
                   : send_packed(lane, world, request);
    if (sent)
        mpii_request_complete(request);
    else
        send_reference(lane, addr, head_of(request, world, MPII_WIRE_RENDEZVOUS), request);
}

uint32_t mpii_send_target(const struct mpii_request *request)
{
    return mpii_group_world(mpii_comm_peers(request->comm), request->peer);
}

void mpii_send_start(struct mpii_request *request)
{
    const uint32_t world = mpii_send_target(request);
    struct mpii_lane *lane = request->prompt ? mpii_lane_of(world) : mpii_lane_peek(world);

    request->source = request->comm->rank;
    if (!lane)
        send_here(mpii_endpoint_of(world), request);
    else if (request->prompt || (!mpii_postponed_there(lane) && mpii_send_has_room(lane, request)) ||
             !mpii_postpone(lane, request))
        mpii_send_there(lane, world, request);
}

void mpii_send_cancel(struct mpii_request *request)
{
    uint32_t world;
    struct mpii_lane *lane;

    if (mpii_request_done(request))
        return;
    if (mpii_postponed_withdraw(request)) {
        request->cancelled = true;
        mpii_request_complete(request);
        return;
    }
    world = mpii_send_target(request);
    lane = mpii_lane_of(world);
    if (lane) {
        send_reference(lane, MPII_ADDR_NONE, head_of(request, world, MPII_WIRE_CANCEL), request);
        return;
    }
    request->cancelled = mpii_message_withdraw(mpii_endpoint_of(world), request);
    if (request->cancelled)
        mpii_request_complete(request);
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
    const struct mpii_wire *wire = mpii_wire(message);
    struct mpii_arrival arrival = {.context = (uint32_t)(message->desc.addr >> 32),
                                   .source = wire->head.source,
                                   .tag = (int)(uint32_t)message->desc.addr,
                                   .bytes = message->desc.len,
                                   .data = wire->data,
                                   .copy = true};

    if (wire->head.kind == MPII_WIRE_EAGER) {
        mpii_cell_fetch(wire->cell, message->desc.len);
        arrival.data = wire->cell;
    } else if (wire->head.kind == MPII_WIRE_OFFER) {
        arrival.data = mpii_offer_claim(&mpii_wire(message)->offer);
    } else if (wire->head.kind == MPII_WIRE_RENDEZVOUS) {
        arrival.sender = wire->sender;
        arrival.sender_remote = true;
        arrival.data = wire->buf;
        arrival.bytes = wire->bytes;
        arrival.copy = false;
    }
    return arrival;
}

void mpii_bus_dispatch(const struct bus_message *message)
{
    const struct mpii_wire *wire = mpii_wire(message);
    struct mpii_endpoint *endpoint = mpii_endpoint_of(wire->head.target);

    if (wire->head.kind == MPII_WIRE_INLINE && mpii_deliver_inline(endpoint, message))
        return;
    if (wire->head.kind == MPII_WIRE_CANCEL) {
        withdraw(endpoint, wire->sender);
    } else {
        const struct mpii_arrival arrival = mpii_bus_arrival(message);

        (void)mpii_deliver(endpoint, &arrival);
    }
}

// A few messages of each core at a time: whoever waits looks in between whether he need not any more. What
// comes after he has posted his next receives need not be queued.
bool mpii_progress(void)
{
    bool any = __builtin_expect(mpii_postponed != NULL, 0) && mpii_postponed_send();

    for (uint32_t from = 0; from < mpii_engine->cores; from++) {
        struct bus_queue *in = &mpii_engine->bus_in[from];
        const struct bus_message *message;

        for (int i = 0; i < PROGRESS_BATCH && (message = mpii_queue_take(in)) != NULL; i++) {
            mpii_bus_dispatch(message);
            mpii_queue_done(in, message);
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

// Threads of this rank that sleep in mpii_sleep.
struct sleeper {
    struct sleeper *next;
    void *thread;
};
static struct sleeper *sleepers;

// Puts what mpii_progress_words tells in front of `watch`, which may be NULL. False: too many.
static bool watch_words(struct service_watch words[WORDS_MAX], struct service_watch **watch)
{
    size_t count = mpii_progress_words ? mpii_progress_words(words, WORDS_MAX) : 0;

    if (count > WORDS_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        words[i].also = *watch;
        *watch = &words[i];
    }
    return true;
}

static void sleep_now(struct service_watch *watch, void *thread)
{
    struct sleeper self = {.next = sleepers, .thread = thread}, **at = &sleepers;
    struct service_watch words[WORDS_MAX];

    if (!watch_words(words, &watch)) {
        turn();
        return;
    }
    sleepers = &self;
    mpii_postponed_sleep(watch);
    while (*at != &self) // others may have come and gone
        at = &(*at)->next;
    *at = self.next;
}

// The thread sleeps no more: if the messages of mpii_progress_more wake it, another one takes them over.
// That one is woken, registers and sleeps again; it wakes nobody before such a message has woken it.
static void hand_over(const void *thread)
{
    if (mpii_progress_owner != thread)
        return;
    mpii_progress_owner = NULL;
    if (sleepers)
        mpii_engine->wake(sleepers->thread);
}

void mpii_progress_new(void)
{
    if (sleepers)
        mpii_engine->wake(sleepers->thread);
}

void mpii_sleep(struct service_watch *watch)
{
    void *thread = mpii_engine->thread();

    if (!progress_more(thread))
        sleep_now(watch, thread);
    hand_over(thread);
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
    while (request && !mpii_request_done(request) && request->class && request->class->progress) {
        struct mpii_request *next = request->class->blocker ? request->class->blocker(request) : NULL;

        if (next == request)
            break;
        request = next;
    }
    return request;
}

// Names the thread in all requests, and NULL in those that name it. False if the wait must not sleep: a
// request is done, or its end would wake nobody or another thread. A request that makes progress of its own
// names it, too, for another thread may bring it to its end.
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
        if (waiter && waiter != thread && waker == requests[i])
            return false;
        atomic_store_explicit(&waker->waiter, thread, memory_order_relaxed);
        atomic_store_explicit(&requests[i]->waiter, thread, memory_order_relaxed);
    }
    return true;
}

static void waiter_clear(struct mpii_request *const requests[], size_t count, const void *thread)
{
    for (size_t i = 0; i < count; i++) {
        struct mpii_request *waker = waker_of(requests[i]);

        if (waker && atomic_load_explicit(&waker->waiter, memory_order_relaxed) == thread)
            atomic_store_explicit(&waker->waiter, NULL, memory_order_relaxed);
        if (requests[i] && atomic_load_explicit(&requests[i]->waiter, memory_order_relaxed) == thread)
            atomic_store_explicit(&requests[i]->waiter, NULL, memory_order_relaxed);
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
            sleep_now(NULL, thread);
        hand_over(thread);
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

void mpii_prober_wait(struct mpii_prober *prober, uint32_t *turns)
{
    struct mpii_prober **at = &mpii_endpoint.probers;

    if (mpii_progress() || progress_more(NULL)) {
        *turns = 0;
        return;
    }
    if (!mpii_engine->others_ready() && ++*turns < mpii_engine->spins) {
        __builtin_ia32_pause();
        return;
    }
    prober->thread = mpii_engine->thread();
    prober->next = mpii_endpoint.probers;
    mpii_endpoint.probers = prober;
    mpii_sleep(NULL);
    while (*at != prober) // other threads of the rank may have come and gone
        at = &(*at)->next;
    *at = prober->next;
    *turns = 0;
}
