// SPDX-License-Identifier: BSD-2-Clause
// schedule.c: see schedule.h. A schedule is its rank's; `busy` keeps the rank's other threads out while
// one of them waits for room on the bus in the middle of a step.
#include "libmpi/coll/schedule.h"
#include <stdlib.h>
#include <string.h>

#define STEPS_FIRST 16
#define LINE 64 // memory for data begins on a cache line

struct mpii_schedule_memory {
    struct mpii_schedule_memory *next;
};

// Lists of STEPS_FIRST steps that no schedule uses, for the next ones: most need no more, and such a list is
// too large for the quick way of malloc. Linked by `to` of their first step.
static struct mpii_step *spare;

static struct mpii_step *steps_new(void)
{
    struct mpii_step *steps = spare;

    if (!steps)
        return malloc(STEPS_FIRST * sizeof *steps);
    spare = steps->to;
    return steps;
}

static void steps_free(struct mpii_step *steps, size_t capacity)
{
    if (capacity != STEPS_FIRST) {
        free(steps);
        return;
    }
    steps->to = spare;
    spare = steps;
}

void mpii_schedule_init(struct mpii_schedule *schedule, int tag)
{
    memset(schedule, 0, sizeof *schedule);
    schedule->tag = tag;
}

void mpii_schedule_free(struct mpii_schedule *schedule)
{
    if (schedule->release)
        schedule->release(schedule);
    for (size_t i = 0; i < schedule->count; i++) {
        if (schedule->steps[i].type)
            mpii_type_drop(schedule->steps[i].type);
        if (schedule->steps[i].to_type)
            mpii_type_drop(schedule->steps[i].to_type);
    }
    steps_free(schedule->steps, schedule->capacity);
    while (schedule->memory) {
        struct mpii_schedule_memory *memory = schedule->memory;

        schedule->memory = memory->next;
        free(memory);
    }
    if (schedule->op)
        schedule->op_drop(schedule->op);
}

void *mpii_schedule_alloc(struct mpii_schedule *schedule, size_t bytes)
{
    struct mpii_schedule_memory *memory = malloc(sizeof *memory + LINE - 1 + bytes);

    if (!memory) {
        schedule->no_memory = true;
        return NULL;
    }
    memory->next = schedule->memory;
    schedule->memory = memory;
    return (void *)(((uintptr_t)(memory + 1) + LINE - 1) / LINE * LINE);
}

void *mpii_schedule_buffer(struct mpii_schedule *schedule, MPI_Count count,
                           const struct mpii_type *type)
{
    MPI_Count stride = type->extent < 0 ? -type->extent : type->extent;
    MPI_Count span = count > 0 ? (count - 1) * stride + type->true_extent : 0;
    char *data = mpii_schedule_alloc(schedule, (size_t)span);

    if (!data)
        return NULL;
    if (type->extent < 0 && count > 0)
        data += (count - 1) * stride; // later elements lie lower
    return data - type->true_lb;
}

// --- building ---

static void append(struct mpii_schedule *schedule, const struct mpii_step *step)
{
    if (schedule->count == schedule->capacity) {
        size_t capacity = schedule->capacity ? 2 * schedule->capacity : STEPS_FIRST;
        struct mpii_step *steps =
            schedule->capacity ? realloc(schedule->steps, capacity * sizeof *steps) : steps_new();

        if (!steps) {
            schedule->no_memory = true;
            return;
        }
        schedule->steps = steps;
        schedule->capacity = capacity;
    }
    schedule->steps[schedule->count] = *step;
    schedule->steps[schedule->count++].tag = schedule->tag;
    if (step->type)
        mpii_type_keep(step->type);
    if (step->to_type)
        mpii_type_keep(step->to_type);
}

void mpii_schedule_send(struct mpii_schedule *schedule, struct mpii_comm *comm, const void *buf,
                        MPI_Count count, struct mpii_type *type, int peer)
{
    append(schedule, &(struct mpii_step){.kind = MPII_STEP_SEND,
                                         .comm = comm,
                                         .peer = peer,
                                         .from = buf,
                                         .count = count,
                                         .type = type});
}

void mpii_schedule_receive(struct mpii_schedule *schedule, struct mpii_comm *comm, void *buf,
                           MPI_Count count, struct mpii_type *type, int peer)
{
    append(schedule, &(struct mpii_step){.kind = MPII_STEP_RECEIVE,
                                         .comm = comm,
                                         .peer = peer,
                                         .to = buf,
                                         .count = count,
                                         .type = type});
}

void mpii_schedule_copy(struct mpii_schedule *schedule, void *to, MPI_Count to_count,
                        struct mpii_type *to_type, const void *from, MPI_Count count,
                        struct mpii_type *type)
{
    if (to == from && to_type == type)
        return;
    append(schedule, &(struct mpii_step){.kind = MPII_STEP_COPY,
                                         .to = to,
                                         .to_count = to_count,
                                         .to_type = to_type,
                                         .from = from,
                                         .count = count,
                                         .type = type});
}

