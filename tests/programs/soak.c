// SPDX-License-Identifier: BSD-2-Clause
// soak.c: random messages between all ranks for as long as is wanted: every byte checked, memory flat.
// Any MPI can run it: [MESSAGES [SEED [BYTES_MAX]]]; rank 0 prints "ok", and figures on stderr.
//
// The messages come in rounds. All ranks draw the same plan of a round from the same random numbers:
// who sends how much to whom, with which tag, mode and datatype. A round is
//
//   1. posting the receives that come early, in their order,
//   2. sending, in any mode, and waiting for nobody but receives of step 1,
//   3. the receives that come late: blocking, probed, matched,
//   4. completing what is open, by any of the calls for it.
//
// How a message is received depends on its class, and the range of its tag on that, so that no
// wildcard takes what another receive needs: source and tag named; any source; any tag; or both,
// then for all messages to that rank in that round. A class is early or late as a whole. Blocking
// sends go to early classes only; so nobody waits for ever. Rounds use communicators in turn and meet
// only when each has been used once; until then a rank may be rounds ahead.
//
// A message is a piece of one long random text; which piece depends on its number. After a round a
// receiver goes through its receives in the order of posting: the status names source and tag, and
// MPI promises that messages of the same source and tag come in order; so it knows what must be
// there. Bytes that no datatype covers must be as before.
#include "soak_plan.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define COMMS 4
#define TEXT_SHIFT 65536
#define BUFFER_BYTES (1 << 20) // for buffered sends
#define CANARY 0xa5
#define TAG_NEVER 100 // nobody sends it
#define SAMPLES 16

enum mode { STANDARD, SYNCHRONOUS, BUFFERED, READY, MODES };

struct transfer { // a send or a receive under way
    struct shape shape;
    MPI_Datatype type;
    MPI_Request request;
    MPI_Status status;
    unsigned char *memory, *data;
    size_t bytes; // of memory
    int count;    // of the type
    int persistent;
};

static int rank, errors;
static long done;
static unsigned char *text;
static MPI_Comm comms[COMMS], comm;
static struct transfer *sends, *receives;
static int send_count, receive_count, buffered;
static double bytes_checked;
static int on_torito;
static uint64_t own; // random numbers of this rank alone

static void wrong(const char *what, const struct message *m)
{
    if (errors++ < 5)
        printf("rank %d, round %d: %s: message of %d elements of %zu bytes from %d with tag %d\n",
               rank, round_number, what, m ? m->count : -1, base->bytes, m ? m->from : -1,
               m ? m->tag : -1);
}

static void check_call(int result, const char *what)
{
    if (result != MPI_SUCCESS)
        wrong(what, NULL);
}

// Most pieces of a datatype are so short that a call takes longer.
static void put_short(unsigned char *to, const unsigned char *from, size_t bytes)
{
    if (bytes & 8)
        memcpy(to, from, 8), to += 8, from += 8;
    if (bytes & 4)
        memcpy(to, from, 4), to += 4, from += 4;
    if (bytes & 2)
        memcpy(to, from, 2), to += 2, from += 2;
    if (bytes & 1)
        *to = *from;
}

// Puts the bytes of `elements` elements where the datatype has them, in its order.
static void put(const struct transfer *t, unsigned char *data, int elements, const unsigned char *from)
{
    const struct shape *s = &t->shape;

    for (int i = 0; elements > 0; i++)
        for (int r = 0; r < s->runs && elements > 0; r++) {
            int n = s->kind <= 1 ? elements : s->length[r] < elements ? s->length[r] : elements;
            size_t bytes = (size_t)n * base->bytes;
            unsigned char *to =
                data + ((size_t)i * (size_t)s->extent + (size_t)s->at[r]) * base->bytes;

            if (bytes < 16)
                put_short(to, from, bytes);
            else
                memcpy(to, from, bytes);
            from += bytes;
            elements -= n;
        }
}

// All that was received into, as it must be now: with the canary wherever no element lies.
static int as_expected(const struct transfer *t, int elements, const unsigned char *from)
{
    unsigned char *expected = malloc(t->bytes);
    int same;

    if (expected == NULL)
        MPI_Abort(MPI_COMM_WORLD, 3);
    memset(expected, CANARY, t->bytes);
    put(t, expected + (t->data - t->memory), elements, from);
    same = memcmp(expected, t->memory, t->bytes) == 0;
    free(expected);
    return same;
}

