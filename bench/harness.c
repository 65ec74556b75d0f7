// SPDX-License-Identifier: BSD-2-Clause
// harness.c: what the benchmarks share; see harness.h.
//
// One size is measured in three steps: with -c one call whose data are checked; the warm-ups; the
// timed calls. With a time limit (-l) rank 0 measures the first call and the warm-ups and tells the
// others how many calls fit, since all ranks must make the same number.
#include "harness.h"
#include "line.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAG 1
#define TAG_ANSWER 2
#define PAGE_BYTES 4096u
#define LARGE_BYTES 8192u         // above, a tenth of the calls is enough
#define MEMORY_BYTES (1ull << 30) // for the buffers of all ranks together

char *bench_send, *bench_recv;
int bench_rank, bench_rank_count;
int bench_window = 64;
bool bench_nonblocking;

static struct {
    size_t min_bytes, max_bytes;
    size_t step;             // factor from one size to the next
    long iterations;         // for small messages
    long warmups;            // -1: a tenth of the iterations
    double seconds_per_size; // 0: no limit
    bool full;               // least, most and iterations, too
    bool validate;
    bool help;
    const char *line; // file for line.h, or NULL
} option = {.step = 2, .warmups = -1};

static const char *const usage =
    "  -m MIN:MAX  message sizes in bytes, or MAX alone\n"
    "  -s FACTOR   from one size to the next (2)\n"
    "  -i N        timed iterations, a tenth of them above 8192 bytes\n"
    "  -x N        iterations before that are not timed\n"
    "  -l MS       fewer iterations if they would take longer, per size\n"
    "  -W N        messages in flight in the bandwidth tests (64)\n"
    "  -n          the nonblocking call, and a wait for it\n"
    "  -f          also the least and the most of all ranks, and the iterations\n"
    "  -c          check the data\n"
    "  -p FILE     more digits; what a cache line took before and after, as a comment; makes FILE\n"
    "  -h          this text\n";

static bool read_number(const char *text, long least, long most, long *number)
{
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < least || value > most)
        return false;
    *number = value;
    return true;
}

static bool read_sizes(char *text)
{
    char *colon = strchr(text, ':');
    long least = (long)option.min_bytes, most = (long)option.max_bytes;

    if (colon != NULL) {
        *colon = '\0';
        if (*text != '\0' && !read_number(text, 0, 1l << 30, &least))
            return false;
        text = colon + 1;
    }
    if ((colon == NULL || *text != '\0') && !read_number(text, 0, 1l << 30, &most))
        return false;
    option.min_bytes = (size_t)least;
    option.max_bytes = (size_t)most;
    return least <= most;
}

static bool read_option(char letter, char *value)
{
    long number = 0;
    bool good;

    switch (letter) {
    case 'm':
        return read_sizes(value);
    case 's':
        good = read_number(value, 2, 1 << 20, &number);
        option.step = (size_t)number;
        return good;
    case 'i':
        return read_number(value, 1, 1l << 40, &option.iterations);
    case 'x':
        return read_number(value, 0, 1l << 40, &option.warmups);
    case 'l':
        good = read_number(value, 1, 1l << 30, &number);
        option.seconds_per_size = (double)number * 1e-3;
        return good;
    case 'W':
        good = read_number(value, 1, BENCH_WINDOW_MAX, &number);
        bench_window = (int)number;
        return good;
    case 'p':
        option.line = value;
        return true;
    default:
        return false;
    }
}

// No getopt: some MPIs pass arguments of their own, and the same loop must run everywhere.
static bool read_options(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-f") == 0)
            option.full = true;
        else if (strcmp(argv[i], "-n") == 0)
            bench_nonblocking = true;
        else if (strcmp(argv[i], "-c") == 0)
            option.validate = true;
        else if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0)
            option.help = true;
        else if (argv[i][0] != '-' || strlen(argv[i]) != 2 || i + 1 == argc ||
                 !read_option(argv[i][1], argv[i + 1]))
            return false;
        else
            i++;
    }
    return true;
}

static const char *what_is_wrong(const struct bench *bench)
{
    if (bench->ranks == BENCH_TWO_RANKS && bench_rank_count != 2)
        return "needs exactly two ranks";
    if (bench->ranks == BENCH_EVEN_RANKS && (bench_rank_count % 2 != 0))
        return "needs an even number of ranks";
    if (bench_nonblocking && !bench->nonblocking)
        return "has no nonblocking form";
    return NULL;
}

static size_t blocks_of(const struct bench *bench)
{
    size_t ranks = (size_t)bench_rank_count;

    return (bench->send_blocks ? ranks : 1) + (bench->recv_blocks ? ranks : 1);
}

