// SPDX-License-Identifier: BSD-2-Clause
// coll.h: one call of a collective operation, from its arguments to its schedule (MPI 4.1, chapter 6).
//
// The entry points (MPI_Bcast, MPI_Ibcast_c, ...) only fill a struct mpii_coll_call. A struct
// mpii_collective says how such calls are checked and made into a schedule, and where memory shared
// by all ranks serves them better (shared.h). Intercommunicators have the same builders: their
// peers are the remote group.
#pragma once
#include "libmpi/coll/schedule.h"

#pragma GCC visibility push(hidden)

// How a buffer is divided among ranks.
enum mpii_layout {
    MPII_LAYOUT_ONE,   // one block, for all
    MPII_LAYOUT_EQUAL, // `count` elements for each rank, in order
    MPII_LAYOUT_LIST,  // counts[], and displs[] in units of the extent
    MPII_LAYOUT_EACH,  // counts[], displs[] in bytes, datatypes[]
};

struct mpii_side {
    void *buf;
    enum mpii_layout layout;
    bool wide;        // counts and displs are MPI_Count and MPI_Aint, not int
    bool wide_displs; // displs are MPI_Aint even so
    MPI_Count count;
    const void *counts, *displs;
    MPI_Datatype datatype;
    const MPI_Datatype *datatypes;
    struct mpii_type *type; // behind datatype; set by the check
};

struct mpii_block {
    void *buf;
    MPI_Count count;
    struct mpii_type *type;
};

struct mpii_coll_call {
    const char *function;
    MPI_Comm handle;
    struct mpii_side send, recv; // reductions: recv has count and datatype, send only buf
    MPI_Op op_handle;
    int root; // NO_ROOT: all are equal
    // Set by the check:
    struct mpii_comm *comm;
    const struct mpii_op *op;
    bool in_place;
    bool sends, receives;   // this rank's two sides count
    _Atomic bool truncated; // by others who put their blocks into recv: they are longer
};

#define MPII_NO_ROOT (-100) // no rank, nor MPI_ROOT or MPI_PROC_NULL

// How the data of the ranks belong together: coll/match.h.
enum mpii_coll_kind {
    MPII_COLL_OTHER,     // not at all, or only two ranks know
    MPII_COLL_VECTOR,    // all have the same vector
    MPII_COLL_REDUCE,    // likewise, and an operation
    MPII_COLL_BLOCKS,    // blocks go from rank to rank
    MPII_COLL_SCATTER,   // likewise, and a root in place receives none
    MPII_COLL_ALLGATHER, // likewise, and in place each gives the same block to all
    MPII_COLL_ALLTOALL,  // likewise, and in place each gives what it receives
};

struct mpii_posted;

struct mpii_collective {
    enum mpii_coll_kind kind;
    int (*check)(struct mpii_coll_call *call);
    void (*build)(struct mpii_schedule *schedule, struct mpii_coll_call *call);
    // For intracommunicators of two ranks or more. False: not for this call, the same on all ranks.
    bool (*shared)(struct mpii_coll_call *call, int *rc);
    // For nonblocking ones of those: posted.h. NULL: schedules only.
    bool (*posted)(struct mpii_posted *posted);
};

// Per communicator: comm->coll.
struct mpii_coll {
    int tag, tag_persistent;             // of the next call; calls have the same order on all ranks
    int shared_state;                    // an enum of shared_make.c
    struct mpii_shared *shared, *posted; // for blocking and nonblocking ones; NULL: not yet
    void (*shared_delete)(struct mpii_coll *coll); // NULL: there is nothing shared
};

extern const struct mpii_collective mpii_barrier, mpii_bcast, mpii_gather, mpii_scatter,
    mpii_allgather, mpii_alltoall, mpii_reduce, mpii_allreduce, mpii_reduce_scatter, mpii_scan,
    mpii_exscan;

// --- calls ---

int mpii_coll_run(const struct mpii_collective *collective, struct mpii_coll_call *call);
// The same where the short way (quick.h) has been tried.
int mpii_coll_run_long(const struct mpii_collective *collective, struct mpii_coll_call *call);
int mpii_coll_start(const struct mpii_collective *collective, struct mpii_coll_call *call,
                    MPI_Request *request);
int mpii_coll_init(const struct mpii_collective *collective, struct mpii_coll_call *call,
                   MPI_Info info, MPI_Request *request);

// Records the call, if mpii_trace_wanted(begin): libmpi/trace.h.
void mpii_coll_trace(uint64_t begin, const struct mpii_coll_call *call);

