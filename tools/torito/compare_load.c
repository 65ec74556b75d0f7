// SPDX-License-Identifier: BSD-2-Clause
// compare_load.c: did somebody else use our CPUs meanwhile?
//
// Two ranks that spin on two CPUs lose milliseconds to any third process, far more than what is
// measured. What the CPUs worked, less what our own children did, is the others' share, time stolen
// from this virtual machine by its host included.
#include "tools/torito/compare_parts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static bool is_ours(const struct plan *plan, int cpu)
{
    for (unsigned i = 0; i < plan->cpu_count; i++)
        if (plan->cpu[i] == cpu)
            return true;
    return false;
}

// Seconds that our CPUs were busy since the start of the system; /proc/stat counts in ticks.
static double busy_s(const struct plan *plan)
{
    FILE *stat = fopen("/proc/stat", "re");
    char line[512];
    double ticks = 0;

    while (stat != NULL && fgets(line, sizeof line, stat) != NULL) {
        unsigned long long user, nice, system, idle, iowait, irq, softirq, steal;
        int cpu;

        if (sscanf(line, "cpu%d %llu %llu %llu %llu %llu %llu %llu %llu", &cpu, &user, &nice,
                   &system, &idle, &iowait, &irq, &softirq, &steal) == 9 &&
            is_ours(plan, cpu))
            ticks += (double)(user + nice + system + irq + softirq + steal);
    }
    if (stat != NULL)
        fclose(stat);
    return ticks / (double)sysconf(_SC_CLK_TCK);
}

static double seconds_of(const struct timeval *time)
{
    return (double)time->tv_sec + (double)time->tv_usec * 1e-6;
}

// Of all children that were waited for, and of this process.
static double own_s(void)
{
    static const int whose[] = {RUSAGE_CHILDREN, RUSAGE_SELF};
    double seconds = 0;

    for (size_t i = 0; i < sizeof whose / sizeof *whose; i++) {
        struct rusage usage;

        if (getrusage(whose[i], &usage) == 0)
            seconds += seconds_of(&usage.ru_utime) + seconds_of(&usage.ru_stime);
    }
    return seconds;
}

void load_begin(const struct plan *plan, struct load *load)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    load->wall_s = (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
    load->busy_s = busy_s(plan);
    load->own_s = own_s();
}

double load_of_others(const struct plan *plan, const struct load *begin)
{
    struct load now;
    double others_s;

    load_begin(plan, &now);
    others_s = (now.busy_s - begin->busy_s) - (now.own_s - begin->own_s);
    if (others_s <= 0 || now.wall_s <= begin->wall_s)
        return 0;
    return others_s / (now.wall_s - begin->wall_s);
}