void mpii_schedule_reduce(struct mpii_schedule *schedule, const void *in, void *inout,
                          MPI_Count count, struct mpii_type *type)
{
    append(schedule,
           &(struct mpii_step){
               .kind = MPII_STEP_REDUCE, .from = in, .to = inout, .count = count, .type = type});
}

void mpii_schedule_call(struct mpii_schedule *schedule, mpii_step_call *call, void *argument)
{
    append(schedule, &(struct mpii_step){.kind = MPII_STEP_CALL, .call = call, .to = argument});
}

void mpii_schedule_fence(struct mpii_schedule *schedule)
{
    if (schedule->count == 0 || schedule->steps[schedule->count - 1].kind == MPII_STEP_FENCE)
        return; // nothing to wait for
    append(schedule, &(struct mpii_step){.kind = MPII_STEP_FENCE});
}

// --- carrying out ---

static void fail(struct mpii_schedule *schedule, int class)
{
    if (schedule->error == MPI_SUCCESS)
        schedule->error = class;
}

// Starts a message. Without memory for its request the other ranks would wait for ever: the job ends.
static void message_start(struct mpii_step *step)
{
    bool send = step->kind == MPII_STEP_SEND;
    struct mpii_request *request = mpii_request_new(send ? MPII_SEND : MPII_RECEIVE);

    if (!request)
        mpii_abort(MPI_ERR_NO_MEM, "no memory for a message of a collective operation; use --mem");
    request->context = step->comm->context + 1;
    request->tag = step->tag;
    request->comm = step->comm; // not kept: the schedule's request keeps it, or the call does
    request->count = step->count;
    request->type = step->type;
    request->bytes = step->count * step->type->size;
    step->request = request;
    if (send) {
        request->buf = (void *)(uintptr_t)step->from;
        request->peer = step->peer;
        mpii_send_start(request);
    } else {
        request->buf = step->to;
        request->source = step->peer;
        mpii_receive_start(request);
    }
}

// A step whose message is on its way, or NULL if all are done.
static struct mpii_step *unfinished(struct mpii_schedule *schedule)
{
    for (; schedule->in_flight < schedule->at; schedule->in_flight++) {
        struct mpii_step *step = &schedule->steps[schedule->in_flight];
        struct mpii_request *request = step->request;

        if (!request)
            continue;
        if (!mpii_request_done(request))
            return step;
        if (request->error != MPI_SUCCESS)
            fail(schedule, request->error);
        request->comm = NULL;
        request->type = NULL;
        mpii_request_delete(request);
        step->request = NULL;
    }
    return NULL;
}

static void copy(struct mpii_schedule *schedule, const struct mpii_step *step)
{
    MPI_Count bytes = step->count * step->type->size, room = step->to_count * step->to_type->size;

    if (bytes > room) {
        fail(schedule, MPI_ERR_TRUNCATE);
        bytes = room;
    }
    if (bytes)
        mpii_type_copy(step->to, step->to_count, step->to_type, step->from, step->count, step->type,
                       bytes);
}

// One step. False: it must wait.
static bool step_do(struct mpii_schedule *schedule)
{
    struct mpii_step *step = &schedule->steps[schedule->at];
    int by = 1;

    switch (step->kind) {
    case MPII_STEP_SEND:
    case MPII_STEP_RECEIVE:
        message_start(step);
        break;
    case MPII_STEP_COPY:
        copy(schedule, step);
        break;
    case MPII_STEP_REDUCE:
        if (step->count)
            schedule->reduce(schedule->op, step->from, step->to, step->count, step->type);
        break;
    case MPII_STEP_CALL:
        by = step->call(schedule, step->to);
        if (by < 1) // back: what lies between has been fenced
            schedule->in_flight = schedule->at + (size_t)(ptrdiff_t)by;
        break;
    case MPII_STEP_FENCE:
        if (unfinished(schedule))
            return false;
        break;
    }
    schedule->at += (size_t)(ptrdiff_t)by;
    return true;
}

void mpii_schedule_rewind(struct mpii_schedule *schedule)
{
    schedule->at = schedule->in_flight = 0;
    schedule->error = MPI_SUCCESS;
}

bool mpii_schedule_advance(struct mpii_schedule *schedule)
{
    bool done;

    if (schedule->busy)
        return false;
    schedule->busy = true;
    while (schedule->at < schedule->count && step_do(schedule)) // ends: steps only go back after a fence
        ;
    done = schedule->at == schedule->count && !unfinished(schedule);
    schedule->busy = false;
    return done;
}

int mpii_schedule_run(struct mpii_schedule *schedule)
{
    while (!mpii_schedule_advance(schedule)) {
        struct mpii_step *step = unfinished(schedule);

        if (step)
            mpii_request_wait(step->request);
    }
    return schedule->error;
}

struct mpii_request *mpii_schedule_blocker(struct mpii_schedule *schedule)
{
    struct mpii_step *step = schedule->busy ? NULL : unfinished(schedule);

    return step ? step->request : NULL;
}

void mpii_schedule_waiter(const struct mpii_schedule *schedule, void *thread)
{
    for (size_t i = schedule->in_flight; i < schedule->at; i++)
        if (schedule->steps[i].request)
            atomic_store_explicit(&schedule->steps[i].request->waiter, thread, memory_order_relaxed);
}