static const unsigned char *text_of(const struct message *m)
{
    uint64_t state = m->draw;

    draw(&state);
    return text + draw(&state) % TEXT_SHIFT;
}

// Room for `elements` elements of a type of its own, at any address that its base type may have.
static void transfer_make(struct transfer *t, uint32_t seed, int elements)
{
    *t = (struct transfer){.shape = shape_of(seed), .request = MPI_REQUEST_NULL};
    t->type = make_type(&t->shape);
    t->count = (elements + t->shape.elements - 1) / t->shape.elements;
    t->bytes = ((size_t)t->count * (size_t)t->shape.extent + 9) * base->bytes + 64;
    t->memory = malloc(t->bytes);
    if (t->memory == NULL)
        MPI_Abort(MPI_COMM_WORLD, 3);
    memset(t->memory, CANARY, t->bytes);
    t->data = t->memory + (size_t)below(&own, 8) * base->bytes;
}

static void transfer_end(struct transfer *t)
{
    if (t->shape.kind > 0)
        MPI_Type_free(&t->type);
    free(t->memory);
}

// --- sending ---

// For early receivers, who post their receives without waiting for anybody, and for buffered sends.
static int send_now(const struct transfer *t, const struct message *m, enum mode mode)
{
    static int (*const call[MODES])(const void *, int, MPI_Datatype, int, int,
                                    MPI_Comm) = {MPI_Send, MPI_Ssend, MPI_Bsend, MPI_Rsend};

    return call[mode](t->data, t->count, t->type, m->to, m->tag, comm);
}

static int send_start(struct transfer *t, const struct message *m, enum mode mode)
{
    static int (*const call[MODES])(const void *, int, MPI_Datatype, int, int, MPI_Comm,
                                    MPI_Request *) = {MPI_Isend, MPI_Issend, MPI_Ibsend, MPI_Irsend};
    static int (*const init[MODES])(const void *, int, MPI_Datatype, int, int, MPI_Comm,
                                    MPI_Request *) = {MPI_Send_init, MPI_Ssend_init, MPI_Bsend_init,
                                                      MPI_Rsend_init};
    int result;

    t->persistent = below(&own, 4) == 0;
    if (!t->persistent)
        return call[mode](t->data, t->count, t->type, m->to, m->tag, comm, &t->request);
    result = init[mode](t->data, t->count, t->type, m->to, m->tag, comm, &t->request);
    return result == MPI_SUCCESS ? MPI_Start(&t->request) : result;
}

static enum mode mode_of(const struct transfer *t, int may_be_ready)
{
    enum mode mode = (enum mode)below(&own, MODES);
    int bytes;

    if (mode == BUFFERED) {
        MPI_Pack_size(t->count, t->type, comm, &bytes);
        if (bytes > BUFFER_BYTES - buffered - MPI_BSEND_OVERHEAD)
            return STANDARD;
        buffered += bytes + MPI_BSEND_OVERHEAD;
    }
    return mode == READY && !may_be_ready ? SYNCHRONOUS : mode;
}

static void send_all(int posted)
{
    for (int i = 0; i < planned; i++) {
        const struct message *m = &plan[i];
        struct transfer *t = &sends[send_count];
        enum mode mode;

        if (m->from != rank)
            continue;
        transfer_make(t, m->draw, m->count);
        t->count = m->count / t->shape.elements;
        put(t, t->data, m->count, text_of(m));
        mode = mode_of(t, posted && m->early);
        if (below(&own, 2) && (m->early || mode == BUFFERED)) {
            check_call(send_now(t, m, mode), "sending fails");
            memset(t->memory, 0, t->bytes); // it is ours again
            transfer_end(t);
        } else {
            check_call(send_start(t, m, mode), "a send does not start");
            send_count++;
        }
    }
}

// --- receiving ---

static int source_of(const struct message *m)
{
    return m->class == ANY || m->class == ANY_SOURCE ? MPI_ANY_SOURCE : m->from;
}

static int tag_of(const struct message *m)
{
    return m->class == ANY || m->class == ANY_TAG ? MPI_ANY_TAG : m->tag;
}

// The longest message that a receive meant for `m` can get.
static int longest(const struct message *m)
{
    int count = m->count;

    for (int i = 0; i < planned && m->class != NAMED; i++)
        if (plan[i].to == rank && plan[i].class == m->class && plan[i].count > count &&
            (m->class != ANY_TAG || plan[i].from == m->from) &&
            (m->class != ANY_SOURCE || plan[i].tag == m->tag))
            count = plan[i].count;
    return count;
}

