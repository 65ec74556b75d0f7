// SPDX-License-Identifier: BSD-2-Clause
// request.h: requests, and the engine that moves messages (MPI 4.1, chapter 3).
//
// Each rank has an endpoint: the receives it has posted and the messages that came before their
// receive. All ranks lie in one address space, and the ranks of a core never run at the same time.
// Hence:
//   - between ranks of one core, the sender looks into the receiver's endpoint and copies straight
//     from buffer to buffer;
//   - between cores, a message is one element of the bus (abi/bus.h). Short data travel in the element,
//     longer ones in a cell (pt2pt/lane.h), long ones stay where they are and the receiver copies
//     them from the sender's own buffer (rendezvous). Whoever takes an element from the bus delivers
//     it to the endpoint it is for, his own or that of another rank of his core.
//
// A request is its rank's, but others finish it: `done` is the last thing they write. A thread that waits
// names itself in `waiter`; who finishes looks there afterwards, with a full fence on both sides.
#pragma once
#include "libmpi/comm.h"
#include "libmpi/object/number.h"
#include "libmpi/status.h"
#include "libmpi/type.h"
#include <stdalign.h>
#include <stdatomic.h>

#pragma GCC visibility push(hidden)

enum mpii_request_kind {
    MPII_SEND,
    MPII_RECEIVE,
    MPII_DONE,        // nothing to do: MPI_PROC_NULL
    MPII_PAIR,        // a send and a receive: MPI_Isendrecv
    MPII_FLUSH,       // of a buffer of buffered sends
    MPII_GENERALIZED, // MPI 4.1, 13.2
    MPII_PARTITIONED, // 4.2
    MPII_COLLECTIVE,  // a schedule; libmpi/coll
};

enum mpii_send_mode { MPII_STANDARD, MPII_BUFFERED, MPII_SYNCHRONOUS, MPII_READY };

struct mpii_request_class; // for kinds that are more than a send or a receive

// Two cache lines, for windows of hundreds of requests are common.
struct mpii_request {
    alignas(64) struct mpii_head head; // first
    uint8_t kind;                      // enum mpii_request_kind
    uint8_t mode;                      // enum mpii_send_mode
    bool persistent;
    bool active; // started and not yet waited for; requests that are not persistent are born active
    bool cancelled;
    bool freed;  // the user has freed it while it was active
    bool prompt; // a send whose call must not wait for the receive if the data can be copied away
    _Atomic uint32_t done;
    int error;                              // MPI_SUCCESS or a class; the receiver's business only
    _Atomic(void *) waiter;                 // thread to wake when done
    const struct mpii_request_class *class; // NULL: plain
    struct mpii_comm *comm;
    struct mpii_type *type;
    struct mpii_request *link; // request.c: recycled or abandoned ones
    // What matching compares. A receive may have MPI_ANY_SOURCE and MPI_ANY_TAG here.
    uint32_t context;
    int source, tag; // a send's source is set by mpii_send_start
    union {
        int peer; // send: destination's rank in the communicator
        int matched_source;
    };
    int matched_tag;
    union {
        struct {                              // plain ones
            struct mpii_request *next, *prev; // posted receives of the endpoint; postponed sends
        };
        void *extra; // the class's
    };
    // The user's buffer.
    void *buf;
    MPI_Count count;
    MPI_Count bytes; // send: of data. receive: capacity, and once done what came
};
_Static_assert(sizeof(struct mpii_request) == 128, "two lines");

// What a kind of request beyond send and receive does differently. Any entry may be NULL.
struct mpii_request_class {
    int (*start)(struct mpii_request *request);     // MPI_Start
    bool (*progress)(struct mpii_request *request); // called while someone waits or tests; true: done
    // Of a request with progress: one that must be done before it can go on. NULL, or no such entry:
    // not known, and a wait for it does not sleep. Itself: who sleeps watches for it, mpii_progress_words.
    struct mpii_request *(*blocker)(struct mpii_request *request);
    // Fills the status, returns an error class. Changes nothing: MPI_Request_get_status calls it too.
    int (*finish)(struct mpii_request *request, MPI_Status *status);
    void (*release)(struct mpii_request *request); // before it is deleted; an error goes into its `error`
    int (*cancel)(struct mpii_request *request);
};

