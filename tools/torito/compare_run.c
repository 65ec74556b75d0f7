// SPDX-License-Identifier: BSD-2-Clause
// compare_run.c: starts compilers, probes and benchmarks, each with a time limit.
//
// A launcher that is too late is told so by SIGTERM, for it knows what it has started; what is left
// after a few seconds is killed. Orphans of it become our children (PR_SET_CHILD_SUBREAPER), so
// they are found as well: a rank that spins on would spoil every figure after it.
#include "tools/torito/compare_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GRACE_S 5 // from SIGTERM to SIGKILL
#define OUTPUT_MAX (1u << 20)

volatile sig_atomic_t compare_interrupted;

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void command_add(struct command *command, const char *format, ...)
{
    char *at = command->text + command->text_bytes;
    size_t room = sizeof command->text - command->text_bytes;
    size_t words_max = sizeof command->word / sizeof *command->word - 1;
    va_list arguments;
    int bytes;

    va_start(arguments, format);
    bytes = vsnprintf(at, room, format, arguments);
    va_end(arguments);
    if (bytes < 0 || (size_t)bytes >= room || command->words >= words_max) {
        complain("a command line is too long");
        exit(1);
    }
    command->word[command->words++] = at;
    command->text_bytes += (size_t)bytes + 1;
}

void command_add_words(struct command *command, const char *words)
{
    while (*(words += strspn(words, " ")) != '\0') {
        size_t bytes = strcspn(words, " ");

        command_add(command, "%.*s", (int)bytes, words);
        words += bytes;
    }
}

// In the child; does not return.
static _Noreturn void execute(const struct command *command, const char *log, int output)
{
    struct command environment = {0}; // takes the words apart
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int errors = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    for (size_t i = 0; i < command->words; i++)
        dprintf(STDERR_FILENO, "%s%s", i == 0 ? "$ " : " ", command->word[i]);
    dprintf(STDERR_FILENO, "\n");
    if (command->environment != NULL)
        command_add_words(&environment, command->environment);
    for (size_t i = 0; i < environment.words; i++)
        putenv((char *)environment.word[i]);
    execvp(command->word[0], (char *const *)command->word); // zeroed at first: it ends with NULL
    dprintf(STDERR_FILENO, "%s: %s\n", command->word[0], strerror(errno));
    _exit(127);
}

// Our children are what we started and its orphans: all go.
static void kill_children(void)
{
    char path[64];
    FILE *list;
    int child;

    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    list = fopen(path, "re");
    if (list == NULL)
        return;
    while (fscanf(list, "%d", &child) == 1)
        kill(child, SIGKILL);
    fclose(list);
}

// Waits until the child has ended, by force after `deadline_s`. Says whether force was needed.
static bool child_end(pid_t child, double deadline_s, int *status)
{
    double stop_s = 0;

    for (;;) { // ended by the child's end: nothing survives SIGKILL
        pid_t ended = waitpid(child, status, WNOHANG);

        if (ended == child || (ended < 0 && errno != EINTR))
            break;
        if (stop_s == 0 && (now_s() > deadline_s || compare_interrupted)) {
            kill(child, SIGTERM);
            stop_s = now_s();
        } else if (stop_s != 0 && now_s() > stop_s + GRACE_S) {
            kill(child, SIGKILL);
        }
        usleep(500);
    }
    kill(-child, SIGKILL); // the rest of its process group, if any
    for (int tries = 0; tries < 50; tries++) {
        kill_children();
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        if (waitpid(-1, NULL, WNOHANG) < 0)
            break;
        usleep(10000);
    }
    return stop_s != 0;
}

// Reads until the end of the output, which may come before that of the launcher, or the deadline.
static size_t read_output(int from, double deadline_s, char *output)
{
    size_t bytes = 0;

    while (bytes < OUTPUT_MAX - 1) {
        struct pollfd ready = {.fd = from, .events = POLLIN};
        double left_s = deadline_s - now_s();
        ssize_t got;

        if (left_s <= 0 || compare_interrupted)
            break;
        if (poll(&ready, 1, (int)(left_s * 1e3) + 1) <= 0)
            continue;
        got = read(from, output + bytes, OUTPUT_MAX - 1 - bytes);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        bytes += (size_t)got;
    }
    output[bytes] = '\0';
    return bytes;
}

enum run_result command_run(const struct command *command, const char *log, double limit_s,
                            char **output, double *seconds)
{
    double start_s = now_s(), deadline_s = start_s + limit_s;
    int ends[2], status = -1;
    pid_t child;
    bool late;

    *output = calloc(1, OUTPUT_MAX);
    if (*output == NULL || pipe2(ends, O_CLOEXEC) < 0) {
        complain("%s", strerror(errno));
        exit(1);
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    child = fork();
    if (child == 0)
        execute(command, log, ends[1]);
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return RUN_FAILED;
    }
    read_output(ends[0], deadline_s, *output);
    late = child_end(child, deadline_s, &status);
    close(ends[0]);
    *seconds = now_s() - start_s;
    if (late)
        return RUN_LATE;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? RUN_GOOD : RUN_FAILED;
}

