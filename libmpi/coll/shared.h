// SPDX-License-Identifier: BSD-2-Clause
// shared.h: what the ranks of a communicator share for its blocking collectives, and once more for its
// nonblocking ones (posted.h).
//
// Each core that has ranks of the communicator has one struct mpii_shared_core, in memory of that core, whose
// address all ranks know. The ranks of a core never run at the same time: among themselves they count without
// atomics, and the last of them to arrive represents the core. Between cores there are flags, each on a
// cache line of its core and written by that core only.
//
// The blocking collectives of a communicator are numbered, 0, 1, ...: `seq`, the same on all ranks.
// A flag has reached seq + 1 when its event in collective `seq` has happened; so flags only rise
// and need no reset. Data that are small travel in cells: each core has MPII_CELLS of them, used in
// turn. A cell is used again when all ranks have finished with the collective that used it before, and
// mpii_shared_begin waits for that. So a root may run ahead of the others by some collectives.
// Mostly there is nothing to wait for nor to look at: who has heard of all ranks in collective `seq`
// knows that they have finished those before (`done_all`). Otherwise `done` of all cores says so, which
// rises now and then, or at once where somebody waits for the end of a collective. Large data stay
// in the users' buffers: the cell then holds a pointer to the call of each rank, and ranks copy
// from each other's buffers.
#pragma once
#include "libmpi/coll/coll.h"
#include "libmpi/coll/flag.h"
#include <string.h>

#pragma GCC visibility push(hidden)

#define MPII_CELLS 8
#define MPII_CELL_BYTES 4096
#define MPII_CELL_FEW 48 // bytes beside the flag
#define MPII_ROUNDS 15   // of the barrier, behind the first: 2^16 cores
#define MPII_DONE_EVERY \
    4 // collectives from one rise of `done` to the next; a divisor of MPII_CELLS
// What is written by one side must not share with others: lines are fetched in pairs.
#define MPII_LINES 128

// Few data are in the flag's own cache line: one line moves for a small message. More begin at a line.
struct mpii_shared_cell {
    alignas(MPII_LINES) _Atomic uint64_t full; // seq + 1: the data are there
    _Atomic uint64_t posted;                   // seq + 1: the address of a root's call is in `few`
    alignas(16) char few[MPII_CELL_FEW];
    char data[MPII_CELL_BYTES];
};
_Static_assert(offsetof(struct mpii_shared_cell, data) == 64, "few data share the flag's line");

// What is moved, by algorithms that may go through cells: choice.c.
enum mpii_choice {
    MPII_CHOICE_BCAST,
    MPII_CHOICE_GATHER,
    MPII_CHOICE_SCATTER,
    MPII_CHOICE_ALLGATHER,
    MPII_CHOICE_ALLTOALL,
    MPII_CHOICE_REDUCE,
    MPII_CHOICE_ALLREDUCE,
    MPII_CHOICE_SCAN,
    MPII_CHOICES,
};

// A rank that waits for the representative of its core; on its stack.
struct mpii_local_wait {
    struct mpii_local_wait *next;
    void *thread; // NULL: released
};

struct mpii_shared_core {
    // Written by this core, read by all.
    struct {
        alignas(MPII_LINES) _Atomic uint64_t reached;
    } round[MPII_ROUNDS];                      // of the barrier, behind the first
    alignas(MPII_LINES) _Atomic uint64_t done; // collectives that all ranks of the core have finished
    _Atomic uint64_t posted; // address of this core's part for the nonblocking ones; 0: not yet
    struct mpii_shared_cell cell[MPII_CELLS];
    // This core's only.
    alignas(MPII_LINES) uint64_t released; // seq + 1: the representative lets the others go
    struct mpii_local_wait *waits;         // for `released`
    uint32_t arrived[MPII_CELLS], finished[MPII_CELLS];
    uint64_t finished_all; // nonblocking: collectives that all ranks of the core have finished
    uint32_t users;        // ranks of the core that have not freed the communicator
    uint32_t cell_max[MPII_CHOICES]; // as the core's first rank would choose
    alignas(MPII_LINES) char stage[MPII_CELLS][MPII_CELL_BYTES]; // inputs of the ranks, and results
    // The end.
    alignas(MPII_LINES) _Atomic uint32_t retired; // cores that do not use this one any more
    void *memory;                                 // to be freed: this struct is aligned in it
    uint32_t cores;
    struct mpii_shared_core *next;
};

// A core of the communicator.
struct mpii_shared_peer {
    struct mpii_shared_core *state;
    const _Atomic uint32_t *asleep; // services.h
    uint32_t core;                  // as the machine counts
};