static char *allocate(size_t bytes)
{
    char *buffer = aligned_alloc(PAGE_BYTES, (bytes / PAGE_BYTES + 1) * PAGE_BYTES);

    if (buffer == NULL) {
        fprintf(stderr, "rank %d: no memory for a buffer of %zu bytes\n", bench_rank, bytes);
        MPI_Abort(MPI_COMM_WORLD, 1);
        exit(1);
    }
    memset(buffer, 'a', (bytes / PAGE_BYTES + 1) * PAGE_BYTES);
    return buffer;
}

static void allocate_buffers(const struct bench *bench)
{
    size_t ranks = (size_t)bench_rank_count;

    while (option.max_bytes > option.min_bytes &&
           option.max_bytes * ranks > MEMORY_BYTES / blocks_of(bench)) {
        option.max_bytes /= 2;
        if (option.max_bytes < option.min_bytes)
            option.max_bytes = option.min_bytes;
    }
    bench_send = allocate(option.max_bytes * (bench->send_blocks ? ranks : 1));
    bench_recv = allocate(option.max_bytes * (bench->recv_blocks ? ranks : 1));
}

static void print_heading(const struct bench *bench)
{
    const char *figure = bench->figure == BENCH_LATENCY ? "Avg Latency(us)" : "Bandwidth (MB/s)";

    printf("# Torito MPI %s%s Test\n", bench_nonblocking ? "Nonblocking " : "", bench->title);
    if (bench->figure == BENCH_RATE)
        printf("# [ pairs: %d ] [ window size: %d ]\n", bench_rank_count / 2, bench_window);
    if (bench->sizeless)
        printf("#%*s", 18, figure);
    else if (bench->figure == BENCH_RATE)
        printf("# Size %19s %19s", "MB/s", "Messages/s");
    else
        printf("# Size %19s", figure);
    if (option.full && bench->figure == BENCH_LATENCY)
        printf(" %17s %17s", "Min Latency(us)", "Max Latency(us)");
    if (option.full)
        printf(" %12s", "Iterations");
    if (option.validate && bench->check != NULL)
        printf(" %12s", "Validation");
    printf("\n");
    fflush(stdout);
}

// How many of `wanted` calls fit into that share of the time; rank 0's clock decides for all.
static long calls_that_fit(long wanted, double seconds_each, double share)
{
    double fit = seconds_each > 0 ? option.seconds_per_size * share / seconds_each : 1e18;
    long calls = fit < (double)wanted ? (long)fit : wanted;

    MPI_Bcast(&calls, 1, MPI_LONG, 0, MPI_COMM_WORLD);
    return calls;
}

static double time_calls(const struct bench *bench, size_t bytes, long calls, double *wall)
{
    double start, seconds;

    MPI_Barrier(MPI_COMM_WORLD);
    start = MPI_Wtime();
    seconds = bench->run(bytes, calls);
    *wall = MPI_Wtime() - start;
    return seconds;
}

// Returns this rank's seconds for *iterations calls.
static double measure(const struct bench *bench, size_t bytes, long *iterations)
{
    long calls = bytes > LARGE_BYTES ? (option.iterations + 9) / 10 : option.iterations;
    long warmups = option.warmups < 0 ? option.iterations / 10 : option.warmups;
    double wall = 0;

    if (bytes > LARGE_BYTES)
        warmups = (warmups + 9) / 10;
    if (option.seconds_per_size > 0) {
        time_calls(bench, bytes, 1, &wall);
        warmups = calls_that_fit(warmups, wall, 0.2);
    }
    if (warmups > 0) {
        time_calls(bench, bytes, warmups, &wall);
        wall /= (double)warmups;
    }
    if (option.seconds_per_size > 0)
        calls = calls_that_fit(calls, wall, 0.8);
    *iterations = calls > 0 ? calls : 1;
    return time_calls(bench, bytes, *iterations, &wall);
}

// On rank 0: the mean, least and most of those ranks whose clocks count, and how many these are.
struct summary {
    double mean, least, most;
    double counting;
};

static struct summary summarize(double seconds)
{
    bool counts = seconds >= 0;
    double own[2] = {counts ? seconds : 0, counts ? 1 : 0}, sum[2] = {0, 1};
    double low = counts ? seconds : 1e300, high = counts ? seconds : 0;
    struct summary all = {0};

