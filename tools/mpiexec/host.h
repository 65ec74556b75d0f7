// SPDX-License-Identifier: BSD-2-Clause
// host.h: what mpiexec asks of the computer it runs on.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// CPUs this process may use, in order; their count, at least 1.
uint32_t host_cpus(uint32_t *cpu, uint32_t max);

// Bytes of memory that could be taken now, also within the limits of the control group.
uint64_t host_memory_available(void);

// The time-stamp counter beside CLOCK_MONOTONIC, read at the same moment.
struct host_clock {
    uint64_t tsc, ns;
};
struct host_clock host_clock_read(void);

// The counter's rate as Linux keeps it or, where it does not tell, measured since `start`; a
// measurement takes at least 2 ms from there, which this waits for.
uint64_t host_tsc_khz(struct host_clock start);
uint64_t host_tsc(void);

// Binds a thread of a process to one CPU. On failure errno says why.
bool host_pin(pid_t process, pid_t thread, uint32_t cpu);

// The name of this host, and whether `name` is one of its names.
const char *host_name(void);
bool host_is_here(const char *name);

// Can a VM use the CPU's virtualization? On failure `why` points to a sentence.
bool host_kvm_works(const char **why);
