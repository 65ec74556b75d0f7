// SPDX-License-Identifier: BSD-2-Clause
// start.c: the image as a Linux process: what it was started with, and struct machine.
//
// Environment the kernel takes for itself and hides from the ranks:
//   TORITO_JOB=FD          the launcher's region (abi/job.h)
//   TORITO_RANKS=N, TORITO_CORES=N   by hand, without mpiexec; 1 rank otherwise
//   TORITO_SYSCALLS=seccomp   do without Syscall User Dispatch
//   TORITO_STRACE=1        by hand, what mpiexec --strace does
#include "lib/lib.h"
#include "machine/linux/host.h"
#include "machine/payload.h"
#include "machine/x86/vector.h"
#include <asm/errno.h>
#include <asm/prctl.h>
#include <elf.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/poll.h>

#define HWCAP2_FSGSBASE 2u
#define PATH_BYTES 4096
#define IMAGE_BYTES_MAX (1ul << 46) // Linux mapped it: the addresses in its headers are good

struct machine *machine;
static struct boot boot;
static struct linux_core boot_core; // until the cores start: a panic asks which core it is on

void host_fail(const char *sentence)
{
    host3(__NR_write, 2, "torito: ", 8);
    host3(__NR_write, 2, sentence, strlen(sentence));
    host3(__NR_write, 2, "\n", 1);
    host1(__NR_exit_group, 125);
    __builtin_unreachable();
}

static void fs_set_instruction(uintptr_t base)
{
    __asm__ volatile("wrfsbase %0" : : "r"(base));
}

static uintptr_t fs_get_instruction(void)
{
    uintptr_t base;

    __asm__ volatile("rdfsbase %0" : "=r"(base));
    return base;
}

static void fs_set_call(uintptr_t base)
{
    host2(__NR_arch_prctl, ARCH_SET_FS, base);
}

static uintptr_t fs_get_call(void)
{
    uintptr_t base = 0;

    host2(__NR_arch_prctl, ARCH_GET_FS, &base);
    return base;
}

static void console_write(int fd, const char *text, size_t bytes)
{
    while (bytes) { // ends: each turn writes something, waits for room, or gives up
        long done = host3(__NR_write, fd, text, bytes);

        if (done == -EAGAIN) {
            struct pollfd wait = {fd, POLLOUT, 0};

            host3(__NR_poll, &wait, 1, -1);
        } else if (done > 0) {
            text += done;
            bytes -= (size_t)done;
        } else if (done != -EINTR) {
            return;
        }
    }
}

static long console_read(char *text, size_t bytes)
{
    struct pollfd ready = {0, POLLIN, 0};

    if (host3(__NR_poll, &ready, 1, 0) <= 0)
        return -EAGAIN;
    return host3(__NR_read, 0, text, bytes);
}

static void kick(void)
{
    uint64_t one = 1;

    if (boot.job && boot.job->kick_fd >= 0)
        host3(__NR_write, boot.job->kick_fd, &one, sizeof one);
}