    MPI_Reduce(own, sum, 2, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
    MPI_Reduce(&low, &all.least, 1, MPI_DOUBLE, MPI_MIN, 0, MPI_COMM_WORLD);
    MPI_Reduce(&high, &all.most, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    all.mean = sum[0] / sum[1];
    all.counting = sum[1];
    return all;
}

static void print_line(const struct bench *bench, size_t bytes, const struct summary *all,
                       long iterations)
{
    double us = 1e6 / (double)iterations;
    int digits = option.line != NULL ? 4 : 2; // a line takes a few hundredths of a microsecond

    if (bench->sizeless)
        printf("%*.*f", 19, digits, all->mean * us);
    else if (bench->figure == BENCH_LATENCY)
        printf("%-6zu %19.*f", bytes, digits, all->mean * us);
    else {
        double messages =
            all->counting * (double)iterations * bench_window * bench->messages_per_slot / all->mean;

        printf("%-6zu %19.2f", bytes, messages * (double)bytes * 1e-6);
        if (bench->figure == BENCH_RATE)
            printf(" %19.2f", messages);
    }
    if (option.full && bench->figure == BENCH_LATENCY)
        printf(" %17.2f %17.2f", all->least * us, all->most * us);
    if (option.full)
        printf(" %12ld", iterations);
}

// One call, checked on every rank; says on all ranks whether it was right on all.
static bool validate(const struct bench *bench, size_t bytes)
{
    double wall;
    int wrong, wrong_anywhere = 1;

    bench->fill(bytes);
    time_calls(bench, bytes, 1, &wall);
    wrong = !bench->check(bytes);
    MPI_Allreduce(&wrong, &wrong_anywhere, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return wrong_anywhere == 0;
}

static bool print_size(const struct bench *bench, size_t bytes)
{
    bool checked = option.validate && bench->check != NULL;
    bool right = !checked || validate(bench, bytes);
    long iterations;
    double before = option.line != NULL ? line_ns() : 0;
    struct summary all = summarize(measure(bench, bytes, &iterations));
    double after = option.line != NULL ? line_ns() : 0;

    if (bench_rank == 0) {
        if (option.line != NULL)
            printf("# line %.1f ns, %.1f ns\n", before, after);
        print_line(bench, bytes, &all, iterations);
        if (checked)
            printf(" %12s", right ? "Pass" : "Fail");
        printf("\n");
        fflush(stdout);
    }
    return right;
}

static bool print_table(const struct bench *bench)
{
    bool right = true;

    if (bench_rank == 0)
        print_heading(bench);
    if (bench->sizeless)
        return print_size(bench, 0);
    for (size_t bytes = option.min_bytes; bytes <= option.max_bytes;
         bytes = bytes == 0 ? 1 : bytes * option.step)
        right = print_size(bench, bytes) && right;
    return right;
}

int bench_main(int argc, char **argv, const struct bench *bench)
{
    const char *wrong;
    int status = 0;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &bench_rank);
    MPI_Comm_size(MPI_COMM_WORLD, &bench_rank_count);
    option.min_bytes = bench->min_bytes;
    option.max_bytes = bench->max_bytes;
    option.iterations = bench->iterations;
    if (!read_options(argc, argv)) {
        if (bench_rank == 0)
            fprintf(stderr, "%s: wrong options; there are:\n%s", argv[0], usage);
        status = 2;
    } else if (option.help) {
        if (bench_rank == 0)
            printf("Usage: %s [options]\n%s", argv[0], usage);
    } else if ((wrong = what_is_wrong(bench)) != NULL) {
        if (bench_rank == 0)
            fprintf(stderr, "%s: %s\n", argv[0], wrong);
        status = 2;
    } else if (option.line != NULL && !line_open(option.line)) {
        status = 2;
    } else {
        allocate_buffers(bench);
        status = print_table(bench) ? 0 : 1;
        free(bench_send);
        free(bench_recv);
    }
    MPI_Finalize();
    return status;
}

double bench_time_call(void (*call)(size_t bytes),
                       void (*start)(size_t bytes, MPI_Request *request), size_t bytes)
{
    double begin = MPI_Wtime();
    MPI_Request request;

    if (bench_nonblocking) {
        start(bytes, &request);
        MPI_Wait(&request, MPI_STATUS_IGNORE);
    } else {
        call(bytes);
    }
    return MPI_Wtime() - begin;
}

double bench_time_collective(void (*call)(size_t bytes),
                             void (*start)(size_t bytes, MPI_Request *request), size_t bytes,
                             long calls)
{
    double seconds = 0;

    for (long i = 0; i < calls; i++) {
        seconds += bench_time_call(call, start, bytes);
        MPI_Barrier(MPI_COMM_WORLD);
    }
    return seconds;
}

// In the pairwise tests rank r of the first half works with rank r + half.
static bool is_first_half(void)
{
    return bench_rank < bench_rank_count / 2;
}

static int partner_of_mine(void)
{
    int half = bench_rank_count / 2;

    return is_first_half() ? bench_rank + half : bench_rank - half;
}

double bench_time_round_trips(size_t bytes, long calls)
{
    int count = (int)bytes, partner = partner_of_mine();
    bool first = is_first_half();
    double start = MPI_Wtime();

    for (long i = 0; i < calls; i++) {
        if (first)
            MPI_Send(bench_send, count, MPI_CHAR, partner, TAG, MPI_COMM_WORLD);
        MPI_Recv(bench_recv, count, MPI_CHAR, partner, TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        if (!first)
            MPI_Send(bench_send, count, MPI_CHAR, partner, TAG, MPI_COMM_WORLD);
    }
    return first ? (MPI_Wtime() - start) / 2 : -1;
}

double bench_time_window(size_t bytes, long calls)
{
    static MPI_Request request[BENCH_WINDOW_MAX];
    int count = (int)bytes, partner = partner_of_mine();
    bool first = is_first_half();
    char answer = 0;
    double start = MPI_Wtime();

    for (long i = 0; i < calls; i++) {
        for (int slot = 0; slot < bench_window; slot++) {
            MPI_Request *one = &request[slot];

            if (first)
                MPI_Isend(bench_send, count, MPI_CHAR, partner, TAG, MPI_COMM_WORLD, one);
            else
                MPI_Irecv(bench_recv, count, MPI_CHAR, partner, TAG, MPI_COMM_WORLD, one);
        }
        MPI_Waitall(bench_window, request, MPI_STATUSES_IGNORE);
        // The window has arrived only when the other side says so.
        if (first)
            MPI_Recv(&answer, 1, MPI_CHAR, partner, TAG_ANSWER, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        else
            MPI_Send(&answer, 1, MPI_CHAR, partner, TAG_ANSWER, MPI_COMM_WORLD);
    }
    return first ? MPI_Wtime() - start : -1;
}

double bench_time_both_ways(size_t bytes, long calls)
{
    static MPI_Request request[2 * BENCH_WINDOW_MAX];
    int count = (int)bytes, partner = partner_of_mine();
    double start = MPI_Wtime();

    for (long i = 0; i < calls; i++) {
        MPI_Request *one = request;

        for (int slot = 0; slot < bench_window; slot++)
            MPI_Irecv(bench_recv, count, MPI_CHAR, partner, TAG, MPI_COMM_WORLD, one++);
        for (int slot = 0; slot < bench_window; slot++)
            MPI_Isend(bench_send, count, MPI_CHAR, partner, TAG, MPI_COMM_WORLD, one++);
        // What has arrived here tells that the other side is as far: no answer is needed.
        MPI_Waitall(2 * bench_window, request, MPI_STATUSES_IGNORE);
    }
    return is_first_half() ? MPI_Wtime() - start : -1;
}

void bench_fill_message(size_t bytes)
{
    bench_pattern(bench_send, bytes, bench_rank);
    bench_pattern(bench_recv, bytes, -1);
}

bool bench_message_arrived(size_t bytes)
{
    return bench_pattern_holds(bench_recv, bytes, partner_of_mine());
}

bool bench_message_arrived_below(size_t bytes)
{
    return is_first_half() || bench_message_arrived(bytes);
}

// 251 is a prime: the pattern has another phase on every page and in every block.
static char pattern_at(size_t place, int seed)
{
    return (char)((place * 7 + (size_t)seed * 31) % 251);
}

void bench_pattern(char *at, size_t bytes, int seed)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = pattern_at(i, seed);
}

bool bench_pattern_holds(const char *at, size_t bytes, int seed)
{
    for (size_t i = 0; i < bytes; i++)
        if (at[i] != pattern_at(i, seed))
            return false;
    return true;
}

void bench_floats(char *at, size_t bytes)
{
    float *value = (float *)(void *)at;

    for (size_t i = 0; i < bytes / sizeof *value; i++)
        value[i] = (float)(bench_rank + (int)(i % 100));
}

bool bench_floats_hold(const char *at, size_t bytes)
{
    const float *value = (const float *)(const void *)at;
    int ranks = bench_rank_count;

    for (size_t i = 0; i < bytes / sizeof *value; i++)
        if (value[i] != (float)(ranks * (ranks - 1) / 2 + ranks * (int)(i % 100)))
            return false;
    return true;
}
