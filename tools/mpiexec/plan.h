// SPDX-License-Identifier: BSD-2-Clause
// plan.h: everything that is decided before the start: what runs, how often, where and on what.
#pragma once
#include "host.h"
#include "options.h"
#include "tools/common/image_file.h"
#include "tools/files/files.h"

struct plan_section {
    uint32_t ranks;
    uint32_t program;  // index
    char *cwd;         // absolute
    struct words argv; // as the program sees it
    struct words env;
};

struct plan_program {
    char *path; // absolute
    struct image_file image;
};

// With --gdb.
struct gdb_plan {
    char *program; // absolute paths: gdb itself, and the kernel with its symbols
    char *kernel;
    int listen_fd; // a VM: QEMU listens here for gdb; -1: none
    int path_fd;   // O_PATH: the socket's name, which no folder holds any more
};

struct plan {
    const struct options *options;
    struct plan_section *section;
    uint32_t section_count;
    struct plan_program *program; // [0] is the one that is started
    uint32_t program_count;
    uint32_t ranks;
    uint32_t cores;
    uint32_t *cpu; // CPUs of the host we may use
    uint32_t cpu_count;
    enum machine_kind machine; // not MACHINE_AUTO
    bool kvm;
    char *qemu;              // absolute path; NULL on machine linux
    struct mounts mounts;    // what a VM sees of the host's files
    struct gdb_plan gdb;     // --gdb
    struct host_clock start; // when mpiexec started
};

// Decides all of it, or says what is wrong and exits.
void plan_make(struct plan *plan, const struct options *options);

// Part of it: which machine, and with what.
void plan_machine(struct plan *plan);

// Part of it: the mounts. The machine and the sections are known.
void plan_mounts(struct plan *plan);

const char *plan_machine_name(enum machine_kind machine);

// Is each core bound to a CPU of the host? Where there are enough, and not for one core alone, which may
// go where Linux likes.
bool plan_pins(const struct plan *plan);

// The section a rank belongs to.
const struct plan_section *plan_section_of(const struct plan *plan, uint32_t rank);

// --report-bindings and --display-map, on standard error.
void plan_print(const struct plan *plan);

// An executable file called `name` in one of the folders of `path` (separated by colons); allocated,
// or NULL.
char *path_find(const char *path, const char *name);

// How the memory of a VM is divided. It has two parts, one after the other: RAM of its own, and the
// job's region. QEMU puts them at physical address 0 and upwards, but leaves a hole below 4 GiB; the
// region must lie on one side of it and begin at a multiple of JOB_ALIGN.
struct plan_memory {
    uint64_t ram_bytes;
    uint64_t region_bytes; // the region as the VM sees it, rounded up
};
struct plan_memory plan_memory(const struct plan *plan, uint64_t region_bytes);