// A rank's view.
struct mpii_shared {
    uint64_t seq;
    uint64_t done_all; // collectives known to be finished everywhere
    // Nonblocking ones only.
    uint64_t posted_next; // number of the next call
    int met;              // cores whose parts are known
    int size, rank;
    int cores, core;   // of the communicator; index of mine
    int locals, local; // ranks on my core; index of mine
    int locals_max;    // on any core
    bool represents;   // the last to arrive, between the two parts of a synchronisation
    int sender;        // the last root since the last barrier whose data went to all, or -1
    uint32_t filled_at, filled_end; // what this rank last wrote of a cell of its core
    uint32_t cell_max[MPII_CHOICES]; // the largest part of a rank, in bytes, that goes through a cell
    struct mpii_shared_core *mine;
    struct mpii_shared_peer *peer; // [cores]
    int *core_of, *local_of;       // [size]
};

// The communicator's, made on first use by all its ranks together; NULL: no memory, on all of them.
struct mpii_shared *mpii_shared_of(struct mpii_comm *comm);

// The same for the nonblocking ones, of a communicator that has that: made on first use by each rank alone.
// Ends the job if there is no memory.
struct mpii_shared *mpii_shared_posted(struct mpii_comm *comm);

// --- the parts of a collective ---

// First: waits until this collective's cells are free.
void mpii_shared_begin_slow(struct mpii_shared *shared);
static inline void mpii_shared_begin(struct mpii_shared *shared)
{
    if (shared->done_all + MPII_CELLS <= shared->seq)
        mpii_shared_begin_slow(shared);
}

// All ranks are known to take part in this collective: they have finished those before.
static inline void mpii_shared_met(struct mpii_shared *shared)
{
    shared->done_all = shared->seq;
}

// Last: this rank has read all it wants of others. `awaited`: somebody may wait for that.
void mpii_shared_done(struct mpii_shared *shared);
static inline void mpii_shared_finish(struct mpii_shared *shared, bool awaited)
{
    uint32_t *finished = &shared->mine->finished[shared->seq % MPII_CELLS];

    shared->seq++;
    if (shared->locals > 1 && ++*finished < (uint32_t)shared->locals)
        return;
    *finished = 0;
    if (awaited || shared->seq % MPII_DONE_EVERY == 0)
        mpii_shared_done(shared);
}

// After a flag was set: the core of index `to` may wait for it.
static inline void mpii_shared_rouse(const struct mpii_shared *shared, int to)
{
    if (atomic_load_explicit(shared->peer[to].asleep, memory_order_relaxed))
        mpii_services()->rouse(shared->peer[to].core);
}

// This rank has put its part; true for the last of the core, who goes on for it.
static inline bool mpii_shared_arrive(const struct mpii_shared *shared)
{
    uint32_t *arrived = &shared->mine->arrived[shared->seq % MPII_CELLS];

    if (shared->locals > 1 && ++*arrived < (uint32_t)shared->locals)
        return false;
    *arrived = 0;
    return true;
}

// Fetches the flag of this core's next cell, to write it. Others have looked at it last eight collectives
// ago; without this, what is written there comes to them only after this core has waited for the line. No
// order hangs on it: it is a hint, and nothing at all on processors without the instruction.
static inline void mpii_shared_foresee_flag(const struct mpii_shared *shared)
{
    const struct mpii_shared_cell *cell = &shared->mine->cell[(shared->seq + 1) % MPII_CELLS];

    __asm__ volatile("prefetchw %0" : : "m"(*(const char *)cell));
}

// The core's cell is full. The core of index `to` may wait for it, or all for -1.
static inline void mpii_shared_publish(const struct mpii_shared *shared, int to)
{
    mpii_flag_set(&shared->mine->cell[shared->seq % MPII_CELLS].full, shared->seq + 1);
    mpii_shared_foresee_flag(shared);
    if (to >= 0) {
        mpii_shared_rouse(shared, to);
        return;
    }
    for (int c = 0; c < shared->cores; c++)
        if (c != shared->core)
            mpii_shared_rouse(shared, c);
}

// Lets the other ranks of the core go; they wait for that.
void mpii_shared_release(struct mpii_shared *shared);

// Inline, as much else on the way to a switch of threads: the processor foretells where each function
// returns to by the calls it has seen, and behind a switch those were another rank's. A barrier of 8
// ranks on 2 cores takes a tenth less with two functions less.
static inline void mpii_shared_wait_release(struct mpii_shared *shared)
{
    const struct services *services = mpii_services();
    struct mpii_shared_core *mine = shared->mine;
    uint64_t value = shared->seq + 1;

    while (mine->released < value) { // ends when the core's last rank has arrived and heard of all others
        struct mpii_local_wait wait = {.next = mine->waits, .thread = services->thread()};

        mine->waits = &wait;
        if (mpii_progress_more)
            mpii_sleep(NULL);
        else
            services->wait(mpii_progress);
        for (struct mpii_local_wait **at = &mine->waits; wait.thread && *at; at = &(*at)->next)
            if (*at == &wait) { // woken for something else
                *at = wait.next;
                break;
            }
    }
}