static void receive_early(const struct message *m)
{
    struct transfer *t = &receives[receive_count++];

    transfer_make(t, draw(&own), longest(m));
    t->persistent = below(&own, 4) == 0;
    if (t->persistent) {
        MPI_Recv_init(t->data, t->count, t->type, source_of(m), tag_of(m), comm, &t->request);
        check_call(MPI_Start(&t->request), "a receive does not start");
    } else
        check_call(MPI_Irecv(t->data, t->count, t->type, source_of(m), tag_of(m), comm, &t->request),
                   "a receive does not start");
}

// Looks first, and makes room for just what is there.
static void receive_probed(struct transfer *t, const struct message *m, int how)
{
    int source = source_of(m), tag = tag_of(m), flag = 0, elements = 0;
    MPI_Message message = MPI_MESSAGE_NULL;

    if (how == 0)
        MPI_Probe(source, tag, comm, &t->status);
    else if (how == 1)
        MPI_Mprobe(source, tag, comm, &message, &t->status);
    else
        while (!flag)
            if (how == 2)
                MPI_Iprobe(source, tag, comm, &flag, &t->status);
            else
                MPI_Improbe(source, tag, comm, &flag, &message, &t->status);
    source = t->status.MPI_SOURCE, tag = t->status.MPI_TAG;
    MPI_Get_elements(&t->status, base->type, &elements);
    transfer_make(t, draw(&own), elements);
    if (how == 0)
        MPI_Recv(t->data, t->count, t->type, source, tag, comm, &t->status);
    else if (how == 1)
        MPI_Mrecv(t->data, t->count, t->type, &message, &t->status);
    else if (how == 2)
        MPI_Irecv(t->data, t->count, t->type, source, tag, comm, &t->request);
    else
        MPI_Imrecv(t->data, t->count, t->type, &message, &t->request);
}

static void receive_late(const struct message *m)
{
    struct transfer *t = &receives[receive_count++];
    int how = below(&own, 5), elements = longest(m);

    if (how == 4 && (size_t)elements * base->bytes <= LARGE_BYTES) {
        transfer_make(t, draw(&own), elements);
        MPI_Recv(t->data, t->count, t->type, source_of(m), tag_of(m), comm, &t->status);
    } else
        receive_probed(t, m, how % 4);
}

static void receive_all(int early)
{
    for (int i = 0; i < planned; i++)
        if (plan[i].to == rank && plan[i].early == early) {
            if (early)
                receive_early(&plan[i]);
            else
                receive_late(&plan[i]);
        }
}

static void receive_check(struct transfer *t)
{
    struct message *m = NULL;
    int elements = -1, i = 0;

    while (i < planned && (plan[i].taken || plan[i].to != rank ||
                           plan[i].from != t->status.MPI_SOURCE || plan[i].tag != t->status.MPI_TAG))
        i++;
    if (i == planned) {
        wrong("nobody sent what came", NULL);
        return;
    }
    m = &plan[i];
    m->taken = 1;
    MPI_Get_elements(&t->status, base->type, &elements);
    if (elements != m->count)
        wrong("of wrong length", m);
    else if (!as_expected(t, m->count, text_of(m)))
        wrong("other bytes, in it or beside it", m);
    bytes_checked += (double)m->count * (double)base->bytes;
    done++;
}

// --- completing ---

// One step of completing `n` requests, by any call for it. Says how many there are in
// `index`, or -1: none is left.
static int complete_some(int n, MPI_Request *request, int *index, MPI_Status *status)
{
    int count = 0, flag = 0;

    switch (below(&own, 6)) {
    case 0:
        MPI_Waitany(n, request, index, status);
        return *index == MPI_UNDEFINED ? -1 : 1;
    case 1:
        MPI_Waitsome(n, request, &count, index, status);
        return count == MPI_UNDEFINED ? -1 : count;
    case 2:
        MPI_Testany(n, request, index, &flag, status);
        return !flag ? 0 : *index == MPI_UNDEFINED ? -1 : 1;
    case 3:
        MPI_Testsome(n, request, &count, index, status);
        return count == MPI_UNDEFINED ? -1 : count;
    case 4:
        // A request that is null or inactive ends at once, with an empty status.
        *index = below(&own, n);
        MPI_Test(&request[*index], &flag, status);
        return flag;
    default:
        *index = below(&own, n);
        MPI_Wait(&request[*index], status);
        return 1;
    }
}

