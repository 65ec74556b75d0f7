// SPDX-License-Identifier: BSD-2-Clause
// schedule.h: a collective operation as a list of steps, made first and carried out later.
//
// Builders append steps; nothing happens yet. Advancing starts the steps in order: sends and receives
// are only started, copies and reductions are done on the spot, and a fence holds the schedule until all
// messages before it are done. So a builder puts a fence between a receive and what uses its data,
// and between a send and what changes them.
//
// Blocking, nonblocking and persistent collectives, and constructors of communicators, are the same
// schedules: run at once, advanced while the program waits or tests, or started again and again.
// Messages go in the communicator's second context, with a tag that each collective call has for
// itself.
#pragma once
#include "libmpi/op.h"
#include "libmpi/request.h"

#pragma GCC visibility push(hidden)

// The processes that take part, and how to reach them: those of an intracommunicator, or some of it.
struct mpii_team {
    struct mpii_comm *comm;
    int rank, size;
    const int *ranks; // in comm, by rank in the team; NULL: the same
};

enum mpii_step_kind {
    MPII_STEP_SEND,
    MPII_STEP_RECEIVE,
    MPII_STEP_COPY,
    MPII_STEP_REDUCE,
    MPII_STEP_CALL,
    MPII_STEP_FENCE,
};

struct mpii_schedule;

// Local work in between. Returns how many steps to go on by: 1 is the next, less than 1 repeats.
typedef int mpii_step_call(struct mpii_schedule *schedule, void *argument);

struct mpii_step {
    enum mpii_step_kind kind;
    int peer; // of comm, or of its remote group
    int tag;  // the schedule's when the step was appended
    struct mpii_comm *comm;
    struct mpii_request *request; // in flight
    const void *from;
    void *to;
    MPI_Count count, to_count;
    struct mpii_type *type, *to_type; // kept
    mpii_step_call *call;
};

struct mpii_schedule {
    struct mpii_step *steps;
    size_t count, capacity;
    size_t at;        // next step
    size_t in_flight; // steps from here to `at` may have messages on their way
    int tag;          // of the messages of steps to come
    int error;        // MPI_SUCCESS, or the first class of what went wrong
    bool no_memory;   // while it was built
    bool busy;        // a thread is in mpii_schedule_advance
    // The operation of the reductions, kept, and its functions: set with it, so that a program that reduces
    // nothing does not link them. NULL: none.
    struct mpii_op *op;
    void (*reduce)(const struct mpii_op *op, const void *in, void *inout, MPI_Count count,
                   const struct mpii_type *type);
    void (*op_drop)(struct mpii_op *op);
    struct mpii_schedule_memory *memory;
    // Nonblocking ones.
    struct mpii_request *request;
    struct mpii_schedule *next;
    void (*release)(struct mpii_schedule *schedule); // NULL: nothing
    void *owner;                                     // whatever steps call needs
};

void mpii_schedule_init(struct mpii_schedule *schedule, int tag);
void mpii_schedule_free(struct mpii_schedule *schedule);

// Memory that lives as long as the schedule; NULL, and no_memory set, if there is none.
void *mpii_schedule_alloc(struct mpii_schedule *schedule, size_t bytes);
// The same for `count` elements of `type`: the address to use as a buffer.
void *mpii_schedule_buffer(struct mpii_schedule *schedule, MPI_Count count,
                           const struct mpii_type *type);
// The schedule uses the operation until it is freed.
void mpii_schedule_keep_op(struct mpii_schedule *schedule, const struct mpii_op *op);

// `peer` is a rank of comm (of the remote group, if it has one).
void mpii_schedule_send(struct mpii_schedule *schedule, struct mpii_comm *comm, const void *buf,
                        MPI_Count count, struct mpii_type *type, int peer);
void mpii_schedule_receive(struct mpii_schedule *schedule, struct mpii_comm *comm, void *buf,
                           MPI_Count count, struct mpii_type *type, int peer);
void mpii_schedule_copy(struct mpii_schedule *schedule, void *to, MPI_Count to_count,
                        struct mpii_type *to_type, const void *from, MPI_Count count,
                        struct mpii_type *type);
// inout = in op inout, with the schedule's operation.
void mpii_schedule_reduce(struct mpii_schedule *schedule, const void *in, void *inout,
                          MPI_Count count, struct mpii_type *type);
void mpii_schedule_call(struct mpii_schedule *schedule, mpii_step_call *call, void *argument);
void mpii_schedule_fence(struct mpii_schedule *schedule);

// From the beginning (again).
void mpii_schedule_rewind(struct mpii_schedule *schedule);

// Goes as far as it can without waiting. True: to the end.
bool mpii_schedule_advance(struct mpii_schedule *schedule);

// To the end; returns its error.
int mpii_schedule_run(struct mpii_schedule *schedule);

// A message it waits for; NULL: none, advance it.
struct mpii_request *mpii_schedule_blocker(struct mpii_schedule *schedule);

// Names `thread` as the one to wake for any message in flight.
void mpii_schedule_waiter(const struct mpii_schedule *schedule, void *thread);

// A request that is done when the schedule is, which it owns from now on. NULL: no memory, the schedule
// is then still the caller's. Keeps the communicator.
struct mpii_request *mpii_schedule_request(struct mpii_schedule *schedule, struct mpii_comm *comm,
                                           bool persistent);
// Starts it: advances now, and then whenever its rank waits or tests.
void mpii_schedule_start(struct mpii_schedule *schedule);

// From now on the rank gets on with schedules and with what is posted (posted.h) when it waits or tests.
void mpii_schedules_progress(void);

// --- the team's messages ---

static inline int mpii_team_peer(const struct mpii_team *team, int rank)
{
    return team->ranks ? team->ranks[rank] : rank;
}

static inline void mpii_team_send(struct mpii_schedule *schedule, const struct mpii_team *team,
                                  const void *buf, MPI_Count count, struct mpii_type *type, int rank)
{
    mpii_schedule_send(schedule, team->comm, buf, count, type, mpii_team_peer(team, rank));
}

static inline void mpii_team_receive(struct mpii_schedule *schedule, const struct mpii_team *team,
                                     void *buf, MPI_Count count, struct mpii_type *type, int rank)
{
    mpii_schedule_receive(schedule, team->comm, buf, count, type, mpii_team_peer(team, rank));
}

#pragma GCC visibility pop