// The state of a communicator, made on first use. NULL: no memory.
struct mpii_coll *mpii_coll_of(struct mpii_comm *comm);

// Tags of schedules: calls, persistent calls, MPI_Comm_create_group and the like, whose users choose one, and
// MPI_Comm_create_from_group and its kin, whose users choose a text (its hash).
#define MPII_TAG_KIND (1 << 28)
int mpii_coll_tag(struct mpii_coll *coll);
int mpii_coll_tag_persistent(struct mpii_coll *coll);
static inline int mpii_coll_tag_user(int tag)
{
    return 2 * MPII_TAG_KIND + tag % MPII_TAG_KIND;
}
static inline int mpii_coll_tag_name(uint32_t hash)
{
    return 3 * MPII_TAG_KIND + (int)(hash % MPII_TAG_KIND);
}

// All of an intracommunicator, or the local group of an intercommunicator.
struct mpii_team mpii_team_of(struct mpii_comm *comm);

static inline int mpii_coll_peers(const struct mpii_coll_call *call)
{
    return mpii_comm_peers(call->comm)->size;
}

// --- arguments ---

// What rank `i` has of a side; its own, of MPII_LAYOUT_ONE.
struct mpii_block mpii_side_block(const struct mpii_side *side, int i);
MPI_Count mpii_side_count(const struct mpii_side *side, int i);
MPI_Count mpii_side_total(const struct mpii_side *side, int ranks); // of counts

// Checks return MPI_SUCCESS or the class of an error whose handler was invoked.
int mpii_check_coll_comm(struct mpii_coll_call *call);  // first; sets comm
int mpii_check_coll_intra(struct mpii_coll_call *call); // the same, and no intercommunicator
int mpii_check_coll_root(struct mpii_coll_call *call);
int mpii_check_side(const struct mpii_coll_call *call, struct mpii_side *side, int ranks,
                    const char *name);
// For reductions: in_place, buffers, count, datatype, operation. Sets op; the type is recv's.
int mpii_check_reduction(struct mpii_coll_call *call, int ranks);
// in_place, sends and receives, then the two sides of anything that only moves data.
int mpii_check_movement(struct mpii_coll_call *call, bool to_root, bool from_root);

// A rank of `call` is the root, whose group receives or sends for it.
bool mpii_coll_is_root(const struct mpii_coll_call *call);

// What a rank gives to a reduction.
static inline const void *mpii_coll_input(const struct mpii_coll_call *call)
{
    return call->in_place ? call->recv.buf : call->send.buf;
}

// --- algorithms: each appends steps, and none assumes that earlier steps are fenced ---

void mpii_build_barrier(struct mpii_schedule *schedule, const struct mpii_team *team);
void mpii_build_bcast(struct mpii_schedule *schedule, const struct mpii_team *team, void *buf,
                      MPI_Count count, struct mpii_type *type, int root);
// `in` of all, reduced to `out` of the root. The schedule has the operation.
void mpii_build_reduce(struct mpii_schedule *schedule, const struct mpii_team *team, const void *in,
                       void *out, MPI_Count count, struct mpii_type *type, int root);
void mpii_build_allreduce(struct mpii_schedule *schedule, const struct mpii_team *team,
                          const void *in, void *out, MPI_Count count, struct mpii_type *type);
void mpii_build_scan(struct mpii_schedule *schedule, struct mpii_coll_call *call, bool inclusive);
// Gather, scatter, allgather, alltoall: every block goes straight to where it belongs.
void mpii_build_flat(struct mpii_schedule *schedule, struct mpii_coll_call *call);

// --- algorithms on shared memory (shared.h): see struct mpii_collective ---

bool mpii_shared_barrier(struct mpii_coll_call *call, int *rc);
bool mpii_shared_bcast(struct mpii_coll_call *call, int *rc);
bool mpii_shared_gather(struct mpii_coll_call *call, int *rc);
bool mpii_shared_scatter(struct mpii_coll_call *call, int *rc);
bool mpii_shared_allgather(struct mpii_coll_call *call, int *rc);
bool mpii_shared_alltoall(struct mpii_coll_call *call, int *rc);
bool mpii_shared_reduce(struct mpii_coll_call *call, int *rc);
bool mpii_shared_allreduce(struct mpii_coll_call *call, int *rc);
bool mpii_shared_reduce_scatter(struct mpii_coll_call *call, int *rc);
bool mpii_shared_scan(struct mpii_coll_call *call, int *rc);
bool mpii_shared_exscan(struct mpii_coll_call *call, int *rc);

#pragma GCC visibility pop
