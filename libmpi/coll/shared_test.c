// SPDX-License-Identifier: BSD-2-Clause
// shared_test.c: the flags and cells of shared.h between threads, each of which is a core with one rank.
//
// The threads make the same random sequence of collectives and check all they get. Nothing but the
// flags orders their accesses: ThreadSanitizer finds a cell or a user's buffer that is used too early.
#include "libmpi/coll/quick.h"
#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CORES 3
#define CALLS 3000
#define BYTES_MOST 6000

static struct mpii_shared_core state[CORES];
static _Thread_local struct mpii_shared *view;

// --- what the rest of libmpi and the kernel would do ---

static bool no_others(void)
{
    return false;
}
static void watch(struct service_watch *one, bool (*poll)(void))
{
    (void)one;
    (void)poll;
    sched_yield(); // may return early
}
static void *no_thread(void)
{
    return NULL;
}
const struct services *mpii_services(void)
{
    static const struct services services = {
        .others_ready = no_others, .watch = watch, .thread = no_thread, .spins = 100};

    return &services;
}
bool mpii_progress(void)
{
    return false;
}
bool (*mpii_progress_more)(void *thread);

struct mpii_postponed *mpii_postponed; // none

void mpii_sleep(struct service_watch *watch) // not called, for there is no more
{
    (void)watch;
}

void mpii_abort(int code, const char *message)
{
    (void)code;
    fprintf(stderr, "%s\n", message);
    abort();
}
struct mpii_shared *mpii_shared_of(struct mpii_comm *comm)
{
    (void)comm;
    return view;
}

static struct mpii_type ints = {
    .object = {.predefined = true}, .size = 4, .extent = 4, .dense = true, .basic = MPII_BASIC_I32};
struct mpii_type *const mpii_types_predefined[0x100] = {[1] = &ints};
struct mpii_op mpii_ops_predefined[0x20] = {
    [1] = {.object = {.head.magic = MPII_MAGIC | MPII_OP, .predefined = true},
           .commutative = true,
           .loop = MPII_OP_SUM}};
static void sum(const void *in, void *inout, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ((int *)inout)[i] += ((const int *)in)[i];
}
mpii_op_loop *const mpii_op_loops[MPII_OPS][MPII_BASICS] = {[MPII_OP_SUM] = {[MPII_BASIC_I32] = sum}};

void mpii_op_reduce(const struct mpii_op *op, const void *in, void *inout, MPI_Count count,
                    const struct mpii_type *type)
{
    (void)op;
    (void)type;
    sum(in, inout, (size_t)count);
}
void mpii_type_copy(void *to, MPI_Count to_count, const struct mpii_type *to_type, const void *from,
                    MPI_Count count, const struct mpii_type *type, MPI_Count bytes)
{
    (void)to_count, (void)to_type, (void)count, (void)type;
    memcpy(to, from, (size_t)bytes);
}
// Only of types with gaps.
void mpii_type_pack(void *to, const void *buf, MPI_Count count, const struct mpii_type *type,
                    MPI_Count from, size_t bytes)
{
    (void)to, (void)buf, (void)count, (void)type, (void)from, (void)bytes;
    abort();
}
void mpii_type_unpack(void *buf, MPI_Count count, const struct mpii_type *type, const void *from,
                      MPI_Count at, size_t bytes)
{
    (void)from, (void)buf, (void)count, (void)type, (void)at, (void)bytes;
    abort();
}
// Of the v-forms only.
MPI_Count mpii_side_count(const struct mpii_side *side, int i)
{
    (void)i;
    return side->count;
}
MPI_Count mpii_side_total(const struct mpii_side *side, int ranks)
{
    return ranks * side->count;
}
struct mpii_block mpii_side_block(const struct mpii_side *side, int i)
{
    size_t at = side->layout != MPII_LAYOUT_ONE ? (size_t)(i * side->count * 4) : 0;

    return (struct mpii_block){(char *)side->buf + at, side->count, side->type};
}

// --- the test ---

#define INT ((MPI_Datatype)0x201)
#define SUM ((MPI_Op)0x21)
enum {
    BARRIER,
    BCAST,
    GATHER,
    SCATTER,
    ALLGATHER,
    ALLTOALL,
    ALLTOALLV,
    REDUCE,
    ALLREDUCE,
    SCAN,
    EXSCAN,
    REDUCE_SCATTER,
    KINDS
};

static bool (*const long_way[KINDS])(struct mpii_coll_call *call, int *rc) = {
    mpii_shared_barrier,   mpii_shared_bcast,    mpii_shared_gather,   mpii_shared_scatter,
    mpii_shared_allgather, mpii_shared_alltoall, mpii_shared_alltoall, mpii_shared_reduce,
    mpii_shared_allreduce, mpii_shared_scan,     mpii_shared_exscan,   mpii_shared_reduce_scatter};

static int value(int call, int from, int block, int i)
{
    return call * 10007 + from * 1009 + block * 101 + i;
}