// The same; but if another rank of the core was a root that sent data since the last barrier, those let go
// run before this rank, the first to arrive first: that was the root, which waits for nobody. In
// the next collective, which is probably like that one, the others then find its data, and need not
// wait for it. A root that did wait comes last, and thus goes on first.
void mpii_shared_release_fair(struct mpii_shared *shared);

// Until the cell of a core is full, or of all cores.
static inline void mpii_shared_wait_full(const struct mpii_shared *shared, int core)
{
    mpii_flag_wait(&shared->peer[core].state->cell[shared->seq % MPII_CELLS].full, shared->seq + 1);
}
static inline void mpii_shared_wait_full_all(const struct mpii_shared *shared)
{
    for (int n = 0, c = shared->core; n < shared->cores; n++) { // not all the same one first
        mpii_shared_wait_full(shared, c);
        c = c + 1 < shared->cores ? c + 1 : 0;
    }
}

// All ranks have put their parts: arrive, publish; wait for all. After that all cells may be read.
static inline void mpii_shared_sync_start(struct mpii_shared *shared)
{
    shared->represents = mpii_shared_arrive(shared);
    if (shared->represents)
        mpii_shared_publish(shared, -1);
}
void mpii_shared_sync_end(struct mpii_shared *shared);
static inline void mpii_shared_sync(struct mpii_shared *shared)
{
    mpii_shared_sync_start(shared);
    mpii_shared_sync_end(shared);
}

// After finish: until all ranks of a core, or of all, have finished the collective just finished.
void mpii_shared_wait_done(struct mpii_shared *shared, int core);
void mpii_shared_wait_done_all(struct mpii_shared *shared);

// --- cells ---

// Where the core's cell has data that are `bytes` in all.
static inline char *mpii_shared_cell(const struct mpii_shared *shared, int core, size_t bytes)
{
    struct mpii_shared_cell *cell = &shared->peer[core].state->cell[shared->seq % MPII_CELLS];

    return bytes <= MPII_CELL_FEW ? cell->few : cell->data;
}

// This rank has written `bytes` to `at`, in its core's cell of this collective.
static inline void mpii_shared_filled(struct mpii_shared *shared, const char *at, size_t bytes)
{
    const struct mpii_shared_cell *cell = &shared->mine->cell[shared->seq % MPII_CELLS];

    shared->filled_at = (uint32_t)(at - (const char *)cell);
    shared->filled_end = shared->filled_at + (uint32_t)bytes;
}

// While this rank waits: fetches the same lines of the next cell, to write them, as foresee_flag does.
void mpii_shared_foresee(struct mpii_shared *shared);

static inline char *mpii_shared_stage(const struct mpii_shared *shared)
{
    return shared->mine->stage[shared->seq % MPII_CELLS];
}

// From vector to vector, of several side by side: in the stage they begin on cache lines, whatever their
// alignment, and in a cell where any basic type may.
static inline size_t mpii_stage_stride(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static inline size_t mpii_part_stride(size_t bytes)
{
    return (bytes + 15) / 16 * 16;
}

// Where rank `rank` has its part of `bytes` in the cell of its core; the parts are as many as its ranks.
static inline char *mpii_shared_part(const struct mpii_shared *shared, int rank, size_t bytes)
{
    return mpii_shared_cell(shared, shared->core_of[rank], bytes * (size_t)shared->locals_max) +
           (size_t)shared->local_of[rank] * bytes;
}

// Pointers to calls instead of data.
void mpii_shared_call_put(const struct mpii_shared *shared, const struct mpii_coll_call *call);
struct mpii_coll_call *mpii_shared_call(const struct mpii_shared *shared, int rank);

// Copies a vector in or out of a cell or stage: mostly one number, which needs no call.
static inline void mpii_shared_move(void *to, const void *from, size_t bytes)
{
    if (bytes == 8)
        memcpy(to, from, 8);
    else
        memcpy(to, from, bytes);
}

// Typed data into a cell and out of it.
void mpii_block_pack(void *to, const struct mpii_block *block);
void mpii_block_unpack(const struct mpii_block *block, const void *from, size_t bytes);
static inline size_t mpii_block_bytes(const struct mpii_block *block)
{
    return (size_t)(block->count * block->type->size);
}

// From buffer to buffer; MPI_ERR_TRUNCATE if the sender's is longer.
int mpii_block_copy(const struct mpii_block *to, const struct mpii_block *from);

// --- the choice of algorithms: choice.c ---

// What this rank chooses for communicators of this size and shape: the least of what the table says and what
// cells hold.
void mpii_choice_make(const struct mpii_shared *shared, uint32_t cell_max[MPII_CHOICES]);

// Do parts of `bytes` for each rank go through cells? The same on all ranks.
static inline bool mpii_choice_cell(const struct mpii_shared *shared, enum mpii_choice choice,
                                    size_t bytes)
{
    return bytes <= shared->cell_max[choice];
}

#pragma GCC visibility pop
