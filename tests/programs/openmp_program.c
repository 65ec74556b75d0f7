// SPDX-License-Identifier: BSD-2-Clause
// openmp_program.c: what an OpenMP program uses: parallel loops, reductions, critical sections,
// barriers, tasks, sections, locks, threadprivate data.
//
// The team has OMP_NUM_THREADS threads, or 3. Prints only what is the same on every machine.
#include <mpi.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#define N 100000
#define THREADS_MAX 64

static int rank, ranks;
static double field[N];
static int own = 1;
#pragma omp threadprivate(own)

#define SAY(...) (printf("rank %d of %d: ", rank, ranks), printf(__VA_ARGS__), (void)putchar('\n'))

static void use_loops(void)
{
    double sum = 0, most = 0;
    long inside = 0;

#pragma omp parallel for schedule(dynamic, 100)
    for (int i = 0; i < N; i++)
        field[i] = (i * 7 + rank) % 1000;
#pragma omp parallel for reduction(+ : sum) reduction(max : most)
    for (int i = 0; i < N; i++) {
        sum += field[i];
        most = field[i] > most ? field[i] : most;
    }
#pragma omp parallel for collapse(2) reduction(+ : inside)
    for (int x = -200; x <= 200; x++)
        for (int y = -200; y <= 200; y++)
            inside += x * x + y * y <= 200 * 200;
    SAY("loops: sum %.0f, most %.0f, points in the circle %ld", sum, most, inside);
}

// Each round, every thread writes its cell and reads its neighbour's of the round before.
static void use_barriers(void)
{
    int cell[2][THREADS_MAX] = {{0}}, wrong = 0, team = 0;

#pragma omp parallel
    {
        int me = omp_get_thread_num(), count = omp_get_num_threads();

        for (int round = 1; round <= 50; round++) {
            cell[round % 2][me] = round;
#pragma omp barrier
            if (cell[round % 2][(me + 1) % count] != round)
#pragma omp atomic
                wrong++;
        }
#pragma omp single
        team = count;
    }
    SAY("barriers: %d threads, %d wrong", team, wrong);
}

static void use_exclusion(void)
{
    long critical = 0, atomic = 0, locked = 0;
    omp_lock_t lock;

    omp_init_lock(&lock);
#pragma omp parallel for
    for (int i = 0; i < 2000; i++) {
#pragma omp critical
        critical += i;
#pragma omp atomic
        atomic += i;
        omp_set_lock(&lock);
        locked += i;
        omp_unset_lock(&lock);
    }
    omp_destroy_lock(&lock);
    SAY("exclusion: %ld %ld %ld", critical, atomic, locked);
}

static long fibonacci(int n)
{
    long a, b;

    if (n < 2)
        return n;
#pragma omp task shared(a) if (n > 10)
    a = fibonacci(n - 1);
#pragma omp task shared(b) if (n > 10)
    b = fibonacci(n - 2);
#pragma omp taskwait
    return a + b;
}

static void use_tasks(void)
{
    int left = 0, right = 0, owned = 0;
    long result = 0;

#pragma omp parallel
#pragma omp single
    result = fibonacci(18);
#pragma omp parallel sections
    {
#pragma omp section
        left = rank + 1;
#pragma omp section
        right = rank + 2;
    }
#pragma omp parallel copyin(own) reduction(+ : owned)
    {
        own += omp_get_thread_num();
        owned += own;
    }
    SAY("tasks: %ld, sections: %d %d, threadprivate: %d", result, left, right, owned);
}

int main(int argc, char **argv)
{
    int provided;

    if (!getenv("OMP_NUM_THREADS"))
        omp_set_num_threads(3);
    omp_set_dynamic(0);
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (provided < MPI_THREAD_FUNNELED || omp_get_max_threads() > THREADS_MAX)
        MPI_Abort(MPI_COMM_WORLD, 1);
    for (int i = 1; i < argc; i++)
        SAY("argument %d is [%s]", i, argv[i]);
    use_loops();
    use_barriers();
    use_exclusion();
    use_tasks();
    MPI_Finalize();
    SAY("ok");
    return 0;
}
