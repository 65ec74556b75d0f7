// SPDX-License-Identifier: BSD-2-Clause
// run.c: the launcher's only loop.
//
// It sleeps in poll until something happens: a kick of the kernel, input, room for output, a signal,
// the machine's end, a time. Before it sleeps it says so in the job (launcher_sleeps) and looks at
// the rings once more; a kernel that puts something into a ring after that look sees the word and
// kicks. So nothing is polled, and nothing is missed.
#include "run.h"
#include "say.h"
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCKED_INPUT_NS 5000000ull // a full input ring is looked at so often, should no kick come
#define BOOT_LOOK_NS 1000000ull     // with --timings, until the kernel is up
#define ASK_NS 500000000ull         // until cores have told what their ranks do
#define ASK_LOOK_MS 2
#define LAST_WRITE_NS 300000000ull // what remains of output may take so long after Ctrl-C

struct run {
    const struct plan *plan;
    struct region *region;
    struct child *child;
    struct ending *ending;
    struct output *output;
    struct input input;
    int signal_fd;
    uint64_t deadline_ns; // --timeout
    bool over;
    size_t console_bytes;
    struct pollfd *poll_fd;
};

// The fixed places in poll_fd; sinks follow.
enum { POLL_SIGNAL, POLL_KICK, POLL_CONSOLE, POLL_VCPUS, POLL_INPUT, POLL_SINKS };

