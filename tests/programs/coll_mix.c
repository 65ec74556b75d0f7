// SPDX-License-Identifier: BSD-2-Clause
// coll_mix.c: random sequences of blocking collectives, every byte checked: sizes around all limits,
// roots that change or run far ahead, ranks that come late, two communicators in turn, in place and
// not, plain datatypes on some ranks and derived ones on others of the same call, and a nonblocking
// reduction under way meanwhile. Any MPI can run it: [CALLS [SEED [CHOICES]]]; rank 0 prints "ok".
// CHOICES is Torito's TORITO_COLL: which sizes use which algorithm.
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_MAX 20000

static int errors;
static unsigned long calls_made;
static unsigned char *from, *to; // BYTES_MAX for each rank
static MPI_Datatype pair;        // two bytes with nothing between: takes the same room as MPI_BYTE

struct side { // one communicator
    MPI_Comm comm;
    int rank, size;
};

static unsigned long random_next(unsigned long *state)
{
    *state = *state * 6364136223846793005ul + 1442695040888963407ul;
    return *state >> 33;
}

// The same on all ranks, except `own`.
static unsigned long common, own;

static int below(int limit)
{
    return (int)(random_next(&common) % (unsigned long)limit);
}

static int random_bytes(void)
{
    static const int around[] = {0,    1,    8,    48,   56,   64,   128,  512,
                                 1024, 2040, 4064, 4080, 4096, 8192, 16384};
    int bytes = around[below(sizeof around / sizeof *around)] + 4 * (below(5) - 2);

    return bytes < 0 ? 0 : bytes / 4 * 4 + (below(4) == 0 ? below(4) : 0);
}

static unsigned char byte_of(int rank, int block, int i)
{
    return (unsigned char)(calls_made * 17 + (unsigned)rank * 31 + (unsigned)block * 7 + (unsigned)i);
}

static void fill(const struct side *s, int blocks, int bytes)
{
    for (int b = 0; b < blocks; b++)
        for (int i = 0; i < bytes; i++)
            from[b * bytes + i] = byte_of(s->rank, b, i);
    memset(to, 0xee, (size_t)(bytes * s->size + 1));
}

static void check(const char *what, const unsigned char *at, int rank, int block, int bytes)
{
    for (int i = 0; i < bytes; i++)
        if (at[i] != byte_of(rank, block, i)) {
            if (errors++ < 5)
                printf("call %lu: %s of %d bytes: byte %d from rank %d is wrong\n", calls_made,
                       what, bytes, i, rank);
            return;
        }
}

// Now and then a rank is late, without giving its core away.
static void dawdle(void)
{
    unsigned long turns = random_next(&own) % 64 == 0 ? random_next(&own) % 200000 : 0;
    volatile unsigned long sink = 0;

    while (turns--)
        sink += turns;
}

// The bytes as a count of some datatype, each rank's own choice.
static MPI_Datatype kind(int *count)
{
    if (*count % 2 == 0 && random_next(&own) % 4 == 0) {
        *count /= 2;
        return pair;
    }
    return random_next(&own) % 2 ? MPI_BYTE : MPI_CHAR;
}

static void bcast(const struct side *s, int bytes, int root)
{
    int count = bytes;
    MPI_Datatype type = kind(&count);

    fill(s, 1, bytes);
    MPI_Bcast(s->rank == root ? from : to, count, type, root, s->comm);
    check("bcast", s->rank == root ? from : to, root, 0, bytes);
}

static void gather(const struct side *s, int bytes, int root, int in_place)
{
    int n = bytes, m = bytes;
    MPI_Datatype type = kind(&n), as = kind(&m);

    fill(s, 1, bytes);
    in_place = in_place && s->rank == root;
    if (in_place)
        memcpy(to + s->rank * bytes, from, (size_t)bytes);
    MPI_Gather(in_place ? MPI_IN_PLACE : from, n, type, to, m, as, root, s->comm);
    for (int r = 0; s->rank == root && r < s->size; r++)
        check("gather", to + r * bytes, r, 0, bytes);
}