static void complete(struct transfer *first, int n)
{
    static MPI_Request request[OPEN_MOST];
    static MPI_Status status[OPEN_MOST];
    static int index[OPEN_MOST], seen[OPEN_MOST];
    int got = 0;

    for (int i = 0; i < n; i++)
        request[i] = first[i].request, seen[i] = request[i] == MPI_REQUEST_NULL;
    if (below(&own, 3) == 0) {
        MPI_Waitall(n, request, status);
        for (int i = 0; i < n; i++)
            if (!seen[i])
                first[i].status = status[i];
        got = -1;
    }
    while (n > 0 && got >= 0) {
        got = complete_some(n, request, index, status);
        for (int i = 0; i < got; i++)
            if (!seen[index[i]]) {
                seen[index[i]] = 1;
                first[index[i]].status = status[i];
            }
    }
    for (int i = 0; i < n; i++) {
        if (first[i].persistent)
            MPI_Request_free(&request[i]);
        if (request[i] != MPI_REQUEST_NULL)
            wrong("a request is left", NULL);
    }
}

static void one_round(void)
{
    int posted = round_number % COMMS == 1;

    comm = comms[round_number % COMMS];
    make_plan();
    send_count = receive_count = 0;
    receive_all(1);
    if (posted)
        MPI_Barrier(comm);
    send_all(posted);
    receive_all(0);
    complete(receives, receive_count);
    for (int i = 0; i < receive_count; i++) {
        receive_check(&receives[i]);
        transfer_end(&receives[i]);
    }
    complete(sends, send_count);
    for (int i = 0; i < send_count; i++)
        transfer_end(&sends[i]);
    round_number++;
}

// --- what is not in the plan ---

