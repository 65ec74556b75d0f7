// SPDX-License-Identifier: BSD-2-Clause
// comm.h: groups and communicators (MPI 4.1, chapter 7) as the rest of libmpi uses them.
//
// A group is an ordered list of processes, each named by its rank in MPI_COMM_WORLD ("world rank").
// A communicator is a group, a context id that keeps its messages apart, and what users attach.
//
// A collective constructor (MPI_Comm_dup and its kin) is: agree on a context (comm/context.h), make
// the group (mpii_split_group, mpii_group_check_subset or the parent's), mpii_comm_new.
#pragma once
#include "libmpi/object.h"
#include <limits.h>

#pragma GCC visibility push(hidden)

#define MPII_TAG_UB INT_MAX // MPI_TAG_UB: tags are ints, the library keeps none for itself

struct mpii_group {
    struct mpii_object object;
    int size;
    int rank;        // mine, or MPI_UNDEFINED
    uint32_t *world; // [size]; NULL: the identity (MPI_COMM_WORLD's group, and the empty one)
};

struct mpii_coll; // state of the collectives of a communicator; libmpi/coll
struct mpii_topology;

struct mpii_comm {
    struct mpii_object object;
    MPI_Comm handle;
    uint32_t context; // even: point-to-point; context + 1: collectives
    int rank, size;   // in the local group
    struct mpii_group *group;
    struct mpii_group *remote; // intercommunicators; NULL otherwise
    struct mpii_coll *coll;
    struct mpii_comm *local;        // intercommunicators: an intracommunicator of the local group
    struct mpii_topology *topology; // topo/topo.h; NULL: none
    MPI_Info info;                  // hints; NULL: none
    // Called when the communicator goes, by whom these belong to; NULL: nothing to do.
    void (*coll_delete)(struct mpii_comm *comm);
    void (*topology_delete)(struct mpii_comm *comm);
    void (*topology_share)(struct mpii_comm *to, const struct mpii_comm *from); // for a duplicate
    void (*buffer_delete)(struct mpii_comm *comm);
    struct mpii_buffer *buffer; // MPI_Comm_attach_buffer; pt2pt/buffer.h
    struct mpii_match *match;   // coll/match.h; NULL: nobody compares collectives
};

extern struct mpii_comm mpii_world, mpii_self;
extern struct mpii_group mpii_group_empty;

// From MPI_Init: MPI_COMM_WORLD and MPI_COMM_SELF get their groups.
void mpii_comm_init(void);

// The communicator behind a handle, or NULL.
static inline struct mpii_comm *mpii_comm(MPI_Comm handle)
{
    if (handle == MPI_COMM_WORLD)
        return &mpii_world;
    if (handle == MPI_COMM_SELF)
        return &mpii_self;
    return mpii_object_ok(handle, MPII_COMM) ? (struct mpii_comm *)handle : NULL;
}

// The group behind a handle, or NULL.
static inline struct mpii_group *mpii_group(MPI_Group handle)
{
    if (handle == MPI_GROUP_EMPTY)
        return &mpii_group_empty;
    return mpii_object_ok(handle, MPII_GROUP) ? (struct mpii_group *)handle : NULL;
}

static inline MPI_Group mpii_group_handle(struct mpii_group *group)
{
    return group == &mpii_group_empty ? MPI_GROUP_EMPTY : (MPI_Group)group;
}

static inline uint32_t mpii_group_world(const struct mpii_group *group, int rank)
{
    return group->world ? group->world[rank] : (uint32_t)rank;
}

// The group that destinations and sources of point-to-point calls are ranks of.
static inline const struct mpii_group *mpii_comm_peers(const struct mpii_comm *comm)
{
    return comm->remote ? comm->remote : comm->group;
}

// A new communicator of `group`, and of `remote` if it is an intercommunicator; keeps both. It owns
// `context` (comm/context.h) from now on and inherits the error handler of `parent` (may be NULL).
// NULL: no memory; the context is then still the caller's.
struct mpii_comm *mpii_comm_new(struct mpii_group *group, struct mpii_group *remote,
                                uint32_t context, const struct mpii_comm *parent);

// Drops a use; frees the communicator with the last one.
void mpii_comm_drop(struct mpii_comm *comm);
static inline void mpii_comm_release(struct mpii_comm *comm) // the same, for whom it is seldom the last
{
    if (__builtin_expect(comm->object.uses > 1, 1))
        comm->object.uses--;
    else
        mpii_comm_drop(comm);
}

// What MPI_Comm_free and MPI_Comm_disconnect begin with: checks the handle, calls the delete functions of
// the attributes. `what` cannot be done to a predefined one: "freed". Returns an error, raised already.
int mpii_comm_leave(const char *function, MPI_Comm *comm, const char *what);
void mpii_group_drop(struct mpii_group *group);

// A new group of `size` processes, whose array is now the group's: malloc'ed, and distinct. The empty
// group for size 0. NULL: no memory; the array is freed then too.
struct mpii_group *mpii_group_new(uint32_t *world, int size);

// The rank of a process of MPI_COMM_WORLD in `group`, or MPI_UNDEFINED. Linear in the group's size.
int mpii_group_find(const struct mpii_group *group, uint32_t world);

// For many lookups: an array of mpii_services()->ranks that gives each world rank its rank in `group`
// or MPI_UNDEFINED. The caller frees it. NULL: no memory.
int *mpii_group_ranks(const struct mpii_group *group);

// Is every process of `part` in `whole`? For MPI_Comm_create and MPI_Comm_create_group.
bool mpii_group_contains(const struct mpii_group *whole, const struct mpii_group *part);

// What each process of a group gave to MPI_Comm_split.
struct mpii_split {
    int color, key;
};

// The processes of `group` whose color is `color`, ordered by key, then by rank in `group` (7.4.2).
// `given` has one entry for each rank of `group`. For an intercommunicator, call it for either side.
// The empty group if nobody has the color. NULL: no memory.
struct mpii_group *mpii_split_group(const struct mpii_group *group, const struct mpii_split *given,
                                    int color);

// The color of MPI_Comm_split_type for this rank. Sets *strict if the result may only be used where it
// is smaller than the parent (MPI_COMM_TYPE_HW_UNGUIDED); all others then get MPI_COMM_NULL.
int mpii_split_type_color(const char *function, MPI_Comm comm, int split_type, MPI_Info info,
                          int *color, bool *strict);

#pragma GCC visibility pop
