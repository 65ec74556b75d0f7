// SPDX-License-Identifier: BSD-2-Clause
// cmdline.h: the boot command line: a few words for the kernel, the rest for the program.
//
//   torito.ranks=N torito.cores=N    how many, when started by hand
//   torito.job=HEX                   the nonce of the launcher's job (abi/job.h)
//   torito.env=NAME=VALUE            environment of the program, any number of times
//   torito.strace                    print every system call
//   torito.hold                      leave the machine on at the end, so that its screen can be read
//   torito.topo                      print what the kernel has found of the machine, and end
//   tsc_khz=N                        the time stamp counter's frequency
//   virtio_mmio.device=SIZE@ADDRESS:IRQ[:ID]   a device, put there by the VMM
//
// Words are separated by blanks. 'Single' and "double" quotes hold words together; outside single
// quotes a backslash takes the next character as it is.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define CMDLINE_WORDS_MAX 500 // arguments, and as many environment strings
#define CMDLINE_DEVICES_MAX 64

struct cmdline {
    uint32_t ranks, cores; // 0: not given
    bool has_job, strace, hold, topo;
    bool full; // there were more arguments, or more environment strings, than fit
    uint64_t job_nonce;
    uint64_t tsc_khz; // 0: not given
    uint32_t device_count;
    uint64_t device[CMDLINE_DEVICES_MAX]; // physical addresses of virtio-mmio registers
    const char *wrong;                    // one of ours that means nothing, or NULL
    uint32_t argc, envc;
    const char *argv[CMDLINE_WORDS_MAX + 2]; // argv[0] is the caller's; NULL at the end
    const char *envp[CMDLINE_WORDS_MAX + 1]; // NULL at the end
};

// Splits `text` in place; the words stay in it. argv[0] becomes `program`.
void cmdline_parse(char *text, const char *program, struct cmdline *out);
