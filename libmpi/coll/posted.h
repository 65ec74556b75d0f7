// SPDX-License-Identifier: BSD-2-Clause
// posted.h: nonblocking collectives of small data, through flags and cells.
//
// They have cells and flags of their own, like those of the blocking ones (shared.h), and numbers of
// their own: calls have the same order on all ranks. A communicator has them once a blocking collective has
// made what its ranks share; before that, and for large data, schedules of messages do the work
// (schedule.h). All ranks choose alike. Persistent ones may be started in any order, which leaves no number
// to go by: they are always schedules.
//
// Each goes through three states, and nothing of it ever waits:
//   begin  until its cells are free: all ranks have finished the collective MPII_CELLS before. That one
//          was posted before by all of them, and each gets on with all it has posted whenever it waits,
//          in whatever order they end; so this ends, too.
//   wait   this rank has put its part, and the last of its core has published it. Until the cores
//          whose data are wanted have published theirs.
//   done   this rank has taken what is for it, and has finished with the cells.
// A root that only gives, and who only gives to a root, are done at once, mostly within the call that posts.
//
// What one waits for is always one word that rises (`word`); a thread that sleeps watches those of all
// (mpii_progress_words).
#pragma once
#include "libmpi/coll/shared.h"

#pragma GCC visibility push(hidden)

struct mpii_posted;

struct mpii_posted_kind {
    // Only the root puts, and only its core publishes; the others take.
    bool from_root;
    // All put, and only the root takes.
    bool to_root;
    void (*put)(struct mpii_posted *posted);
    void (*gather)(struct mpii_posted *posted); // by the last of the core, before it publishes; or NULL
    void (*take)(struct mpii_posted *posted);
};

enum mpii_posted_state { MPII_POSTED_BEGIN, MPII_POSTED_WAIT, MPII_POSTED_DONE };

struct mpii_posted {
    const struct mpii_posted_kind *kind;
    struct mpii_shared *view; // whose `seq` is this one's while it is worked on
    uint64_t seq;
    enum mpii_posted_state state;
    int heard;                    // cores, of those it waits for
    const _Atomic uint64_t *word; // that is to reach `value`
    uint64_t value;
    size_t bytes; // of a block, or of the vector
    struct mpii_request *request;
    struct mpii_posted *next;
    struct mpii_coll_call call; // its types are kept
};

// Does the call go through cells? Sets kind and bytes. The same on all ranks. See struct mpii_collective.
bool mpii_posted_barrier(struct mpii_posted *posted);
bool mpii_posted_bcast(struct mpii_posted *posted);
bool mpii_posted_gather(struct mpii_posted *posted);
bool mpii_posted_scatter(struct mpii_posted *posted);
bool mpii_posted_allgather(struct mpii_posted *posted);
bool mpii_posted_alltoall(struct mpii_posted *posted);
bool mpii_posted_reduce(struct mpii_posted *posted);
bool mpii_posted_allreduce(struct mpii_posted *posted);
bool mpii_posted_reduce_scatter(struct mpii_posted *posted);
bool mpii_posted_scan(struct mpii_posted *posted);
bool mpii_posted_exscan(struct mpii_posted *posted);

// Starts the call, which has been checked. NULL: it does not go through cells, and nothing has happened.
struct mpii_request *mpii_posted_start(const struct mpii_collective *collective,
                                       const struct mpii_coll_call *call);

// Gets on with all of them; true if any is done.
bool mpii_posted_progress(void);

#pragma GCC visibility pop
