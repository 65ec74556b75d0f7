// SPDX-License-Identifier: BSD-2-Clause
// coll_posted.c: many nonblocking collectives under way at once, on two communicators that have had blocking
// ones, every number checked: all kinds, sizes around the limits, roots that run ahead, ranks that come
// late, in place and not, derived types on some ranks of a call, completed in an order that each rank
// chooses for itself; blocking collectives and messages meanwhile; ranks that wait in a receive, and in
// several threads; a communicator that is freed first. Any MPI can run it:
// [CALLS [SEED [CHOICES]]]; rank 0 prints "ok". CHOICES is Torito's TORITO_COLL.
#include <mpi.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 100

enum kind {
    BARRIER,
    BCAST,
    GATHER,
    SCATTER,
    REDUCE,
    ALLREDUCE,
    ALLGATHER,
    ALLTOALL,
    REDUCE_SCATTER,
    SCAN,
    EXSCAN,
    KINDS
};

struct call {
    enum kind kind;
    int root, count;
    unsigned id;
    int in_place; // on this rank
    int *from, *to;
    const int *got; // where the result is
    struct side *side;
};

struct side {
    MPI_Comm comm;
    int rank, size;
};

static int errors;
static MPI_Datatype pair;         // of two ints
static unsigned long common, own; // random: the same on all ranks, and not
static struct call call[SLOTS];
static MPI_Request request[SLOTS];

static int below(unsigned long *state, int limit)
{
    *state = *state * 6364136223846793005ul + 1442695040888963407ul;
    return (int)((*state >> 33) % (unsigned long)limit);
}

static int number(const struct call *c, int rank, int block, int i)
{
    return (int)(c->id * 1001 + (unsigned)rank * 77 + (unsigned)block * 13 + (unsigned)i) % 100000;
}

static int blocks_from(const struct call *c)
{
    return c->kind == SCATTER || c->kind == ALLTOALL || c->kind == REDUCE_SCATTER ? c->side->size : 1;
}

static int blocks_to(const struct call *c)
{
    return c->kind == GATHER || c->kind == ALLGATHER || c->kind == ALLTOALL ? c->side->size : 1;
}

// What element i of block b must be on this rank.
static int expected(const struct call *c, int b, int i)
{
    const struct side *s = c->side;
    int first = 0, last = -1, sum = 0, block = 0;

    switch (c->kind) {
    case BCAST:
        return number(c, c->root, 0, i);
    case GATHER:
    case ALLGATHER:
        return number(c, b, 0, i);
    case SCATTER:
        return number(c, c->root, s->rank, i);
    case ALLTOALL:
        return number(c, b, s->rank, i);
    case REDUCE:
    case ALLREDUCE:
        last = s->size - 1;
        break;
    case REDUCE_SCATTER:
        last = s->size - 1;
        block = s->rank;
        break;
    case SCAN:
        last = s->rank;
        break;
    case EXSCAN:
        last = s->rank - 1;
        break;
    default:
        break;
    }
    for (int r = first; r <= last; r++)
        sum += number(c, r, block, i);
    return sum;
}

static int has_result(const struct call *c)
{
    int root = c->side->rank == c->root;

    return c->kind != BARRIER && !((c->kind == GATHER || c->kind == REDUCE) && !root) &&
           !(c->kind == EXSCAN && c->side->rank == 0);
}

static void check(struct call *c)
{
    for (int b = 0; has_result(c) && b < blocks_to(c); b++)
        for (int i = 0; i < c->count; i++)
            if (c->got[b * c->count + i] != expected(c, b, i) && errors++ < 5)
                printf("rank %d call %u kind %d count %d root %d block %d element %d: %d, not %d\n",
                       c->side->rank, c->id, (int)c->kind, c->count, c->root, b, i,
                       c->got[b * c->count + i], expected(c, b, i));
    free(c->from);
    free(c->to);
    c->from = c->to = NULL;
}

// The buffers of a call; the one that the call may leave out is NULL.
static void fill(struct call *c)
{
    const struct side *s = c->side;
    int from = blocks_from(c) * c->count, to = blocks_to(c) * c->count;

    c->from = malloc(sizeof(int) * (size_t)(from + 1));
    c->to = malloc(sizeof(int) * (size_t)(to + from + 1));
    for (int i = 0; i < from; i++)
        c->from[i] = number(c, s->rank, i / (c->count ? c->count : 1), i % (c->count ? c->count : 1));
    memset(c->to, 0xee, sizeof(int) * (size_t)(to + from + 1));
    c->got = c->to;
    c->in_place = below(&own, 3) == 0;
    if (c->kind == ALLREDUCE || c->kind == SCAN || c->kind == EXSCAN || c->kind == REDUCE_SCATTER ||
        c->kind == ALLTOALL || c->kind == ALLGATHER)
        c->in_place = c->id % 3 == 0; // the same on all ranks
    if (!c->in_place)
        return;
    if (c->kind == ALLGATHER || (c->kind == GATHER && s->rank == c->root))
        memcpy(c->to + s->rank * c->count, c->from, sizeof(int) * (size_t)c->count);
    else
        memcpy(c->to, c->from, sizeof(int) * (size_t)from);
    if (c->kind == SCATTER)
        c->got = c->from + s->rank * c->count;
}

