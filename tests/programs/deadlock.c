// SPDX-License-Identifier: BSD-2-Clause
// deadlock.c: jobs that get stuck, each in its way, and jobs that only seem to.
//
// The first argument names the way. A job that is stuck prints nothing; the others print "ok".
#include <mpi.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define BIG (1 << 20)
#define LATE_MS 700 // longer than it takes to find a deadlock

static int rank, size, right, left;
static char big[BIG];

// --- stuck ---

static void receive(void)
{
    int number;

    MPI_Recv(&number, 1, MPI_INT, right, 7, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Send(&rank, 1, MPI_INT, left, 7, MPI_COMM_WORLD);
}

static void send(void)
{
    MPI_Send(big, BIG, MPI_CHAR, right, 8, MPI_COMM_WORLD);
    MPI_Recv(big, BIG, MPI_CHAR, left, 8, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static void synchronous(void)
{
    MPI_Ssend(&rank, 1, MPI_INT, right, 9, MPI_COMM_WORLD);
}

static void probe(void)
{
    MPI_Status status;

    MPI_Probe(MPI_ANY_SOURCE, 10, MPI_COMM_WORLD, &status);
}

static void matched_probe(void)
{
    MPI_Message message;

    MPI_Mprobe(left, MPI_ANY_TAG, MPI_COMM_WORLD, &message, MPI_STATUS_IGNORE);
}

static void wait_all(void)
{
    MPI_Request request[2];
    int number[2];

    MPI_Irecv(&number[0], 1, MPI_INT, left, 11, MPI_COMM_WORLD, &request[0]);
    MPI_Irecv(&number[1], 1, MPI_INT, left, 12, MPI_COMM_WORLD, &request[1]);
    MPI_Send(&rank, 1, MPI_INT, right, 11, MPI_COMM_WORLD);
    MPI_Waitall(2, request, MPI_STATUSES_IGNORE);
}

static void wait_any(void)
{
    MPI_Request request[2];
    int number[2], at;

    MPI_Irecv(&number[0], 1, MPI_INT, left, 13, MPI_COMM_WORLD, &request[0]);
    MPI_Irecv(&number[1], 1, MPI_INT, right, 13, MPI_COMM_WORLD, &request[1]);
    MPI_Waitany(2, request, &at, MPI_STATUS_IGNORE);
}

static void wait_some(void)
{
    MPI_Request request;
    int number, count, at;

    MPI_Irecv(&number, 1, MPI_INT, MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &request);
    MPI_Waitsome(1, &request, &count, &at, MPI_STATUSES_IGNORE);
}

static void both_ways(void)
{
    int number;

    MPI_Sendrecv(&rank, 1, MPI_INT, right, 14, &number, 1, MPI_INT, left, 15, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
}

// Rank 0 waits for what nobody sends, the others for rank 0.
static void barrier(void)
{
    int number;

    MPI_Barrier(MPI_COMM_WORLD); // the first makes what later ones share
    if (rank == 0)
        MPI_Recv(&number, 1, MPI_INT, MPI_ANY_SOURCE, 16, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Barrier(MPI_COMM_WORLD);
}

static void collective_large(void)
{
    MPI_Bcast(big, BIG, MPI_CHAR, 0, MPI_COMM_WORLD);
    if (rank == 0)
        MPI_Probe(MPI_ANY_SOURCE, 17, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Bcast(big, BIG, MPI_CHAR, 0, MPI_COMM_WORLD);
}

static void collective_nonblocking(void)
{
    MPI_Request request;

    if (rank == 0)
        MPI_Probe(MPI_ANY_SOURCE, 18, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
}

static void named(void)
{
    MPI_Comm half;
    int number;

    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Comm_split(MPI_COMM_WORLD, rank % 2, rank, &half);
    MPI_Comm_set_name(half, "half");
    if (rank % 2 == 1)
        MPI_Recv(&number, 1, MPI_INT, 0, 19, half, MPI_STATUS_IGNORE);
    MPI_Barrier(MPI_COMM_WORLD);
}

// The right message, with the wrong tag.
static void wrong_tag(void)
{
    int number;

    MPI_Send(&rank, 1, MPI_INT, right, 21, MPI_COMM_WORLD);
    MPI_Recv(&number, 1, MPI_INT, left, 20, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

// The others have finished.
static void ended(void)
{
    int number;

    if (rank == size - 1)
        MPI_Recv(&number, 1, MPI_INT, 0, 22, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static void exited(void)
{
    if (rank != 0)
        exit(0);
    MPI_Ssend(&rank, 1, MPI_INT, right, 23, MPI_COMM_WORLD);
}

// More messages than the bus holds, for a rank that has finished; in its elements, and in cells.
static void room(void)
{
    for (int i = 0; rank == 0 && i < 100000; i++)
        MPI_Send(&rank, 1, MPI_INT, size - 1, 24, MPI_COMM_WORLD);
}

static void room_cells(void)
{
    for (int i = 0; rank == 0 && i < 100000; i++)
        MPI_Send(big, 2000, MPI_CHAR, size - 1, 25, MPI_COMM_WORLD);
}

// Nonblocking ones: the call returns, the wait for it does not.
static void room_postponed(void)
{
    static MPI_Request requests[1000];

    for (int i = 0; rank == 0 && i < 1000; i++)
        MPI_Isend(&rank, 1, MPI_INT, size - 1, i, MPI_COMM_WORLD, &requests[i]);
    if (rank == 0)
        MPI_Wait(&requests[999], MPI_STATUS_IGNORE);
}

static void *probe_there(void *unused)
{
    MPI_Probe(right, 26, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return unused;
}

// Both threads of a rank.
static void two_probes(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, probe_there, NULL);
    MPI_Probe(right, 27, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    pthread_join(thread, NULL);
}

static void locked_twice(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

    MPI_Barrier(MPI_COMM_WORLD);
    if (rank != 0)
        MPI_Barrier(MPI_COMM_WORLD);
    pthread_mutex_lock(&mutex);
    pthread_mutex_lock(&mutex);
}

static void *receive_there(void *unused)
{
    receive();
    return unused;
}

static void in_a_thread(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, receive_there, NULL);
    pthread_join(thread, NULL);
}

static void caught(int signal)
{
    (void)signal;
}

// A handler for Ctrl-C is no hope.
static void with_handler(void)
{
    signal(SIGINT, caught);
    receive();
}

// --- not stuck: something comes from outside ---

static void nap(int ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000L};

    nanosleep(&time, NULL);
}

static void meet(void)
{
    int number = rank;

    if (rank == 0)
        MPI_Send(&number, 1, MPI_INT, size - 1, 30, MPI_COMM_WORLD);
    if (rank == size - 1)
        MPI_Recv(&number, 1, MPI_INT, 0, 30, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Barrier(MPI_COMM_WORLD);
    printf("ok\n");
}

static void sleeps(void)
{
    if (rank == 0)
        nap(LATE_MS);
    meet();
}

static void polls(void)
{
    if (rank == 0)
        poll(NULL, 0, LATE_MS);
    meet();
}

static void computes(void)
{
    double end = MPI_Wtime() + LATE_MS / 1e3;

    while (rank == 0 && MPI_Wtime() < end)
        ;
    meet();
}

static void tests(void)
{
    double end = MPI_Wtime() + LATE_MS / 1e3;
    int flag;

    while (rank == 0 && MPI_Wtime() < end)
        MPI_Iprobe(MPI_ANY_SOURCE, 99, MPI_COMM_WORLD, &flag, MPI_STATUS_IGNORE);
    meet();
}

static void reads(void)
{
    char line[80] = "";

    if (rank == 0 && !fgets(line, sizeof line, stdin))
        printf("no line\n");
    meet();
}

static void waits_for_signal(void)
{
    sigset_t set;
    int which;

    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if (rank == 0) {
        struct itimerval timer = {.it_value = {LATE_MS / 1000, LATE_MS % 1000 * 1000}};

        setitimer(ITIMER_REAL, &timer, NULL);
        sigwait(&set, &which);
    }
    meet();
}

static void *nap_and_send(void *unused)
{
    nap(LATE_MS);
    MPI_Send(&rank, 1, MPI_INT, rank, 31, MPI_COMM_WORLD);
    return unused;
}

static void other_thread_sleeps(void)
{
    pthread_t thread;
    int number;

    pthread_create(&thread, NULL, nap_and_send, NULL);
    MPI_Recv(&number, 1, MPI_INT, rank, 31, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    pthread_join(thread, NULL);
    meet();
}

// The bus is full for long.
static void room_late(void)
{
    int number, right_ones = 0;

    if (rank == size - 1)
        nap(LATE_MS);
    for (int i = 0; i < 10000; i++) {
        if (rank == 0)
            MPI_Send(&i, 1, MPI_INT, size - 1, 33, MPI_COMM_WORLD);
        if (rank != size - 1)
            continue;
        MPI_Recv(&number, 1, MPI_INT, 0, 33, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        right_ones += number == i;
    }
    if (rank == size - 1 && right_ones != 10000)
        printf("%d messages are wrong\n", 10000 - right_ones);
    meet();
}

static void *wait_and_send(void *unused)
{
    nap(LATE_MS);
    for (int tag = 34; tag < 36; tag++)
        MPI_Send(&rank, 1, MPI_INT, rank, tag, MPI_COMM_WORLD);
    return unused;
}

static void *probe_later(void *unused)
{
    MPI_Probe(rank, 34, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return unused;
}

// Both are woken, whichever message comes first.
static void two_probes_late(void)
{
    pthread_t sender, prober;
    int number;

    pthread_create(&sender, NULL, wait_and_send, NULL);
    pthread_create(&prober, NULL, probe_later, NULL);
    MPI_Probe(rank, 35, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    pthread_join(sender, NULL);
    pthread_join(prober, NULL);
    for (int tag = 34; tag < 36; tag++)
        MPI_Recv(&number, 1, MPI_INT, rank, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    meet();
}

// Two threads of a rank wait for nonblocking collectives at the same time: either may get the other's on, and
// leaves before the other's has ended.
static MPI_Comm of_thread[2];

static void *duplicate_there(void *comm)
{
    for (int i = 0; i < 3; i++) {
        MPI_Comm copy;
        MPI_Request request;

        if (comm == &of_thread[rank % 2])
            nap(LATE_MS / 7);
        MPI_Comm_idup(MPI_COMM_SELF, &copy, &request);
        MPI_Wait(&request, MPI_STATUS_IGNORE);
        MPI_Comm_free(&copy);
        MPI_Comm_idup(*(MPI_Comm *)comm, &copy, &request);
        MPI_Wait(&request, MPI_STATUS_IGNORE);
        MPI_Comm_free(&copy);
    }
    return comm;
}

static void two_collectives(void)
{
    pthread_t thread[2];

    for (int i = 0; i < 2; i++)
        MPI_Comm_dup(MPI_COMM_WORLD, &of_thread[i]);
    for (int i = 0; i < 2; i++)
        pthread_create(&thread[i], NULL, duplicate_there, &of_thread[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < 2; i++)
        MPI_Comm_free(&of_thread[i]);
    meet();
}

// --- for ever, but nobody can know that: each rank with a core of its own does something else ---

static void up(void)
{
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        printf("up\n");
    fflush(stdout);
}

static void busy(void)
{
    volatile int computed = 0;
    MPI_Request request = MPI_REQUEST_NULL;
    int number, flag = 0;

    if (rank == 0)
        MPI_Irecv(&number, 1, MPI_INT, 1, 40, MPI_COMM_WORLD, &request);
    up();
    while (!flag) {
        if (rank == 0)
            MPI_Test(&request, &flag, MPI_STATUS_IGNORE);
        else if (rank == 1)
            MPI_Iprobe(0, 41, MPI_COMM_WORLD, &flag, MPI_STATUS_IGNORE);
        else if (rank == 2)
            computed++;
        else if (rank == 3)
            MPI_Recv(&number, 1, MPI_INT, 0, 42, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        else
            nap(60000);
    }
}

static void all_poll(void)
{
    int flag = 0;

    up();
    while (!flag)
        MPI_Iprobe(MPI_ANY_SOURCE, 43, MPI_COMM_WORLD, &flag, MPI_STATUS_IGNORE);
}

// Some cores have nothing to do for long, while others pass a message round.
static void passes_on(void)
{
    double end = MPI_Wtime() + LATE_MS / 1e3;
    int stop = 0;

    while (rank < 2 && !stop) {
        if (rank == 0) {
            stop = MPI_Wtime() > end;
            MPI_Send(&stop, 1, MPI_INT, 1 % size, 32, MPI_COMM_WORLD);
        }
        if (size > 1)
            MPI_Recv(&stop, 1, MPI_INT, (rank + 1) % 2, 32, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        if (rank == 1)
            MPI_Send(&stop, 1, MPI_INT, 0, 32, MPI_COMM_WORLD);
    }
    meet();
}

static const struct way {
    const char *name;
    void (*go)(void);
} way[] = {
    {"receive", receive},
    {"send", send},
    {"synchronous", synchronous},
    {"probe", probe},
    {"matched_probe", matched_probe},
    {"wait_all", wait_all},
    {"wait_any", wait_any},
    {"wait_some", wait_some},
    {"both_ways", both_ways},
    {"barrier", barrier},
    {"collective_large", collective_large},
    {"collective_nonblocking", collective_nonblocking},
    {"named", named},
    {"wrong_tag", wrong_tag},
    {"ended", ended},
    {"exited", exited},
    {"room", room},
    {"room_cells", room_cells},
    {"room_postponed", room_postponed},
    {"two_probes", two_probes},
    {"locked_twice", locked_twice},
    {"in_a_thread", in_a_thread},
    {"with_handler", with_handler},
    {"sleeps", sleeps},
    {"polls", polls},
    {"computes", computes},
    {"tests", tests},
    {"reads", reads},
    {"waits_for_signal", waits_for_signal},
    {"other_thread_sleeps", other_thread_sleeps},
    {"passes_on", passes_on},
    {"room_late", room_late},
    {"two_probes_late", two_probes_late},
    {"two_collectives", two_collectives},
    {"busy", busy},
    {"all_poll", all_poll},
};

int main(int argc, char *argv[])
{
    int level;

    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    right = (rank + 1) % size;
    left = (rank + size - 1) % size;
    for (size_t i = 0; i < sizeof way / sizeof way[0]; i++) {
        if (argc == 2 && strcmp(argv[1], way[i].name) == 0) {
            way[i].go();
            MPI_Finalize();
            return 0;
        }
    }
    fprintf(stderr, "deadlock: no such way\n");
    return 1;
}
