// SPDX-License-Identifier: BSD-2-Clause
// gdb.c: brings gdb and a rank together.
//
// The machine starts as always, but the kernel lets no rank run before a debugger has said so
// (kernel/rank/debug.c). gdb is our second child and stays in the foreground. A script of ours makes
// it attach, to the process or to QEMU's stub, stop where the kernel tells the rank's base, read the
// image's symbols at that address and go on to main. The symbols of the image at the address where
// Linux or QEMU loaded it are never read: that copy is a template which nobody runs.
//
// Nothing lies in a folder for longer than it takes to create it: the script is a memory file, and
// QEMU's socket is reached by a descriptor of its name.
#include "gdb.h"
#include "abi/job.h"
#include "say.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// Descriptors of gdb's.
enum { GDB_SCRIPT = 3, GDB_SOCKET = 4 };

static char *kernel_find(void)
{
    char *self = realpath("/proc/self/exe", NULL), *kernel;

    if (self == NULL)
        return NULL;
    kernel = need_format("%s/../lib/torito/kernel.elf", dirname(self));
    free(self);
    if (access(kernel, R_OK) == 0)
        return kernel;
    free(kernel);
    return NULL;
}

// A socket that listens, and a descriptor of its name; the name itself is gone again.
static void socket_make(struct gdb_plan *gdb)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char folder[] = "/tmp/torito-gdb-XXXXXX";
    bool good;

    if (mkdtemp(folder) == NULL)
        say_fail(STATUS_HOST, "--gdb: cannot create a folder in /tmp: %s", strerror(errno));
    snprintf(address.sun_path, sizeof address.sun_path, "%s/gdb", folder);
    gdb->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    good = gdb->listen_fd >= 0 && bind(gdb->listen_fd, (void *)&address, sizeof address) == 0 &&
           listen(gdb->listen_fd, 1) == 0 &&
           (gdb->path_fd = open(address.sun_path, O_PATH | O_CLOEXEC)) >= 0;
    if (!good)
        say_fail(STATUS_HOST, "--gdb: cannot create a socket: %s", strerror(errno));
    unlink(address.sun_path);
    rmdir(folder);
}

void gdb_prepare(struct plan *plan)
{
    plan->gdb = (struct gdb_plan){.listen_fd = -1, .path_fd = -1};
    if (plan->options->gdb_rank < 0)
        return;
    plan->gdb.program = path_find(getenv("PATH"), "gdb");
    if (plan->gdb.program == NULL)
        say_fail(STATUS_HOST, "--gdb: there is no gdb in PATH; install it: apt-get install gdb");
    plan->gdb.kernel = kernel_find();
    if (plan->gdb.kernel == NULL)
        say_fail(STATUS_HOST,
                 "--gdb: lib/torito/kernel.elf is missing beside the folder of mpiexec; "
                 "install Torito again");
    if (plan->machine != MACHINE_LINUX)
        socket_make(&plan->gdb);
}

// gdb reads words in double quotes with C's escapes.
static void quoted(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

// gfortran's main is called main and calls the program's.
#define GO_TO_MAIN \
    "set breakpoint pending off\npython\ntry: gdb.execute('tbreak MAIN__')\n" \
    "except gdb.error: gdb.execute('tbreak main')\nend\nset breakpoint pending auto\n"

static int script_write(const struct plan *plan, pid_t pid)
{
    const char *program =
        plan->program[plan_section_of(plan, (uint32_t)plan->options->gdb_rank)->program].path;
    int fd = memfd_create("torito-gdb", MFD_CLOEXEC);
    FILE *out;

    if (fd < 0)
        say_fail(STATUS_HOST, "--gdb: no memory for gdb's script: %s", strerror(errno));
    out = need(fdopen(dup(fd), "w"));
    fputs("set confirm off\nset exec-file-mismatch off\nset remotetimeout 60\n"
          "set architecture i386:x86-64\nset print thread-events off\n"
          // Of every system call: the kernel's way in. Of a core that is woken.
          "handle SIGSYS nostop noprint pass\nadd-symbol-file ",
          out);
    quoted(out, plan->gdb.kernel);
    fputs("\nexec-file ", out); // without its symbols
    quoted(out, plan->program[0].path);
    if (plan->machine == MACHINE_LINUX)
        fprintf(out, "\nattach %d\n", (int)pid);
    else
        fprintf(out, "\ntarget remote /proc/self/fd/%d\n", GDB_SOCKET);
    fputs("thbreak debug_look\ncontinue\nset variable debug_go = 1\nthbreak debug_begin\ncontinue\n"
          "eval \"add-symbol-file ",
          out);
    for (const char *c = program; *c != '\0'; c++)
        fprintf(out, strchr("\"\\%", *c) ? *c == '%' ? "%%%%" : "\\%c" : "%c", *c);
    fputs(" -o 0x%lx\", (unsigned long)$rdi\n" GO_TO_MAIN "continue\nset confirm on\n", out);
    if (fclose(out) != 0)
        say_fail(STATUS_HOST, "--gdb: no memory for gdb's script: %s", strerror(errno));
    return fd;
}

_Noreturn static void gdb_exec(const struct plan *plan, int script)
{
    char *argv[] = {plan->gdb.program, "-q", "-x", need_format("/proc/self/fd/%d", GDB_SCRIPT), NULL};
    sigset_t none;
    int away[2] = {fcntl(script, F_DUPFD_CLOEXEC, 16), -1};

    if (plan->gdb.path_fd >= 0)
        away[1] = fcntl(plan->gdb.path_fd, F_DUPFD_CLOEXEC, 16);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (dup2(away[0], GDB_SCRIPT) >= 0 && (away[1] < 0 || dup2(away[1], GDB_SOCKET) >= 0))
        execv(argv[0], argv);
    dprintf(STDERR_FILENO, "mpiexec: cannot start %s: %s\n", argv[0], strerror(errno));
    _exit(STATUS_HOST);
}

void gdb_start(struct child *child, const struct plan *plan)
{
    int script = script_write(plan, child->pid);

    child->gdb_pid = fork();
    if (child->gdb_pid == 0)
        gdb_exec(plan, script);
    if (child->gdb_pid < 0) {
        kill(child->pid, SIGKILL);
        say_fail(STATUS_HOST, "--gdb: cannot start a process: %s", strerror(errno));
    }
    close(script);
    if (plan->gdb.path_fd >= 0) {
        close(plan->gdb.path_fd);
        close(plan->gdb.listen_fd);
    }
}