static void start(struct call *c, MPI_Request *r)
{
    const struct side *s = c->side;
    int root = s->rank == c->root, n = c->count;
    MPI_Datatype type = n % 2 == 0 && below(&own, 3) == 0 ? pair : MPI_INT;
    int m = type == pair ? n / 2 : n;
    const void *in = c->in_place ? MPI_IN_PLACE : c->from;

    switch (c->kind) {
    case BARRIER:
        MPI_Ibarrier(s->comm, r);
        break;
    case BCAST:
        c->got = root ? c->from : c->to;
        MPI_Ibcast(root ? c->from : c->to, m, type, c->root, s->comm, r);
        break;
    case GATHER:
        MPI_Igather(root ? in : c->from, m, type, root ? c->to : NULL, n, MPI_INT, c->root, s->comm,
                    r);
        break;
    case SCATTER:
        if (!root)
            c->got = c->to;
        MPI_Iscatter(root ? c->from : NULL, n, MPI_INT, root && c->in_place ? MPI_IN_PLACE : c->to,
                     m, type, c->root, s->comm, r);
        break;
    case REDUCE:
        MPI_Ireduce(root ? in : c->from, root ? c->to : NULL, n, MPI_INT, MPI_SUM, c->root, s->comm,
                    r);
        break;
    case ALLREDUCE:
        MPI_Iallreduce(in, c->to, n, MPI_INT, MPI_SUM, s->comm, r);
        break;
    case ALLGATHER:
        MPI_Iallgather(in, n, MPI_INT, c->to, m, type, s->comm, r);
        break;
    case ALLTOALL:
        MPI_Ialltoall(in, n, MPI_INT, c->to, m, type, s->comm, r);
        break;
    case REDUCE_SCATTER:
        MPI_Ireduce_scatter_block(in, c->to, n, MPI_INT, MPI_SUM, s->comm, r);
        break;
    case SCAN:
        MPI_Iscan(in, c->to, n, MPI_INT, MPI_SUM, s->comm, r);
        break;
    default:
        MPI_Iexscan(in, c->to, n, MPI_INT, MPI_SUM, s->comm, r);
        break;
    }
}

static int random_count(void)
{
    static const int around[] = {0, 1, 2, 6, 12, 16, 32, 128, 256, 512, 1020, 1024};
    int count = around[below(&common, sizeof around / sizeof *around)] + below(&common, 3) - 1;

    return count < 0 ? 0 : count;
}

// Completes some of those under way, one at least, in an order of this rank's own.
static void complete(int how)
{
    int done, index, n = 0, indices[SLOTS];

    if (how == 0) {
        MPI_Waitany(SLOTS, request, &index, MPI_STATUS_IGNORE);
        if (index != MPI_UNDEFINED)
            check(&call[index]);
        return;
    }
    if (how == 1) {
        MPI_Waitsome(SLOTS, request, &n, indices, MPI_STATUSES_IGNORE);
        for (int i = 0; i < (n == MPI_UNDEFINED ? 0 : n); i++)
            check(&call[indices[i]]);
        return;
    }
    index = below(&own, SLOTS);
    while (request[index] == MPI_REQUEST_NULL) // ends: there is one
        index = (index + 1) % SLOTS;
    if (how == 2)
        MPI_Wait(&request[index], MPI_STATUS_IGNORE);
    for (done = how == 2; !done;) // ends when the others are as far
        MPI_Test(&request[index], &done, MPI_STATUS_IGNORE);
    check(&call[index]);
}

static int live(void)
{
    int count = 0;

    for (int i = 0; i < SLOTS; i++)
        count += request[i] != MPI_REQUEST_NULL;
    return count;
}

static void meanwhile(struct side *s, unsigned id)
{
    int token = (int)id, sum = 0, other = -1, next = (s->rank + 1) % s->size,
        before = (s->rank + s->size - 1) % s->size;

    if (id % 7 == 0) {
        MPI_Allreduce(&token, &sum, 1, MPI_INT, MPI_SUM, s->comm);
        errors += sum != token * s->size;
    } else if (id % 11 == 0) {
        MPI_Sendrecv(&token, 1, MPI_INT, next, 3, &other, 1, MPI_INT, before, 3, s->comm,
                     MPI_STATUS_IGNORE);
        errors += other != token;
    }
}

