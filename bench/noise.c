// SPDX-License-Identifier: BSD-2-Clause
// noise.c: how evenly a core gets on (fixed work quanta, as FWQ and selfish-detour have them).
//
// Each rank does the same small work again and again, at the same time as all others, and takes the time
// of each. The fastest is what the work takes; whatever is above was taken by somebody else: ticks,
// interrupts, other processes, a hypervisor. Rank 0 prints the distribution over all ranks.
//
//   noise [-q US] [-s SECONDS]     work of so many microseconds (100), for so long (2)
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static double quantum_us = 100, seconds = 2;

// Dependent operations that stay in registers: no memory, no system, nothing to be fast or slow about.
static unsigned long work(unsigned long rounds)
{
    unsigned long x = rounds | 1;

    for (unsigned long i = 0; i < rounds; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x;
}

static double timed(unsigned long rounds)
{
    static volatile unsigned long sink;
    double start = MPI_Wtime();

    sink = work(rounds);
    (void)sink;
    return MPI_Wtime() - start;
}

// Rounds that take a quantum: from the fastest of some tries, the same on all ranks.
static unsigned long calibrate(void)
{
    unsigned long rounds = 10000, all;
    double best = 1;

    for (int i = 0; i < 50; i++) {
        double now = timed(rounds);

        best = now < best && now > 0 ? now : best;
    }
    rounds = (unsigned long)((double)rounds * quantum_us * 1e-6 / best);
    rounds = rounds < 1 ? 1 : rounds;
    MPI_Allreduce(&rounds, &all, 1, MPI_UNSIGNED_LONG, MPI_MIN, MPI_COMM_WORLD);
    return all;
}

static int ascending(const void *a, const void *b)
{
    const double one = *(const double *)a, other = *(const double *)b;

    return (one > other) - (one < other);
}

static void print(double *us, size_t count, int ranks)
{
    double sum = 0;

    qsort(us, count, sizeof *us, ascending);
    for (size_t i = 0; i < count; i++)
        sum += us[i] - us[0];
    printf("# Noise: %zu quanta of %d ranks\n# %10s %10s %10s %10s %10s %12s\n", count, ranks,
           "least us", "median", "99 %", "99.9 %", "most us", "taken away");
    printf("%12.2f %10.2f %10.2f %10.2f %10.2f %10.3f %%\n", us[0], us[count / 2],
           us[count * 99 / 100], us[count * 999 / 1000], us[count - 1],
           sum / (us[0] * (double)count) * 100);
}

static void options(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "q:s:")) != -1) {
        double value = option == '?' ? 0 : strtod(optarg, NULL);

        if (!(value > 0 && value < 1e6)) {
            fprintf(stderr, "usage: noise [-q US] [-s SECONDS]\n");
            MPI_Abort(MPI_COMM_WORLD, 2);
        }
        *(option == 'q' ? &quantum_us : &seconds) = value;
    }
}

int main(int argc, char **argv)
{
    unsigned long rounds;
    double *mine, *all = NULL;
    size_t count;
    int rank, ranks;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    options(argc, argv);
    count = (size_t)(seconds * 1e6 / quantum_us);
    count = count < 1 ? 1 : count;
    mine = malloc(count * sizeof *mine);
    if (rank == 0)
        all = malloc(count * (size_t)ranks * sizeof *all);
    if (mine == NULL || (rank == 0 && all == NULL)) {
        fprintf(stderr, "noise: no memory for %zu times\n", count);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    memset(mine, 0, count * sizeof *mine); // touched before it counts
    rounds = calibrate();
    MPI_Barrier(MPI_COMM_WORLD);
    for (size_t i = 0; i < count; i++)
        mine[i] = timed(rounds) * 1e6;
    MPI_Gather(mine, (int)count, MPI_DOUBLE, all, (int)count, MPI_DOUBLE, 0, MPI_COMM_WORLD);
    if (rank == 0)
        print(all, count * (size_t)ranks, ranks);
    free(all);
    free(mine);
    MPI_Finalize();
    return 0;
}