static void shift(void)
{
    int bytes = below(&common, 20000), by = below(&common, size), to = (rank + by) % size,
        from = (rank - by + size) % size;
    unsigned char *in = malloc((size_t)bytes + 1), *both = malloc((size_t)bytes + 1);
    MPI_Status status;

    if (in == NULL || both == NULL)
        MPI_Abort(MPI_COMM_WORLD, 3);
    MPI_Sendrecv(text + rank, bytes, MPI_BYTE, to, 1, in, bytes, MPI_BYTE, from, 1, MPI_COMM_WORLD,
                 &status);
    if (memcmp(in, text + from, (size_t)bytes) != 0 || status.MPI_SOURCE != from)
        wrong("sendrecv", NULL);
    memcpy(both, text + rank, (size_t)bytes);
    MPI_Sendrecv_replace(both, bytes, MPI_BYTE, to, 2, from, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    if (memcmp(both, text + from, (size_t)bytes) != 0)
        wrong("sendrecv_replace", NULL);
#if MPI_VERSION >= 4
    {
        MPI_Request request[2];
        int parts = 1 + bytes % 5, part = bytes / parts;

        memset(in, CANARY, (size_t)bytes);
        MPI_Precv_init(in, 1, part * parts, MPI_BYTE, from, 3, MPI_COMM_WORLD, MPI_INFO_NULL,
                       &request[0]);
        MPI_Psend_init(text + rank, parts, part, MPI_BYTE, to, 3, MPI_COMM_WORLD, MPI_INFO_NULL,
                       &request[1]);
        MPI_Startall(2, request);
        for (int i = parts - 1; i >= 0; i--)
            MPI_Pready(i, request[1]);
        MPI_Waitall(2, request, MPI_STATUSES_IGNORE);
        if (memcmp(in, text + from, (size_t)(part * parts)) != 0)
            wrong("partitioned", NULL);
        MPI_Request_free(&request[0]);
        MPI_Request_free(&request[1]);
        done++;
    }
#endif
    done += 2;
    bytes_checked += 2.0 * bytes;
    free(in);
    free(both);
}

static void cancel(void)
{
    MPI_Request request;
    MPI_Status status;
    int place, flag = 0;

    MPI_Irecv(&place, 1, MPI_INT, MPI_ANY_SOURCE, TAG_NEVER, comm, &request);
    MPI_Cancel(&request);
    MPI_Wait(&request, &status);
    MPI_Test_cancelled(&status, &flag);
    if (!flag)
        wrong("a receive cannot be cancelled", NULL);
}

// All have met: nothing is under way.
static void epoch(void *buffer)
{
    int bytes;

    for (int i = 0; i < COMMS; i++)
        one_round();
    shift();
    cancel();
    MPI_Buffer_detach(&buffer, &bytes);
    MPI_Buffer_attach(buffer, BUFFER_BYTES);
    buffered = 0;
    MPI_Barrier(MPI_COMM_WORLD);
}

// Of this rank, in KiB: what its heap holds, and what it has of the machine's memory. The latter is
// Torito's answer; elsewhere it is what the rank has had at most.
static void memory_now(long now[2])
{
    struct mallinfo2 heap = mallinfo2();
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    now[0] = (long)((heap.uordblks + heap.hblkhd) >> 10);
    now[1] = usage.ru_maxrss;
}

// The first quarter shows what is needed; after that there may be no more.
static void memory_check(int sample, long most[2])
{
    static const long grace[2] = {64, 1024};
    long now[2];

    memory_now(now);
    for (int i = 0; i < (on_torito ? 2 : 1); i++) {
        if (sample * 4 > SAMPLES && now[i] > most[i] + grace[i] && errors++ < 5)
            printf("rank %d, round %d: %s %ld KiB, was %ld\n", rank, round_number,
                   i == 0 ? "its heap holds" : "it has", now[i], most[i]);
        if (sample * 4 <= SAMPLES && now[i] > most[i])
            most[i] = now[i];
    }
}

static void *start(void)
{
    void *buffer = malloc(BUFFER_BYTES);
    uint64_t state = 1;

    planned = PER_RANK * size;
    plan = calloc((size_t)planned, sizeof *plan);
    sends = calloc((size_t)planned, sizeof *sends);
    receives = calloc((size_t)planned, sizeof *receives);
    text = malloc((size_t)bytes_max + TEXT_SHIFT + RANKS_MOST);
    if (buffer == NULL || plan == NULL || sends == NULL || receives == NULL || text == NULL)
        MPI_Abort(MPI_COMM_WORLD, 3);
    for (size_t i = 0; i < (size_t)bytes_max + TEXT_SHIFT + RANKS_MOST; i++)
        text[i] = (unsigned char)draw(&state);
    for (int c = 0; c < COMMS; c++)
        MPI_Comm_dup(MPI_COMM_WORLD, &comms[c]);
    MPI_Buffer_attach(buffer, BUFFER_BYTES);
    return buffer;
}

int main(int argc, char **argv)
{
    long messages, next, all, most[2] = {0, 0};
    char library[MPI_MAX_LIBRARY_VERSION_STRING];
    int sample = 0, bytes;
    double sums[3] = {0, 0, 0}, began;
    void *buffer;

    mallopt(M_MMAP_THRESHOLD, 256 << 10); // large ones go back at once
    MPI_Init(&argc, &argv);
    began = MPI_Wtime();
    messages = argc > 1 ? atol(argv[1]) : 10000;
    common = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    bytes_max = argc > 3 ? atol(argv[3]) : 8 << 20;
    MPI_Get_library_version(library, &bytes);
    on_torito = strncmp(library, "Torito ", 7) == 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (size > RANKS_MOST || messages < 1 || bytes_max < 1 || bytes_max > 8 << 20)
        MPI_Abort(MPI_COMM_WORLD, 2);
    own = common + 1000 + (uint64_t)rank;
    buffer = start();
    for (next = 0; sample < SAMPLES; memory_check(++sample, most)) {
        next += messages / SAMPLES + 1;
        do {
            epoch(buffer);
            MPI_Allreduce(&done, &all, 1, MPI_LONG, MPI_SUM, MPI_COMM_WORLD);
        } while (all < next);
    }
    MPI_Buffer_detach(&buffer, &bytes);
    for (int c = 0; c < COMMS; c++)
        MPI_Comm_free(&comms[c]);
    memory_now(most);
    sums[0] = errors, sums[1] = bytes_checked, sums[2] = (double)most[1];
    MPI_Allreduce(MPI_IN_PLACE, sums, 3, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0) {
        printf("%s\n", sums[0] > 0 ? "wrong" : "ok");
        fprintf(stderr, "%ld messages, %.0f MB checked, %.1f s, %.1f MiB of all ranks at the end\n",
                all, sums[1] / 1e6, MPI_Wtime() - began, sums[2] / 1024);
    }
    free(buffer);
    MPI_Finalize();
    return sums[0] > 0;
}
