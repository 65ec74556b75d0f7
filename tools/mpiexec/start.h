// SPDX-License-Identifier: BSD-2-Clause
// start.h: starts the machine: the image as a process, or QEMU with the image as its kernel.
//
// Either way it is one child in a session of its own, so that nothing typed at the terminal reaches
// it but through us; it dies with the launcher, however that ends; and it has no file to leave behind.
#pragma once
#include "region.h"
#include "vcpus.h"
#include <sys/types.h>

struct child {
    pid_t pid;      // 0 once it has been waited for
    int kick_fd;    // readable when the kernel wants to be looked at
    pid_t gdb_pid;  // --gdb; 0: none, or it has been waited for
    int console_fd; // what the kernel or QEMU write past the job: panics, error messages
    int files_fd;   // a VM: readable when the kernel wants the file server to look
    struct vcpus vcpus;
    uint64_t started_ns;
};

// `kick_fd` is the launcher's end; `kernel_kick_fd` the one for the child: an eventfd on machine
// linux, where both are the same, and a pipe for a VM.
void start_kick(const struct plan *plan, int *kick_fd, int *kernel_kick_fd);
void start_linux(struct child *child, const struct plan *plan, const struct region *region,
                 int kick_fd);
void start_vm(struct child *child, const struct plan *plan, const struct region *region,
              int kick_fd, int kernel_kick_fd);

// The command line of QEMU; in the child the region, the kick, the console, the kick of the file server,
// with --gdb the socket QEMU listens at, and QMP, if its CPUs are to be pinned, are descriptors 3..8.
void qemu_arguments(struct words *out, const struct plan *plan, const struct region *region,
                    struct plan_memory memory);

// What QEMU said when it did not come up, made into a sentence with a remedy. Never NULL.
const char *qemu_explain(const char *said);