static void scatter(const struct side *s, int bytes, int root, int in_place)
{
    int n = bytes, m = bytes;
    MPI_Datatype type = kind(&n), as = kind(&m);

    fill(s, s->size, bytes);
    in_place = in_place && s->rank == root;
    MPI_Scatter(from, n, type, in_place ? MPI_IN_PLACE : to, m, as, root, s->comm);
    if (!in_place)
        check("scatter", to, root, s->rank, bytes);
}

static void allgather(const struct side *s, int bytes, int in_place)
{
    int n = bytes, m = bytes;
    MPI_Datatype type = kind(&n), as = kind(&m);

    fill(s, 1, bytes);
    if (in_place)
        memcpy(to + s->rank * bytes, from, (size_t)bytes);
    MPI_Allgather(in_place ? MPI_IN_PLACE : from, n, type, to, m, as, s->comm);
    for (int r = 0; r < s->size; r++)
        check("allgather", to + r * bytes, r, 0, bytes);
}

static void alltoall(const struct side *s, int bytes, int in_place)
{
    int n = bytes, m = bytes;
    MPI_Datatype type = kind(&n), as = kind(&m);

    fill(s, s->size, bytes);
    if (in_place)
        memcpy(to, from, (size_t)(bytes * s->size));
    MPI_Alltoall(in_place ? MPI_IN_PLACE : from, n, type, to, m, as, s->comm);
    for (int r = 0; r < s->size; r++)
        check("alltoall", to + r * bytes, r, s->rank, bytes);
}

// The v-forms: rank r has nothing, half or all of `bytes`, at an offset of r * bytes.
static int part_of(int rank, int bytes)
{
    return bytes * (int)(((unsigned long)rank + calls_made) % 3) / 2;
}

enum { GATHERV, SCATTERV, ALLGATHERV };

static void v_form(const struct side *s, int which, int bytes, int root, int in_place)
{
    static const char *const names[] = {"gatherv", "scatterv", "allgatherv"};
    int *counts = malloc((size_t)s->size * 2 * sizeof *counts), *displs = counts + s->size;
    int mine = part_of(s->rank, bytes), n = mine;
    MPI_Datatype type = kind(&n);
    void *in, *out;

    fill(s, which == SCATTERV ? s->size : 1, bytes);
    in_place = in_place && (which == ALLGATHERV || s->rank == root);
    if (in_place && which != SCATTERV)
        memcpy(to + s->rank * bytes, from, (size_t)mine);
    for (int r = 0; r < s->size; r++) {
        counts[r] = part_of(r, bytes);
        displs[r] = r * bytes;
    }
    in = in_place && which != SCATTERV ? MPI_IN_PLACE : from;
    out = in_place && which == SCATTERV ? MPI_IN_PLACE : to;
    if (which == GATHERV)
        MPI_Gatherv(in, n, type, to, counts, displs, MPI_BYTE, root, s->comm);
    else if (which == SCATTERV)
        MPI_Scatterv(from, counts, displs, MPI_BYTE, out, n, type, root, s->comm);
    else
        MPI_Allgatherv(in, n, type, to, counts, displs, MPI_BYTE, s->comm);
    for (int r = 0; which != SCATTERV && (which == ALLGATHERV || s->rank == root) && r < s->size; r++)
        check(names[which], to + r * bytes, r, 0, counts[r]);
    if (which == SCATTERV && !in_place)
        check(names[which], to, root, s->rank, mine);
    free(counts);
}

static int number_of(int rank, int i)
{
    return (rank + 1) * (int)(calls_made % 1000 + 3) + i;
}

static void check_sum(const struct side *s, const char *what, const void *at, int count)
{
    for (int i = 0; i < count; i++) {
        int is, wanted = 0;

        memcpy(&is, (const char *)at + (size_t)i * sizeof is, sizeof is);
        for (int r = 0; r < s->size; r++)
            wanted += number_of(r, i);
        if (is != wanted) {
            if (errors++ < 5)
                printf("call %lu: %s of %d numbers: number %d is %d, not %d\n", calls_made, what,
                       count, i, is, wanted);
            return;
        }
    }
}