static long host_call(long nr, const uint64_t arg[6])
{
    return host6(nr, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}

__attribute__((noreturn)) static void linux_exit(int status)
{
    host1(__NR_exit_group, status);
    __builtin_unreachable();
}

struct machine machine_linux = {
    .name = "linux",
    .now_ns = linux_now_ns,
    .wall_ns = linux_wall_ns,
    .cores_start = linux_cores_start,
    .core_idle = linux_core_idle,
    .core_wake = linux_core_wake,
    .core_get = linux_core_get,
    .slot_create = linux_slot_create,
    .map = linux_map,
    .unmap = linux_unmap,
    .protect = linux_protect,
    .discard = linux_discard,
    .memory_bytes = linux_memory_bytes,
    .fs_set = fs_set_call,
    .fs_get = fs_get_call,
    .console_write = console_write,
    .console_read = console_read,
    .kick = kick,
    .host_call = host_call,
    .exit = linux_exit,
};

static const char *value_of(const char *entry, const char *name)
{
    size_t bytes = strlen(name);

    return strncmp(entry, name, bytes) == 0 && entry[bytes] == '=' ? entry + bytes + 1 : NULL;
}

// A number of ranks or cores.
static uint32_t count_of(const char *value, const char *sentence)
{
    const char *end;
    uint64_t count = parse_number(value, 10, &end);

    if (end == value || *end || count < 1 || count > UINT32_MAX)
        host_fail(sentence);
    return (uint32_t)count;
}

static void job_map(int fd)
{
    struct job head;
    long at;

    if (host4(__NR_pread64, fd, &head, sizeof head, 0) != (long)sizeof head ||
        head.magic != JOB_MAGIC || head.version != JOB_VERSION)
        host_fail("TORITO_JOB names no job of this version; start the image with its mpiexec or by "
                  "itself");
    at = host6(__NR_mmap, 0, head.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at < 0 && at > -4096)
        host_fail("the job's memory cannot be mapped");
    boot.job = (struct job *)at;
}

// Takes TORITO_* out of the environment, in place; the list stays on the process's stack.
static bool environment_take(char **envp)
{
    bool seccomp = false;
    char **keep = envp;

    for (char **at = envp; *at; at++) {
        const char *value;

        if ((value = value_of(*at, "TORITO_JOB")) != NULL)
            job_map((int)parse_number(value, 10, NULL));
        else if ((value = value_of(*at, "TORITO_RANKS")) != NULL)
            boot.ranks = count_of(value, "TORITO_RANKS is a number of ranks, at least 1");
        else if ((value = value_of(*at, "TORITO_CORES")) != NULL)
            boot.cores = count_of(value, "TORITO_CORES is a number of cores, at least 1");
        else if ((value = value_of(*at, "TORITO_SYSCALLS")) != NULL)
            seccomp = strcmp(value, "seccomp") == 0;
        else if ((value = value_of(*at, "TORITO_STRACE")) != NULL)
            boot.strace = *value == '1';
        else
            *keep++ = *at;
    }
    *keep = NULL;
    return seccomp;
}

static void auxv_read(const Elf64_auxv_t *auxv)
{
    uintptr_t phdr = 0;
    const char *why;

    for (; auxv->a_type != AT_NULL; auxv++) {
        if (auxv->a_type == AT_PHDR)
            phdr = auxv->a_un.a_val;
        if (auxv->a_type == AT_SYSINFO_EHDR)
            boot.vdso = auxv->a_un.a_val;
        if (auxv->a_type == AT_HWCAP2)
            machine_linux.fsgsbase = (auxv->a_un.a_val & HWCAP2_FSGSBASE) != 0;
    }
    why = image_payload((const void *)(phdr - sizeof(Elf64_Ehdr)), IMAGE_BYTES_MAX, IMAGE_AS_LOADED,
                        &boot.payload);
    if (why)
        host_fail(why);
}

// A standard descriptor that was closed would be given to a file of ours, and the ranks would take
// that for theirs.
static void streams_plug(void)
{
    for (int fd = 0; fd < 3; fd++) {
        if (host3(__NR_fcntl, fd, F_GETFD, 0) >= 0)
            continue;
        boot.streams_closed |= 1u << fd;
        host3(__NR_open, "/dev/null", O_PATH | O_CLOEXEC, 0); // takes the lowest: this one
    }
}

static void paths_read(char path[PATH_BYTES], char cwd[PATH_BYTES])
{
    long bytes = host3(__NR_readlink, "/proc/self/exe", path, PATH_BYTES - 1);

    path[bytes > 0 ? bytes : 0] = '\0';
    boot.path = path;
    if (host2(__NR_getcwd, cwd, PATH_BYTES) < 0)
        cwd[0] = '\0';
    boot.cwd = cwd;
    boot.payload.host_fd = (int)host3(__NR_open, "/proc/self/exe", O_RDONLY | O_CLOEXEC, 0);
    host3(__NR_getrandom, boot.random, sizeof boot.random, 0);
}

static void *memory_take(size_t bytes)
{
    long at = host6(__NR_mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (at < 0 && at > -4096)
        host_fail("no memory for the queues between the cores; use --cores with a smaller number");
    return (void *)at;
}

// From entry.S, on the process's first stack, which holds argc, argv, envp and the auxiliary vector.
_Noreturn void linux_start(uintptr_t *stack);
void linux_start(uintptr_t *stack)
{
    uintptr_t argc = stack[0];
    char **argv = (char **)(stack + 1), **envp = argv + argc + 1, **end = envp;
    uint32_t cpus = cores_allowed();
    char path[PATH_BYTES], cwd[PATH_BYTES]; // kept: this function does not return
    bool seccomp;

    while (*end)
        end++;
    machine = &machine_linux;
    boot_core.core.self = &boot_core.core;
    host2(__NR_arch_prctl, ARCH_SET_GS, &boot_core);
    streams_plug();
    auxv_read((const Elf64_auxv_t *)(end + 1));
    seccomp = environment_take(envp);
    paths_read(path, cwd);
    time_start(boot.vdso);
    vector_init(&machine_linux);
    if (machine_linux.fsgsbase) {
        machine_linux.fs_set = fs_set_instruction;
        machine_linux.fs_get = fs_get_instruction;
    }
    boot.argv = (const char *const *)argv;
    boot.envp = (const char *const *)envp;
    boot.ranks = boot.ranks ? boot.ranks : 1;
    if (boot.job) {
        linux_bind((boot.job->flags & JOB_NO_BIND) == 0);
        boot.cores = boot.job->cores; // threads: as many as the launcher says
    } else if (!boot.cores) {
        boot.cores = boot.ranks < cpus ? boot.ranks : cpus;
    }
    boot.memory_bytes = kernel_memory_bytes(&boot, boot.cores);
    boot.memory = memory_take(boot.memory_bytes);
    signals_start_process(seccomp);
    kernel_main(&boot);
}
