// SPDX-License-Identifier: BSD-2-Clause
// info.c: what a program can ask its system about itself, and what it is refused. Prints `ok` at
// the end.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

static int failures;

static void check(int is_so, const char *what)
{
    if (!is_so) {
        printf("not so: %s\n", what);
        failures++;
    }
}

static void check_names(void)
{
    struct utsname name;
    struct sysinfo info;

    check(uname(&name) == 0 && strcmp(name.sysname, "Linux") == 0, "it is a kind of Linux");
    check(strcmp(name.machine, "x86_64") == 0 && name.nodename[0] && name.release[0] >= '3',
          "with a name, a release and a machine");
    check(uname((void *)8) == -1 && errno == EFAULT, "a bad pointer is noticed");
    check(sysinfo(&info) == 0 && info.totalram > 0 && info.freeram <= info.totalram &&
              info.mem_unit > 0,
          "it knows its memory");
    check(sysconf(_SC_PAGESIZE) == 4096, "pages have 4096 bytes");
}

static void check_identity(void)
{
    uid_t real, effective, saved;

    check(getpid() > 1 && getppid() >= 0 && getpgrp() >= 0, "it is a process");
    check(getresuid(&real, &effective, &saved) == 0 && real == getuid() && effective == geteuid(),
          "of a user");
    check(getgroups(0, NULL) >= 0, "of some groups");
    check(setuid(getuid()) == 0, "which it may stay");
    check(wait(NULL) == -1 && errno == ECHILD, "without children");
}

static void check_limits(void)
{
    struct rlimit limit;

    check(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= 256, "many files");
    check(getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur >= 128 << 10, "a stack");
    check(setrlimit(RLIMIT_STACK, &limit) == 0, "what is so can be set");
    limit.rlim_cur = limit.rlim_max;
    check(getrlimit(99, &limit) == -1 && errno == EINVAL, "no such limit");
}

static void check_random(void)
{
    unsigned char a[200] = {0}, b[200] = {0};
    int bits = 0;

    check(getrandom(a, sizeof a, 0) == sizeof a && getrandom(b, sizeof b, 0) == sizeof b, "random");
    check(memcmp(a, b, sizeof a) != 0, "bytes differ");
    for (size_t i = 0; i < sizeof a; i++)
        bits += __builtin_popcount(a[i]);
    check(bits > 600 && bits < 1000, "about half of the bits are set");
    check(getrandom(a, 1, 0x100) == -1 && errno == EINVAL, "unknown flags are refused");
    check(getentropy(a, 32) == 0, "getentropy");
}

static void check_core(void)
{
    cpu_set_t cores;
    int core = sched_getcpu();
    struct sched_param param = {7};

    CPU_ZERO(&cores);
    check(sched_getaffinity(0, sizeof cores, &cores) == 0 && CPU_COUNT(&cores) >= 1, "affinity");
    check(core >= 0 && CPU_ISSET((unsigned)core, &cores), "it runs where it may");
    check(sched_setaffinity(0, sizeof cores, &cores) == 0, "and may stay there");
    CPU_ZERO(&cores);
    check(sched_setaffinity(0, sizeof cores, &cores) == -1 && errno == EINVAL, "but not nowhere");
    errno = 0; // musl does not ask, and says ENOSYS
    check(sched_getscheduler(0) == SCHED_OTHER || errno == ENOSYS, "it takes its turn");
    check((sched_getparam(0, &param) == 0 && param.sched_priority == 0) || errno == ENOSYS,
          "without a priority");
    check(sched_get_priority_max(SCHED_FIFO) == 99 && sched_get_priority_min(SCHED_FIFO) == 1,
          "priorities have a range");
    errno = 0;
    check(getpriority(PRIO_PROCESS, 0) == 0 && errno == 0, "it is nice to nobody");
}

static void check_name(void)
{
    char name[17] = "";

    check(prctl(PR_GET_NAME, name) == 0 && name[0], "the program has a name");
    check(prctl(PR_SET_NAME, "a name too long for it") == 0 && prctl(PR_GET_NAME, name) == 0 &&
              strcmp(name, "a name too long") == 0,
          "a thread has a name of 15 characters");
    check(prctl(9999) == -1 && errno == EINVAL, "prctl refuses what it does not know");
}

int main(void)
{
    check_names();
    check_identity();
    check_limits();
    check_random();
    check_core();
    check_name();
    printf(failures ? "failed: %d\n" : "ok\n", failures);
    return failures != 0;
}