static void mix(struct side side[2], int calls)
{
    for (unsigned id = 1; id <= (unsigned)calls; id++) {
        struct side *s = &side[below(&common, 2)];
        int slot = 0, most = id / 50 % 4 == 3 ? SLOTS - 1 : below(&own, 20);

        while (request[slot] != MPI_REQUEST_NULL) // ends: one is free at least
            slot++;
        call[slot] = (struct call){.kind = (enum kind)below(&common, KINDS), .id = id, .side = s};
        call[slot].root = below(&common, s->size);
        call[slot].count = random_count();
        fill(&call[slot]);
        start(&call[slot], &request[slot]);
        meanwhile(s, id);
        while (live() > most)
            complete(below(&own, 4));
    }
    while (live() > 0)
        complete(below(&own, 4));
}

// A rank in a receive gets on with its collectives: the one that sends waits for them first.
static void receive_meanwhile(struct side *s)
{
    int value = s->rank == 0 ? 5 : 0, sum = 0, token = 0;
    MPI_Request both[2];

    for (int turn = 0; turn < 20; turn++) {
        MPI_Ibarrier(s->comm, &both[0]);
        MPI_Iallreduce(&s->rank, &sum, 1, MPI_INT, MPI_SUM, s->comm, &both[1]);
        if (s->rank == 0) {
            MPI_Waitall(2, both, MPI_STATUSES_IGNORE);
            for (int r = 1; r < s->size; r++)
                MPI_Send(&value, 1, MPI_INT, r, 4, s->comm);
        } else {
            MPI_Recv(&token, 1, MPI_INT, 0, 4, s->comm, MPI_STATUS_IGNORE);
            errors += token != 5;
            MPI_Waitall(2, both, MPI_STATUSES_IGNORE);
        }
        errors += sum != s->size * (s->size - 1) / 2;
    }
}

// More at once than there are cells, and the communicator freed before they are done.
static void let_go(struct side *s)
{
    MPI_Request all[41];
    MPI_Comm comm;
    int values[40], sum = 0;

    MPI_Comm_dup(s->comm, &comm);
    MPI_Barrier(comm);
    for (int i = 0; i < 40; i++) {
        values[i] = s->rank == i % s->size ? i : -1;
        MPI_Ibcast(&values[i], 1, MPI_INT, i % s->size, comm, &all[i]);
    }
    MPI_Iallreduce(&s->rank, &sum, 1, MPI_INT, MPI_SUM, comm, &all[40]);
    MPI_Comm_free(&comm);
    MPI_Waitall(41, all, MPI_STATUSES_IGNORE);
    for (int i = 0; i < 40; i++)
        errors += values[i] != i;
    errors += sum != s->size * (s->size - 1) / 2;
}

static void *thread(void *argument)
{
    struct side *s = argument;
    MPI_Request r[3];
    int sum, value;

    for (int i = 0; i < 300; i++) {
        value = s->rank == i % s->size ? i : -1;
        MPI_Ibcast(&value, 1, MPI_INT, i % s->size, s->comm, &r[0]);
        MPI_Iallreduce(&i, &sum, 1, MPI_INT, MPI_SUM, s->comm, &r[1]);
        MPI_Ibarrier(s->comm, &r[2]);
        MPI_Waitall(3, r, MPI_STATUSES_IGNORE);
        if (value != i || sum != i * s->size)
            errors++;
    }
    return NULL;
}

// Each in a communicator of its own.
static void threads(struct side side[2])
{
    pthread_t other;

    if (pthread_create(&other, NULL, thread, &side[1]) != 0) {
        errors++;
        return;
    }
    thread(&side[0]);
    pthread_join(other, NULL);
}

static void side_make(struct side *s, MPI_Comm comm)
{
    s->comm = comm;
    MPI_Comm_rank(comm, &s->rank);
    MPI_Comm_size(comm, &s->size);
    MPI_Barrier(comm);
}

int main(int argc, char **argv)
{
    struct side side[2];
    MPI_Comm reversed;
    int all, granted;

    if (argc > 3)
        setenv("TORITO_COLL", argv[3], 1);
    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &granted);
    side_make(&side[0], MPI_COMM_WORLD);
    MPI_Comm_split(MPI_COMM_WORLD, 0, -side[0].rank, &reversed);
    side_make(&side[1], reversed);
    common = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
    own = common * 1000 + (unsigned long)side[0].rank;
    MPI_Type_contiguous(2, MPI_INT, &pair);
    MPI_Type_commit(&pair);
    for (int i = 0; i < SLOTS; i++)
        request[i] = MPI_REQUEST_NULL;
    mix(side, argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1000);
    receive_meanwhile(&side[0]);
    let_go(&side[1]);
    if (granted == MPI_THREAD_MULTIPLE)
        threads(side);
    MPI_Type_free(&pair);
    MPI_Comm_free(&reversed);
    MPI_Allreduce(&errors, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (side[0].rank == 0 && all == 0)
        printf("ok\n");
    MPI_Finalize();
    return all != 0;
}