// How far apart the sizes are.
static unsigned step_of(const struct plan *plan, unsigned ranks)
{
    if (plan->choices)
        return 2;
    return plan->quick || plan->vm || ranks > plan->cpu_count ? 8 : 2;
}

// For one size. An emulator has to translate first what it then runs again and again.
static int milliseconds_of(const struct plan *plan)
{
    const int milliseconds = plan->quick ? 20 : 50;

    return plan->vm ? 4 * milliseconds : milliseconds;
}

void probe_run(const struct plan *plan, unsigned ranks, struct probe *probe)
{
    struct command command = {0};
    char *output;
    double seconds;

    *probe = (struct probe){0};
    if (plan->cpu_count < 2 || plan->vm) // what an emulated CPU could do is not known
        return;
    command_add(&command, "%s/build/probe", plan->folder);
    command_add(&command, "%d", plan->cpu[0]);
    command_add(&command, "%d", plan->cpu[plan->cpu_count - 1]);
    command_add(&command, "-s");
    command_add(&command, "%u", step_of(plan, ranks));
    command_add(&command, "-l");
    command_add(&command, "2");
    if (command_run(&command, plan->log, 10, &output, &seconds) == RUN_GOOD)
        probe->valid = probe_read(probe, output);
    free(output);
}

// Rank r of n is on CPU number r * CPUs / n, neighbours together: as Torito's mpiexec has it.
static void add_cpu_list(const struct plan *plan, struct command *command, unsigned ranks)
{
    char list[RANKS_MAX * 5];
    size_t bytes = 0;
    unsigned cores = ranks < plan->cpu_count ? ranks : plan->cpu_count;

    for (unsigned rank = 0; rank < ranks && bytes < sizeof list; rank++)
        bytes += (size_t)snprintf(list + bytes, sizeof list - bytes, "%s%d", rank > 0 ? "," : "",
                                  plan->cpu[rank * cores / ranks]);
    command_add(command, "%s", list);
}

static void add_launcher(const struct plan *plan, struct command *command, size_t setting,
                         unsigned ranks)
{
    const struct setting *s = &settings[setting];

    command_add(command, "%s", plan->library[s->library].launcher);
    if (s->library == TORITO)
        command_add_words(command, "--machine linux --oversubscribe");
    if (s->library == MPICH)
        command_add_words(command, "-bind-to none");
    if (s->library == OPEN_MPI)
        command_add_words(command, "--allow-run-as-root --oversubscribe --bind-to none");
    if (s->library == OPEN_MPI && s->patient && ranks > plan->cpu_count)
        command_add_words(command, "--mca mpi_yield_when_idle 1");
    command_add_words(command, s->arguments);
    command->environment = s->environment;
    command_add(command, "-n");
    command_add(command, "%u", ranks);
    if (s->library != TORITO) { // whose ranks are bound in any case
        command_add(command, "%s/build/pin", plan->folder);
        add_cpu_list(plan, command, ranks);
    }
}

enum run_result benchmark_run(const struct plan *plan, size_t benchmark, size_t setting,
                              unsigned ranks, char **output)
{
    const struct benchmark *b = &benchmarks[benchmark];
    bool in_guest = plan->vm && settings[setting].library != TORITO;
    struct command command = {0};
    unsigned step = step_of(plan, ranks);
    char arguments[128] = "";
    enum run_result result;
    double seconds;

    if (strcmp(b->name, "init") != 0) // 8 bytes are in every table
        snprintf(arguments, sizeof arguments, "-l %d -s %u -m %d:%d%s", milliseconds_of(plan), step,
                 !b->floats  ? 1
                 : step == 2 ? 4
                             : 8,
                 plan->choices ? CHOICE_BYTES_MAX : 4 << 20, b->nonblocking ? " -n" : "");
    if (plan->vm) {
        vm_add(plan, &command, benchmark, setting, ranks, arguments);
    } else {
        add_launcher(plan, &command, setting, ranks);
        command_add(&command, "%s/build/%s-%d", plan->folder, b->name,
                    (int)settings[setting].library);
        command_add_words(&command, arguments);
        // With more ranks than CPUs the others would run in between.
        if (arguments[0] != '\0' && ranks > 1 && ranks <= plan->cpu_count) {
            command_add(&command, "-p");
            command_add(&command, "%s/build/line", plan->folder);
        }
    }
    result = command_run(&command, plan->log, plan->run_s, output, &seconds);
    if (in_guest && !vm_output(*output) && result == RUN_GOOD)
        result = RUN_FAILED;
    return result;
}
