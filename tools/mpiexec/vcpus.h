// SPDX-License-Identifier: BSD-2-Clause
// vcpus.h: pins the virtual CPUs of a VM one to one to CPUs of the host.
//
// QEMU runs each virtual CPU in a thread and tells which through QMP, its protocol of one JSON object a
// line: it greets, we negotiate, we ask, it answers; events may come in between at any time. Nothing
// here waits, and a VM whose CPUs could not be pinned runs all the same: -v says why.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum vcpus_step { VCPUS_GREETING, VCPUS_NEGOTIATION, VCPUS_ANSWER };

struct vcpus {
    int fd; // our end of QMP; poll it for input; -1: nothing (more) to be done
    pid_t qemu;
    const uint32_t *cpu; // of the host, for each virtual CPU
    uint32_t count;
    enum vcpus_step awaited;
    char *said; // the beginning of a line that is not complete yet
    size_t bytes, room;
};

// `fd` becomes ours, and is closed when all is done. `cpu` must live as long.
void vcpus_open(struct vcpus *vcpus, int fd, pid_t qemu, const uint32_t *cpu, uint32_t count);

// Something can be read, or QEMU is gone.
void vcpus_read(struct vcpus *vcpus);

// The reply to query-cpus-fast: thread[i] is that of virtual CPU i, for all `count` of them. false: it is no
// such reply, or one lacks.
bool vcpus_threads(const char *reply, size_t bytes, pid_t thread[], uint32_t count);
