// SPDX-License-Identifier: BSD-2-Clause
// startup_probe.c: how long a command takes to print its first lines, and how much memory it needs.
//
//   startup_probe RUNS SECONDS LINES COMMAND...
//
// Runs the command RUNS times and prints "MEDIAN_MS LEAST_MS MOST_MS PEAK_KIB". The time goes from the
// moment before the fork to the arrival of line LINES in the pipe from its standard output. The
// peak is the largest resident set of any process among the command and the descendants it waited for:
// of `mpiexec` that is the machine's, the Linux process or QEMU. A run that takes longer than SECONDS,
// prints fewer lines or fails ends the whole: a message, status 1, and nothing of the command left.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS_MAX 1000

struct run {
    double lines_ms;
    long peak_kib;
};

static const char *command_name;
static long limit_ms, line_count;

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

// Ends what is left of a run: first politely, for mpiexec removes what it made.
static void stop(pid_t child)
{
    kill(child, SIGTERM);
    for (int tenths = 0; tenths < 50; tenths++) {
        if (waitpid(child, NULL, WNOHANG) == child)
            break;
        usleep(100000);
    }
    kill(-child, SIGKILL); // its process group
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
}

static _Noreturn void fail(pid_t child, const char *what)
{
    if (child > 0)
        stop(child);
    fprintf(stderr, "startup_probe: %s: %s\n", command_name, what);
    exit(1);
}

static pid_t start(char **command, int *output)
{
    int ends[2];
    pid_t child;

    if (pipe(ends) < 0 || (child = fork()) < 0)
        fail(0, strerror(errno));
    if (child == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execvp(command[0], command);
        fprintf(stderr, "startup_probe: %s: %s\n", command[0], strerror(errno));
        _exit(127);
    }
    close(ends[1]);
    *output = ends[0];
    return child;
}

// Reads to the end of the output; returns when the last of the awaited lines was complete.
static double read_output(pid_t child, int output, double start_ms)
{
    double lines_ms = 0;
    long lines = 0;
    char text[4096];

    for (;;) { // ended by the end of the output or the time limit
        struct pollfd ready = {.fd = output, .events = POLLIN};
        double left_ms = (double)limit_ms - (now_ms() - start_ms);
        ssize_t bytes;

        if (left_ms <= 0)
            fail(child, "the time limit is over");
        if (poll(&ready, 1, (int)left_ms + 1) <= 0)
            continue;
        bytes = read(output, text, sizeof text);
        if (bytes < 0 && errno == EINTR)
            continue;
        if (bytes <= 0)
            break;
        for (ssize_t i = 0; i < bytes; i++)
            lines += text[i] == '\n';
        if (lines_ms == 0 && lines >= line_count)
            lines_ms = now_ms() - start_ms;
    }
    if (lines_ms == 0)
        fail(child, "it printed too few lines");
    return lines_ms;
}

static struct run measure(char **command)
{
    double start_ms = now_ms();
    struct rusage usage;
    struct run run;
    int output, status;
    pid_t child = start(command, &output);

    run.lines_ms = read_output(child, output, start_ms);
    close(output);
    // Its output has ended: a command that lives on regardless is a failure too.
    for (;;) { // ended by the child's end or the time limit
        pid_t ended = wait4(child, &status, WNOHANG, &usage);

        if (ended == child)
            break;
        if (now_ms() - start_ms > (double)limit_ms)
            fail(child, "it does not end");
        usleep(1000); // the time that counts has been taken
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail(0, "it failed");
    run.peak_kib = usage.ru_maxrss; // of the child and its descendants: the largest, not the sum
    return run;
}

static int compare_runs(const void *a, const void *b)
{
    double x = ((const struct run *)a)->lines_ms, y = ((const struct run *)b)->lines_ms;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static struct run run[RUNS_MAX];
    long runs = argc > 4 ? strtol(argv[1], NULL, 10) : 0;
    long peak_kib = 0;

    limit_ms = argc > 4 ? strtol(argv[2], NULL, 10) * 1000 : 0;
    line_count = argc > 4 ? strtol(argv[3], NULL, 10) : 0;
    if (runs < 1 || runs > RUNS_MAX || limit_ms < 1 || line_count < 1) {
        fprintf(stderr, "usage: startup_probe RUNS SECONDS LINES COMMAND...\n");
        return 2;
    }
    command_name = argv[4];
    for (long i = 0; i < runs; i++) {
        run[i] = measure(argv + 4);
        if (run[i].peak_kib > peak_kib)
            peak_kib = run[i].peak_kib;
    }
    qsort(run, (size_t)runs, sizeof *run, compare_runs);
    printf("%.1f %.1f %.1f %ld\n", run[runs / 2].lines_ms, run[0].lines_ms, run[runs - 1].lines_ms,
           peak_kib);
    return 0;
}