// SIGINT and SIGTERM always end a job, also one that a script has started in the background, where
// shells ignore SIGINT. The others stay ignored if they were (nohup).
static sigset_t handled_signals(void)
{
    static const int always[] = {SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD, SIGCONT};
    static const int unless_ignored[] = {SIGHUP, SIGQUIT, SIGTSTP};
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        sigaddset(&set, always[i]);
    for (size_t i = 0; i < sizeof unless_ignored / sizeof unless_ignored[0]; i++) {
        struct sigaction now;

        if (sigaction(unless_ignored[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            sigaddset(&set, unless_ignored[i]);
    }
    return set;
}

void run_signals(void)
{
    sigset_t set = handled_signals();

    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); // if ignored, a child's status would be lost
}

static void over(struct run *run, enum ending_kind kind)
{
    if (run->over)
        return; // the first reason counts
    run->over = true;
    run->ending->kind = kind;
    run->ending->ended_ns = now_ns();
}

// --- what the kernel says ---

static uint32_t job_state(const struct run *run)
{
    // acquire: struct job_end before the state. Pairs with the kernel's release.
    return atomic_load_explicit(&run->region->job->state, memory_order_acquire);
}

static void text_check(char *text, size_t bytes)
{
    text[bytes - 1] = '\0';
    for (char *c = text; *c != '\0'; c++) {
        if (iscntrl((unsigned char)*c) && *c != '\n')
            *c = '?';
    }
}

static void waits_copy(struct run *run)
{
    const struct region *region = run->region;
    const char *from = (const char *)region->job + region->waits_offset;
    struct ending *ending = run->ending;
    uint32_t told = atomic_load_explicit(&region->job->wait_count, memory_order_relaxed);
    uint32_t count = told < region->waits_max ? told : region->waits_max;

    ending->waits_lost = told - count;
    ending->waits = need(calloc(count + 1, sizeof *ending->waits));
    for (uint32_t i = 0; i < count; i++) {
        struct job_wait *wait = &ending->waits[ending->wait_count];
        const struct job_wait *line = (const struct job_wait *)from + i;
        // acquire: the kind before the rest of the line. Pairs with the kernel's release.
        uint32_t kind = atomic_load_explicit(&line->kind, memory_order_acquire);

        memcpy(wait, line, sizeof *wait);
        atomic_store_explicit(&wait->kind, kind, memory_order_relaxed);
        if (wait->rank >= run->plan->ranks || kind == JOB_WAIT_NONE)
            continue;
        if (wait->frame_count > JOB_WAIT_FRAMES_MAX)
            wait->frame_count = JOB_WAIT_FRAMES_MAX;
        text_check(wait->text, sizeof wait->text);
        ending->wait_count++;
    }
}

static void end_copy(struct run *run)
{
    struct job_end *end = &run->ending->end;

    memcpy(end, &run->region->job->end, sizeof *end);
    if (end->rank >= run->plan->ranks)
        end->rank = JOB_NO_RANK;
    if (end->section >= run->plan->section_count)
        end->section = 0;
    if (end->frame_count > JOB_FRAMES_MAX)
        end->frame_count = JOB_FRAMES_MAX;
    text_check(end->text, sizeof end->text);
    if (end->cause == JOB_STUCK)
        waits_copy(run);
}

static void state_look(struct run *run, uint64_t now)
{
    uint32_t state = job_state(run);

    if (state != JOB_BOOTING && !run->ending->booted) {
        run->ending->booted = true;
        run->ending->booted_ns = now;
    }
    if (state == JOB_ENDED && !run->over) {
        over(run, ENDING_JOB);
        end_copy(run);
    }
}

static void console_read(struct run *run)
{
    char *console = run->ending->console;
    char text[1024];
    ssize_t bytes;

    while ((bytes = read(run->child->console_fd, text, sizeof text)) > 0) {
        if (say_verbose)
            sink_put(&run->output->sink[SINK_STDERR], text, (size_t)bytes);
        for (ssize_t i = 0; i < bytes; i++) {
            if (text[i] == '\0' || (iscntrl((unsigned char)text[i]) && text[i] != '\n'))
                continue;
            if (run->console_bytes == CONSOLE_BYTES - 1) { // keep the newer half
                memmove(console, console + CONSOLE_BYTES / 2, CONSOLE_BYTES / 2 - 1);
                run->console_bytes = CONSOLE_BYTES / 2 - 1;
            }
            console[run->console_bytes++] = text[i];
        }
    }
    if (bytes == 0) { // its last writer is gone; poll must not say so for ever
        close(run->child->console_fd);
        run->child->console_fd = -1;
    }
}

static void kick_read(struct run *run)
{
    char bytes[4096];
    ssize_t done = read(run->child->kick_fd, bytes, sizeof bytes);

    if (done == 0) { // QEMU is gone
        close(run->child->kick_fd);
        run->child->kick_fd = -1;
    }
}

// --- what others say ---

static void child_wait(struct run *run)
{
    struct child *child = run->child;

    if (child->gdb_pid != 0 && waitpid(child->gdb_pid, NULL, WNOHANG) == child->gdb_pid)
        child->gdb_pid = 0;
    if (child->pid == 0 || waitpid(child->pid, &run->ending->wait_status, WNOHANG) != child->pid)
        return;
    child->pid = 0;
    state_look(run, now_ns());
    over(run, ENDING_DIED);
}

static void stop_together(const struct run *run)
{
    if (run->child->pid != 0)
        kill(run->child->pid, SIGSTOP);
    raise(SIGSTOP); // until somebody continues us
    if (run->child->pid != 0)
        kill(run->child->pid, SIGCONT);
}

static void signal_take(struct run *run)
{
    struct signalfd_siginfo info;

    while (read(run->signal_fd, &info, sizeof info) == sizeof info) {
        int number = (int)info.ssi_signo;

        if (number == SIGCHLD) {
            child_wait(run);
        } else if (number == SIGTSTP) {
            stop_together(run);
        } else if (number == SIGUSR1 || number == SIGUSR2) {
            atomic_fetch_xor_explicit(&run->region->job->signals, 1u << number,
                                      memory_order_relaxed); // each flip asks once: job.h
        } else if (number == SIGINT && run->child->gdb_pid != 0) {
            continue; // Ctrl-C is for gdb, which stops the job and lets its user look
        } else if (number != SIGCONT) {
            if (run->over) // while we write the rest: enough of that
                run->ending->kind = ENDING_SIGNAL;
            over(run, ENDING_SIGNAL);
            run->ending->signal = number;
        }
    }
}

static void sinks_look(struct run *run)
{
    const struct output *output = run->output;

    for (uint32_t i = 0; i < output->sink_count; i++) {
        if (output->sink[i].error == 0 || i == SINK_STDERR || run->over)
            continue;
        run->ending->sink = &output->sink[i];
        over(run, ENDING_SINK);
    }
}

// --- sleeping ---

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static bool rings_ready(const struct run *run)
{
    for (uint32_t i = 0; i < run->region->ranks; i++) {
        if (channel_ready(&run->region->out[i]))
            return true;
    }
    return false;
}

static struct timespec time_until(uint64_t then, uint64_t now)
{
    uint64_t ns = then > now ? then - now : 0;

    return (struct timespec){.tv_sec = (time_t)(ns / 1000000000u),
                             .tv_nsec = (long)(ns % 1000000000u)};
}

// Waits for anything to happen, at most until `until`; UINT64_MAX: for ever.
static void wait_poll(struct run *run, uint64_t until, uint64_t now)
{
    bool input = !run->over && input_wanted(&run->input, now);
    struct timespec time = time_until(until, now);
    nfds_t count = POLL_SINKS + run->output->sink_count;

    run->poll_fd[POLL_SIGNAL] = (struct pollfd){.fd = run->signal_fd, .events = POLLIN};
    run->poll_fd[POLL_KICK] = (struct pollfd){.fd = run->child->kick_fd, .events = POLLIN};
    run->poll_fd[POLL_CONSOLE] = (struct pollfd){.fd = run->child->console_fd, .events = POLLIN};
    run->poll_fd[POLL_VCPUS] = (struct pollfd){.fd = run->child->vcpus.fd, .events = POLLIN};
    run->poll_fd[POLL_INPUT] = (struct pollfd){.fd = input ? run->input.fd : -1, .events = POLLIN};
    for (uint32_t i = 0; i < run->output->sink_count; i++) {
        const struct sink *sink = &run->output->sink[i];

        run->poll_fd[POLL_SINKS + i] =
            (struct pollfd){.fd = sink_waiting(sink) > 0 ? sink->fd : -1, .events = POLLOUT};
    }
    if (ppoll(run->poll_fd, count, until == UINT64_MAX ? NULL : &time, NULL) <= 0)
        return;
    if (run->poll_fd[POLL_KICK].revents != 0)
        kick_read(run);
    if (run->poll_fd[POLL_CONSOLE].revents != 0)
        console_read(run);
    if (run->poll_fd[POLL_VCPUS].revents != 0)
        vcpus_read(&run->child->vcpus);
    if (run->poll_fd[POLL_INPUT].revents != 0)
        input_read(&run->input, now);
    if (run->poll_fd[POLL_SIGNAL].revents != 0)
        signal_take(run);
}

static void job_sleep(struct run *run, uint64_t until, uint64_t now)
{
    struct job *job = run->region->job;

    if (!output_full(run->output)) {
        atomic_store_explicit(&job->launcher_sleeps, 1, memory_order_relaxed);
        // [S] say it before the last look at the rings; pairs with the fence in job_launcher_sleeps.
        atomic_thread_fence(memory_order_seq_cst);
        if (rings_ready(run) || job_state(run) == JOB_ENDED)
            until = now; // something came in between: only look at the descriptors
    }
    wait_poll(run, until, now);
    atomic_store_explicit(&job->launcher_sleeps, 0, memory_order_relaxed);
}

// One round; returns when the next thing is due.
static uint64_t job_step(struct run *run, uint64_t now)
{
    uint64_t next;
    bool drained;

    state_look(run, now); // first: what was printed before the end is in the rings by then
    drained = output_full(run->output) || output_drain(run->output, run->region, now);
    next = earlier(output_quiet(run->output, now), run->deadline_ns);
    input_pump(&run->input);
    output_write(run->output);
    sinks_look(run);
    if (now >= run->deadline_ns)
        over(run, ENDING_TIMEOUT);
    if (input_waiting(&run->input))
        next = earlier(next, now + BLOCKED_INPUT_NS);
    if (run->input.retry_ns > now)
        next = earlier(next, run->input.retry_ns);
    if (run->plan->options->timings && !run->ending->booted)
        next = earlier(next, now + BOOT_LOOK_NS);
    return drained ? next : now;
}

// --- the end ---

// Gives all cores a while to say what their ranks are doing: what the user of a job that did not come to an
// end wants to know. Cores that compute say nothing.
static void ask(struct run *run)
{
    struct job *job = run->region->job;
    uint64_t now = now_ns(), limit = now + ASK_NS;

    if (job_state(run) != JOB_RUNNING)
        return;
    atomic_store_explicit(&job->asked, 1, memory_order_relaxed);
    while (now < limit && run->child->pid != 0 &&
           // acquire: the lines before the word. Pairs with the kernel's release.
           atomic_load_explicit(&job->told, memory_order_acquire) < run->plan->cores) {
        struct pollfd signal = {.fd = run->signal_fd, .events = POLLIN};

        if (poll(&signal, 1, ASK_LOOK_MS) > 0) { // somebody is in a hurry
            signal_take(run);
            break;
        }
        now = now_ns();
    }
    waits_copy(run);
}

// The job has ended, yet its user may still be looking: gdb tells how, and goes when it is told to.
static void gdb_end(struct run *run)
{
    if (run->child->gdb_pid != 0 && run->ending->kind != ENDING_JOB &&
        run->ending->kind != ENDING_DIED)
        kill(run->child->gdb_pid, SIGKILL);
    while (run->child->gdb_pid != 0) { // ends with gdb
        wait_poll(run, UINT64_MAX, now_ns());
        if (run->ending->kind == ENDING_SIGNAL)
            kill(run->child->gdb_pid, SIGKILL);
    }
}

static void child_end(struct run *run)
{
    if (run->child->pid != 0) {
        kill(run->child->pid, SIGKILL);
        while (waitpid(run->child->pid, &run->ending->wait_status, 0) < 0 && errno == EINTR)
            ;
        run->child->pid = 0;
    }
    if (run->child->console_fd >= 0)
        console_read(run);
}

static bool sinks_waiting(const struct run *run)
{
    for (uint32_t i = 0; i < run->output->sink_count; i++) {
        if (sink_waiting(&run->output->sink[i]) > 0)
            return true;
    }
    return false;
}

// Writes what is left. A job that ended by itself may take as long as its reader needs; otherwise,
// and when somebody becomes impatient, it is soon enough.
static void output_finish(struct run *run)
{
    uint64_t now = now_ns(), limit = UINT64_MAX;
    bool drained = false, ended = false;

    while (!drained || !ended || sinks_waiting(run)) {
        if (run->ending->kind == ENDING_SIGNAL || run->ending->kind == ENDING_TIMEOUT)
            limit = earlier(limit, now + LAST_WRITE_NS);
        if (now >= limit || run->ending->kind == ENDING_SINK)
            break;
        if (!drained && !output_full(run->output))
            drained = output_drain(run->output, run->region, now);
        if (drained && !ended) {
            output_end(run->output);
            ended = true;
        }
        output_write(run->output);
        if (sinks_waiting(run))
            wait_poll(run, limit, now);
        now = now_ns();
    }
}

void run_job(struct ending *ending, const struct plan *plan, struct region *region,
             struct child *child, struct output *output)
{
    sigset_t set = handled_signals();
    struct run run = {.plan = plan,
                      .region = region,
                      .child = child,
                      .ending = ending,
                      .output = output,
                      .deadline_ns = UINT64_MAX};

    memset(ending, 0, sizeof *ending);
    input_open(&run.input, region);
    run.poll_fd = need(calloc(POLL_SINKS + output->sink_count, sizeof *run.poll_fd));
    run.signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (plan->options->timeout_s > 0)
        run.deadline_ns = plan->start.ns + (uint64_t)(plan->options->timeout_s * 1e9);
    while (!run.over) { // ends with the job, the machine, a signal or the time
        uint64_t now = now_ns(), next = job_step(&run, now);

        if (!run.over)
            job_sleep(&run, next, now);
    }
    if (child->gdb_pid != 0) {
        output_finish(&run);
        gdb_end(&run);
    }
    if (ending->kind == ENDING_TIMEOUT ||
        (ending->kind == ENDING_SIGNAL && (ending->signal == SIGINT || ending->signal == SIGTERM)))
        ask(&run);
    child_end(&run);
    output_finish(&run);
    input_end(&run.input);
    ending->console[run.console_bytes] = '\0';
}
