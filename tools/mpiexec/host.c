// SPDX-License-Identifier: BSD-2-Clause
// host.c: CPUs, memory, clock rate and names of the host.
#include "host.h"
#include "say.h"
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

uint32_t host_cpus(uint32_t *cpu, uint32_t max)
{
    size_t room = 1024; // CPUs
    uint32_t count = 0;
    cpu_set_t *set;

    // The kernel's mask may be longer than ours: EINVAL says so.
    while ((set = CPU_ALLOC(room)) != NULL && sched_getaffinity(0, CPU_ALLOC_SIZE(room), set) < 0) {
        CPU_FREE(set);
        set = NULL;
        if (errno != EINVAL || room > 1 << 20)
            break;
        room *= 2;
    }
    for (size_t i = 0; set != NULL && i < room; i++) {
        if (!CPU_ISSET_S(i, CPU_ALLOC_SIZE(room), set))
            continue;
        if (cpu != NULL && count < max)
            cpu[count] = (uint32_t)i;
        count++;
    }
    if (set != NULL)
        CPU_FREE(set);
    return count > 0 ? count : 1;
}

bool host_pin(pid_t process, pid_t thread, uint32_t cpu)
{
    cpu_set_t *set = CPU_ALLOC(cpu + 1);
    size_t bytes = CPU_ALLOC_SIZE(cpu + 1);
    char path[64];
    bool good;

    snprintf(path, sizeof path, "/proc/%d/task/%d", process, thread);
    if (set == NULL || access(path, F_OK) < 0) { // errno says it
        CPU_FREE(set);
        return false;
    }
    CPU_ZERO_S(bytes, set);
    CPU_SET_S(cpu, bytes, set);
    good = sched_setaffinity(thread, bytes, set) == 0;
    CPU_FREE(set);
    return good;
}

// The number in a file such as memory.max; UINT64_MAX for "max" or if there is none.
static uint64_t number_read(const char *path)
{
    FILE *file = fopen(path, "re");
    unsigned long long value;
    bool good;

    if (file == NULL)
        return UINT64_MAX;
    good = fscanf(file, "%llu", &value) == 1;
    fclose(file);
    return good ? value : UINT64_MAX;
}

// What the control groups above this process (version 2) leave of memory.
static uint64_t group_memory_available(void)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    char line[PATH_MAX], path[PATH_MAX + 64];
    uint64_t least = UINT64_MAX;

    if (file == NULL)
        return least;
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "0::/", 4) != 0)
            continue;
        line[strcspn(line, "\n")] = '\0';
        for (char *end; *(line + 3) != '\0'; *end = '\0') {
            uint64_t limit, used;

            snprintf(path, sizeof path, "/sys/fs/cgroup%s/memory.max", line + 3);
            limit = number_read(path);
            snprintf(path, sizeof path, "/sys/fs/cgroup%s/memory.current", line + 3);
            used = number_read(path);
            if (limit != UINT64_MAX && used != UINT64_MAX) {
                uint64_t left = limit > used ? limit - used : 0;

                least = left < least ? left : least;
            }
            end = strrchr(line + 3, '/'); // there is one: the text starts with it
        }
        break;
    }
    fclose(file);
    return least;
}

uint64_t host_memory_available(void)
{
    FILE *file = fopen("/proc/meminfo", "re");
    uint64_t available = 0, group = group_memory_available();
    char line[256];
    unsigned long long kib;

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
            available = kib * 1024;
    }
    if (file != NULL)
        fclose(file);
    return available < group ? available : group;
}

uint64_t host_tsc(void)
{
    return __builtin_ia32_rdtsc();
}

// The page of a performance event tells how Linux turns the counter into nanoseconds:
// ns = cycles * time_mult >> time_shift (perf_event_open(2)).
static uint64_t tsc_khz_of_linux(void)
{
    struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE,
                                   .size = sizeof attr,
                                   .config = PERF_COUNT_SW_DUMMY,
                                   .exclude_kernel = 1,
                                   .exclude_hv = 1};
    long fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0x8 /* PERF_FLAG_FD_CLOEXEC */);
    const struct perf_event_mmap_page *page;
    uint64_t khz = 0;

    if (fd < 0)
        return 0;
    page = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ, MAP_SHARED, (int)fd, 0);
    if (page != MAP_FAILED) {
        if (page->cap_user_time && page->time_mult != 0 && page->time_shift < 44)
            khz = ((1000000ull << page->time_shift) + page->time_mult / 2) / page->time_mult;
        munmap((void *)page, (size_t)sysconf(_SC_PAGESIZE));
    }
    close((int)fd);
    return khz;
}

struct host_clock host_clock_read(void)
{
    struct host_clock best = {0, 0};
    uint64_t least = UINT64_MAX;

    for (int i = 0; i < 5; i++) { // the pair read closest together: least disturbed
        uint64_t before = host_tsc(), ns = now_ns(), after = host_tsc();

        if (after - before < least) {
            least = after - before;
            best = (struct host_clock){.tsc = before + least / 2, .ns = ns};
        }
    }
    return best;
}

uint64_t host_tsc_khz(struct host_clock start)
{
    uint64_t khz = tsc_khz_of_linux();
    struct host_clock now;

    if (khz != 0)
        return khz;
    while (now_ns() - start.ns < 2000000)
        ;
    now = host_clock_read();
    return (uint64_t)((double)(now.tsc - start.tsc) * 1e6 / (double)(now.ns - start.ns));
}

const char *host_name(void)
{
    static struct utsname names;

    if (names.nodename[0] == '\0' && uname(&names) < 0)
        return "localhost";
    return names.nodename;
}

bool host_is_here(const char *name)
{
    const char *own = host_name();
    size_t label = strcspn(own, ".");

    return strcasecmp(name, "localhost") == 0 || strcmp(name, "127.0.0.1") == 0 ||
           strcmp(name, "::1") == 0 || strcmp(name, "[::1]") == 0 || strcasecmp(name, own) == 0 ||
           (strncasecmp(name, own, label) == 0 && (name[label] == '\0' || name[label] == '.'));
}