static void reduction(const struct side *s, int bytes, int root, int in_place, int all)
{
    int count = bytes / (int)sizeof(int);
    void *in = from;

    memset(to, 0xee, (size_t)bytes + 1);
    for (int i = 0; i < count; i++) {
        int number = number_of(s->rank, i);

        memcpy(from + (size_t)i * sizeof number, &number, sizeof number);
    }
    if (in_place && (all || s->rank == root)) {
        memcpy(to, from, (size_t)count * sizeof(int));
        in = MPI_IN_PLACE;
    }
    if (all)
        MPI_Allreduce(in, to, count, MPI_INT, MPI_SUM, s->comm);
    else
        MPI_Reduce(in, to, count, MPI_INT, MPI_SUM, root, s->comm);
    if (all || s->rank == root)
        check_sum(s, all ? "allreduce" : "reduce", to, count);
}

static void one_call(const struct side *s, int which, int root)
{
    int bytes = random_bytes(), in_place = below(4) == 0;

    calls_made++;
    dawdle();
    switch (which) {
    case 0:
        MPI_Barrier(s->comm);
        break;
    case 1:
        bcast(s, bytes, root);
        break;
    case 2:
        gather(s, bytes, root, in_place);
        break;
    case 3:
        scatter(s, bytes, root, in_place);
        break;
    case 4:
        allgather(s, bytes, in_place);
        break;
    case 5:
        alltoall(s, bytes, in_place);
        break;
    case 6:
    case 7:
        reduction(s, bytes, root, in_place, which == 7);
        break;
    case 8:
    case 9:
    case 10:
        v_form(s, which - 8, bytes, root, in_place);
        break;
    default:
        break;
    }
}

// A stretch: either anything, or one kind from one root, which then runs ahead.
static int stretch(const struct side sides[2])
{
    int length = 1 + below(40), same = below(3) == 0, which = below(11), side = below(2), root;
    const struct side *s = &sides[side];

    root = below(s->size);
    for (int i = 0; i < length; i++) {
        if (!same) {
            s = &sides[below(2)];
            which = below(11);
            root = below(s->size);
        }
        one_call(s, which, root);
    }
    return length;
}

int main(int argc, char **argv)
{
    struct side sides[2];
    int left, number, sum = 0, all = 0;
    MPI_Request request;

    if (argc > 3)
        setenv("TORITO_COLL", argv[3], 1);
    MPI_Init(&argc, &argv);
    left = argc > 1 ? atoi(argv[1]) : 2000;
    common = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;
    sides[0].comm = MPI_COMM_WORLD;
    MPI_Comm_rank(MPI_COMM_WORLD, &sides[0].rank);
    MPI_Comm_size(MPI_COMM_WORLD, &sides[0].size);
    own = common + 1000 + (unsigned long)sides[0].rank;
    // The second has the ranks the other way round.
    MPI_Comm_split(MPI_COMM_WORLD, 0, -sides[0].rank, &sides[1].comm);
    MPI_Comm_rank(sides[1].comm, &sides[1].rank);
    MPI_Comm_size(sides[1].comm, &sides[1].size);
    MPI_Type_contiguous(2, MPI_BYTE, &pair);
    MPI_Type_commit(&pair);
    from = malloc((size_t)sides[0].size * BYTES_MAX);
    to = malloc((size_t)sides[0].size * BYTES_MAX);
    while (from && to && left > 0) {
        number = sides[0].rank + left;
        MPI_Iallreduce(&number, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD, &request);
        all = left * sides[0].size + sides[0].size * (sides[0].size - 1) / 2;
        left -= stretch(sides);
        MPI_Wait(&request, MPI_STATUS_IGNORE);
        if (sum != all && errors++ < 5)
            printf("call %lu: the nonblocking sum is %d, not %d\n", calls_made, sum, all);
    }
    errors += !from || !to;
    MPI_Allreduce(MPI_IN_PLACE, &errors, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (sides[0].rank == 0)
        printf("%s\n", errors ? "wrong" : "ok");
    free(from);
    free(to);
    MPI_Type_free(&pair);
    MPI_Comm_free(&sides[1].comm);
    MPI_Finalize();
    return errors != 0;
}