// A message that came before its receive.
struct mpii_message {
    struct mpii_message *next, *prev;
    uint32_t context;
    int source, tag;
    MPI_Count bytes;
    const void *data;            // where they lie; NULL if none
    struct mpii_request *sender; // rendezvous: the sender's request, or NULL
    bool sender_remote;          // ... of another core
    char inline_data[];
};

// A thread in MPI_Probe or MPI_Mprobe; on its stack.
struct mpii_prober {
    struct mpii_prober *next;
    void *thread;
    const struct mpii_comm *comm; // what it asks for
    int source, tag;
};

struct mpii_endpoint {
    uint32_t world; // rank in MPI_COMM_WORLD
    uint32_t core;
    // Other cores read what is above, and must not wait for a line that its owner writes all the time.
    alignas(128) struct mpii_request *posted;
    struct mpii_request *posted_last;
    struct mpii_message *unexpected, *unexpected_last;
    struct mpii_prober *probers; // who waits for any message to come
    // Partitioned sends and receives that have not met yet, oldest first: pt2pt/partition.h.
    struct mpii_partitioned *partitioned[2];
    _Atomic uint32_t partitioned_lock; // any core takes it, for a look at the lists
    _Atomic uint32_t matches_lock;     // coll/match.h
    struct mpii_match *matches;        // by communicator
};

extern struct mpii_endpoint mpii_endpoint;

// MPI_Init: publishes the endpoint. Whoever sends to a rank that has not come so far waits for it.
void mpii_engine_init(void);

// --- requests ---

// A request of the running rank, zeroed, kept small and recycled. NULL: no memory.
struct mpii_request *mpii_request_new(enum mpii_request_kind kind);

// Those that nobody uses, linked by link. The second gets more; false: no memory.
extern struct mpii_request *mpii_recycled;
bool mpii_requests_refill(void);

static inline struct mpii_request *mpii_request_take(void)
{
    struct mpii_request *request;

    if (__builtin_expect(!mpii_recycled, 0) && !mpii_requests_refill())
        return NULL;
    request = mpii_recycled;
    mpii_recycled = request->link;
    return request;
}

// A request for a send or a receive, without zeroing it: what describes the message is left for the caller
// to set, that is context, source, tag, comm, buf, count, type, bytes and, for a send, peer.
static inline struct mpii_request *mpii_request_plain(enum mpii_request_kind kind)
{
    struct mpii_request *request = mpii_request_take();

    if (!request)
        return NULL;
    request->head.magic = MPII_MAGIC | MPII_REQUEST;
    request->kind = (uint8_t)kind;
    request->mode = MPII_STANDARD;
    request->persistent = false;
    request->active = true;
    request->cancelled = false;
    request->freed = false;
    request->prompt = false;
    // Nobody else knows it now.
    atomic_store_explicit(&request->done, 0, memory_order_relaxed);
    atomic_store_explicit(&request->waiter, NULL, memory_order_relaxed);
    request->error = MPI_SUCCESS;
    request->class = NULL;
    return request;
}

static inline void mpii_receive_describe(struct mpii_request *request, struct mpii_comm *comm,
                                         int source, int tag, void *buf, MPI_Count count,
                                         struct mpii_type *type)
{
    request->context = comm->context;
    request->source = source;
    request->tag = tag;
    request->comm = comm;
    request->buf = buf;
    request->count = count;
    request->type = type;
    request->bytes = count * type->size;
}

// What is left of deleting a request that has no class.
static inline void mpii_request_recycle(struct mpii_request *request)
{
    if (request->comm)
        mpii_comm_release(request->comm);
    if (request->type)
        mpii_type_release(request->type);
    mpii_number_drop(&request->head);
    request->head.magic = 0;
    request->link = mpii_recycled;
    mpii_recycled = request;
}
void mpii_request_delete(struct mpii_request *request);

// What a nonblocking send returns whose data are gone from the buffer already: done, and never deleted.
// One for all such sends.
extern struct mpii_request mpii_sent;

// The request behind a handle, or NULL.
static inline struct mpii_request *mpii_request(MPI_Request handle)
{
    return mpii_object_ok(handle, MPII_REQUEST) ? (struct mpii_request *)handle : NULL;
}

