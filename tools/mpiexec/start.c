// SPDX-License-Identifier: BSD-2-Clause
// start.c: fork, descriptors, exec.
#include "start.h"
#include "say.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

// Descriptors of a VM's process; see qemu_arguments.
enum { VM_REGION = 3, VM_KICK, VM_CONSOLE, VM_FILES, VM_GDB, VM_QMP, VM_END };

static void pipe_make(int end[2])
{
    if (pipe2(end, O_CLOEXEC) < 0)
        say_fail(STATUS_HOST, "cannot create a pipe: %s", strerror(errno));
}

void start_kick(const struct plan *plan, int *kick_fd, int *kernel_kick_fd)
{
    int end[2];

    if (plan->machine == MACHINE_LINUX) {
        *kick_fd = *kernel_kick_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (*kick_fd < 0)
            say_fail(STATUS_HOST, "cannot create an eventfd: %s", strerror(errno));
        return;
    }
    pipe_make(end);
    fcntl(end[0], F_SETFL, O_NONBLOCK); // our end only; QEMU's writes may wait
    *kick_fd = end[0];
    *kernel_kick_fd = end[1];
}

// In the child: what it must not inherit from us, and what it must.
static void child_prepare(pid_t parent, int output)
{
    int null = open("/dev/null", O_RDWR);
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGTTIN, SIG_DFL);
    signal(SIGTTOU, SIG_DFL);
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(STATUS_HOST); // it died before the line above
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(output, STDERR_FILENO) < 0)
        _exit(STATUS_HOST);
    if (null > STDERR_FILENO)
        close(null);
}

// Errors of exec come back through the console.
_Noreturn static void child_exec(const char *path, char **argv, char **envp)
{
    execve(path, argv, envp);
    dprintf(STDERR_FILENO, "cannot start %s: %s\n", path, strerror(errno));
    _exit(STATUS_NOT_IMAGE);
}

static pid_t child_fork(void)
{
    pid_t pid = fork();

    if (pid < 0)
        say_fail(STATUS_HOST, "cannot start a process: %s", strerror(errno));
    return pid;
}

// The ranks' variables are in the job; the kernel's own settings come from ours.
static void linux_environment(struct words *env, int job_fd)
{
    words_add(env, need_format("TORITO_JOB=%d", job_fd));
    for (char **e = environ; *e != NULL; e++) {
        if (strncmp(*e, "TORITO_", 7) == 0 && strncmp(*e, "TORITO_JOB=", 11) != 0)
            words_add(env, *e);
    }
}

void start_linux(struct child *child, const struct plan *plan, const struct region *region,
                 int kick_fd)
{
    char *argv[] = {plan->section[0].argv.word[0], NULL};
    struct words env = {NULL, 0};
    pid_t parent = getpid();
    int end[2];

    linux_environment(&env, region->fd);
    pipe_make(end);
    *child = (struct child){
        .kick_fd = kick_fd, .console_fd = end[0], .vcpus = {.fd = -1}, .started_ns = now_ns()};
    child->pid = child_fork();
    if (child->pid == 0) {
        child_prepare(parent, end[1]);
        fcntl(region->fd, F_SETFD, 0);
        fcntl(kick_fd, F_SETFD, 0);
        if (plan->options->gdb_rank >= 0) // where only parents may trace (Yama), and gdb is none
            prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
        child_exec(plan->program[0].path, argv, env.word);
    }
    close(end[1]);
    fcntl(end[0], F_SETFL, O_NONBLOCK);
}

// Moves descriptors to fixed numbers; first out of each other's way. Those below 0 are not there.
static void descriptors_place(const int from[VM_END - VM_REGION])
{
    int away[VM_END - VM_REGION];

    for (int i = 0; i < VM_END - VM_REGION; i++)
        away[i] = from[i] < 0 ? -1 : fcntl(from[i], F_DUPFD_CLOEXEC, 16);
    for (int i = 0; i < VM_END - VM_REGION; i++) {
        if (from[i] >= 0 && dup2(away[i], VM_REGION + i) < 0)
            _exit(STATUS_HOST);
    }
}

void start_vm(struct child *child, const struct plan *plan, const struct region *region,
              int kick_fd, int kernel_kick_fd)
{
    struct plan_memory memory = plan_memory(plan, region->bytes);
    struct words words = {NULL, 0};
    pid_t parent = getpid();
    int end[2], files[2], qmp[2] = {-1, -1};

    // The VM's second node may be larger than the job; the file must be as large as the node.
    if (ftruncate(region->fd, (off_t)memory.region_bytes) < 0)
        say_fail(STATUS_HOST, "cannot enlarge the job's memory: %s", strerror(errno));
    qemu_arguments(&words, plan, region, memory);
    if (say_verbose) {
        for (uint32_t i = 0; i < words.count; i++)
            fprintf(stderr, "%s%s%s", i == 0 ? "mpiexec: " : " ", words.word[i],
                    i + 1 == words.count ? "\n" : "");
    }
    pipe_make(end);
    pipe_make(files);
    if (plan_pins(plan) && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, qmp) < 0)
        say_fail(STATUS_HOST, "cannot create a socket: %s", strerror(errno));
    *child = (struct child){
        .kick_fd = kick_fd, .console_fd = end[0], .files_fd = files[0], .started_ns = now_ns()};
    child->pid = child_fork();
    if (child->pid == 0) {
        const int from[] = {region->fd, kernel_kick_fd,      end[1],
                            files[1],   plan->gdb.listen_fd, qmp[1]};

        child_prepare(parent, end[1]);
        descriptors_place(from);
        child_exec(plan->qemu, words.word, environ);
    }
    close(end[1]);
    close(files[1]);
    close(kernel_kick_fd);
    fcntl(end[0], F_SETFL, O_NONBLOCK);
    vcpus_open(&child->vcpus, qmp[0], child->pid, plan->cpu, plan->cores);
    if (qmp[0] >= 0) {
        close(qmp[1]);
        fcntl(qmp[0], F_SETFL, O_NONBLOCK); // our end only
    }
}