static bool short_way(int kind, int *in, int *out, int count, int root)
{
    struct mpii_quick quick = {in, out, count, count, INT, INT, root};

    switch (kind) {
    case BARRIER:
        return mpii_quick_barrier(view) == MPI_SUCCESS;
    case BCAST:
        return mpii_quick_bcast(view, in, count, INT, root);
    case GATHER:
        return mpii_quick_gather(view, &quick);
    case SCATTER:
        return mpii_quick_scatter(view, &quick);
    case ALLGATHER:
        return mpii_quick_allgather(view, &quick);
    case ALLTOALL:
        return mpii_quick_alltoall(view, &quick);
    case ALLTOALLV:
        return false;
    case REDUCE:
        return mpii_quick_reduce(view, in, out, count, INT, SUM, root);
    case SCAN:
    case EXSCAN:
        return mpii_quick_scan(view, &quick, SUM, kind == SCAN);
    case REDUCE_SCATTER:
        return mpii_quick_reduce_scatter(view, &quick, SUM);
    default:
        return mpii_quick_allreduce(view, in, out, count, INT, SUM);
    }
}

// `out` is `in` of a call in place.
static void make(int kind, int *in, int *out, int count, int root)
{
    bool spreads = kind == SCATTER || kind == ALLTOALL, sums = kind >= REDUCE;
    struct mpii_coll_call call = {
        .root = root,
        .comm = &(struct mpii_comm){.rank = view->rank, .size = CORES},
        .op = &mpii_ops_predefined[1],
        .in_place = in == out,
        .send = {.buf = in, .count = count, .type = &ints},
        .recv = {.buf = kind == BCAST ? in : out, .count = count, .type = &ints}};
    int rc = 0;

    call.send.layout = spreads ? MPII_LAYOUT_EQUAL : MPII_LAYOUT_ONE;
    call.recv.layout = sums || kind == SCATTER || kind == BCAST ? MPII_LAYOUT_ONE : MPII_LAYOUT_EQUAL;
    if (kind == ALLTOALLV)
        call.send.layout = call.recv.layout = MPII_LAYOUT_LIST;
    if (kind == REDUCE_SCATTER)
        call.recv.layout = MPII_LAYOUT_EQUAL;
    if (!short_way(kind, in, out, count, root)) {
        assert(long_way[kind](&call, &rc));
        assert(rc == MPI_SUCCESS);
    }
}

// What element `i` of block `b` of the result must be.
static int wanted(int call, int kind, int root, int b, int i)
{
    int all = 0, end = kind == SCAN ? view->rank + 1 : kind == EXSCAN ? view->rank : CORES;

    if (kind == BCAST)
        return value(call, root, 0, i);
    if (kind == SCATTER)
        return value(call, root, view->rank, i);
    if (kind < REDUCE)
        return value(call, b, kind == ALLTOALL || kind == ALLTOALLV ? view->rank : 0, i);
    for (int r = 0; r < end; r++)
        all += value(call, r, kind == REDUCE_SCATTER ? view->rank : 0, i);
    return all;
}

static void *core(void *index)
{
    static const int sizes[] = {1, 2, 12, 13, 100, 341, 342, 1024, 1025, BYTES_MOST / 4};
    unsigned seed = 7; // the same on all
    int rank = (int)(intptr_t)index;
    struct mpii_shared_peer peer[CORES];
    int *in = malloc(CORES * BYTES_MOST), *out = malloc(CORES * BYTES_MOST);
    int core_of[CORES], local_of[CORES] = {0};
    _Atomic uint32_t awake = 0;
    struct mpii_shared own = {.size = CORES,
                              .rank = rank,
                              .sender = -1,
                              .cores = CORES,
                              .core = rank,
                              .locals = 1,
                              .locals_max = 1,
                              .mine = &state[rank],
                              .peer = peer,
                              .core_of = core_of,
                              .local_of = local_of};

    for (int c = 0; c < CORES; c++) {
        peer[c] = (struct mpii_shared_peer){&state[c], &awake, (uint32_t)c};
        core_of[c] = c;
    }
    view = &own;
    mpii_choice_make(view, own.cell_max);
    for (int call = 0; call < CALLS; call++) {
        int kind =
            call / 20 % 3 ? rand_r(&seed) % KINDS : BCAST + call / 60 % 3; // or a root runs ahead
        int count = sizes[(unsigned)rand_r(&seed) % (sizeof sizes / sizeof *sizes)];
        int root = rand_r(&seed) % CORES;
        bool to_root = kind == GATHER || kind == REDUCE;
        bool gets = kind != BARRIER && (!to_root || rank == root) && (kind != EXSCAN || rank > 0);
        bool blocks = kind == GATHER || (kind >= ALLGATHER && kind <= ALLTOALLV);
        bool in_place = (kind == SCAN || kind == EXSCAN) && root == 0;
        const int *result = kind == BCAST || in_place ? in : out;

        for (int b = 0; b < CORES; b++)
            for (int i = 0; i < count; i++)
                in[b * count + i] = kind == BCAST && rank != root ? -1 : value(call, rank, b, i);
        make(kind, in, in_place ? in : out, count, root);
        for (int b = 0; gets && b < (blocks ? CORES : 1); b++)
            for (int i = 0; i < count; i++)
                assert(result[b * count + i] == wanted(call, kind, root, b, i));
    }
    mpii_quick_barrier(view); // nobody looks at this stack's words any more
    free(in);
    free(out);
    return NULL;
}

int main(void)
{
    pthread_t thread[CORES];

    for (intptr_t c = 0; c < CORES; c++)
        assert(pthread_create(&thread[c], NULL, core, (void *)c) == 0);
    for (int c = 0; c < CORES; c++)
        pthread_join(thread[c], NULL);
    printf("done 1\n");
    return 0;
}