static inline bool mpii_request_done(const struct mpii_request *request)
{
    // [D] acquire: what the other side wrote before. Pairs with mpii_request_complete.
    return atomic_load_explicit(&request->done, memory_order_acquire) != 0;
}

// Any rank of its core: the request is finished. It may be gone when this returns.
void mpii_request_complete(struct mpii_request *request);

// The same from any core.
void mpii_request_complete_remote(struct mpii_request *request);

// Its rank: is it done, perhaps after its own kind of progress?
bool mpii_request_poll(struct mpii_request *request);

// Its rank: the status of a request that is done, which stays as it is. Returns its error.
int mpii_request_status(struct mpii_request *request, MPI_Status *status);

// Its rank: what MPI_Wait says of a request that is done; then inactive, or deleted. Returns its error.
int mpii_request_finish(struct mpii_request *request, MPI_Status *status);

// Nobody will wait for it: it goes on and is deleted when it is done (MPI_Request_free).
void mpii_request_abandon(struct mpii_request *request);

// Deletes those that are done by now.
void mpii_requests_reap(void);

// Waits for all that were abandoned. MPI_Finalize.
void mpii_requests_drain(void);

// What else mpii_requests_drain does: waits for buffered sends, or gives up the requests of those that are
// done. NULL: there were none.
extern void (*mpii_buffers_drain)(bool wait);

// --- moving messages; arguments have been checked ---

// Starts what the request describes: context, tag, comm, buf, count, type, peer, mode (send), or context,
// source, tag, buf, count, type (receive). It must not be MPI_PROC_NULL.
void mpii_send_start(struct mpii_request *request);
void mpii_receive_start(struct mpii_request *request);

// The first message that came early and matches, or NULL; takes it off the queue if `take`.
struct mpii_message *mpii_message_find(uint32_t context, int source, int tag, bool take);

// Receives a message that was taken off into the request's buffer, and completes the request.
void mpii_message_receive(struct mpii_message *message, struct mpii_request *request);

// Sends that wait for room on the bus (pt2pt/postponed.h); NULL: none. The second sends as many as there is
// room for; true if there was any.
struct mpii_postponed;
extern struct mpii_postponed *mpii_postponed;
bool mpii_postponed_send(void);

// Takes a posted receive back. False: it has been matched.
bool mpii_receive_cancel(struct mpii_request *request);

// Tries to take a send back, whose receiver may be on another core: then the answer comes later.
// The request is done in the end in any case, and `cancelled` if that has succeeded. What was sent
// eagerly is not taken back.
void mpii_send_cancel(struct mpii_request *request);

// Looks at the bus and delivers what is there. True if there was anything.
bool mpii_progress(void);

// More that must get on while the rank waits or tests: nonblocking collectives, once there was one;
// NULL before. True if something got on. `thread`, unless NULL, is about to block and must be woken
// for it.
extern bool (*mpii_progress_more)(void *thread);

// The thread that has registered for all of that, the last to do so, while it sleeps. Whoever gets something
// on wakes it: new messages know no waiter.
extern void *mpii_progress_owner;

// The words that more of that waits for: whoever sleeps watches them, and then gets on with it. Fills in
// word and value of up to `room` watches; returns how many there are, more than `room` if those are too few.
// NULL: there never were any.
extern size_t (*mpii_progress_words)(struct service_watch watches[], size_t room);

// There is a new one: threads of this rank that sleep do not watch it yet.
void mpii_progress_new(void);

// Sleeps until somebody wakes the thread, or a word has risen unless `watch` is NULL; not if more got on. May
// return early.
void mpii_sleep(struct service_watch *watch);

// Waits until the request is done.
void mpii_request_wait(struct mpii_request *request);

// After a test that has failed: a turn of making progress that lets others of this core run, since
// programs test in loops (3.5 and 3.7.4: progress).
void mpii_test_turn(void);

// For waits on several things: one turn of making progress, which sleeps if one of the requests being done
// will end the sleep. NULL entries are skipped.
void mpii_wait_turn(struct mpii_request *const requests[], size_t count, uint32_t *turns);

// One turn of waiting for a message to be queued: MPI_Probe.
void mpii_prober_wait(struct mpii_prober *prober, uint32_t *turns);

#pragma GCC visibility pop
