// SPDX-License-Identifier: BSD-2-Clause
// pc.c: the machine "pc", put together.
#include "machine/pc/pc.h"
#include "machine/pc/devices.h"
#include "machine/pc/memory.h"
#include <asm/errno.h>

static long pc_host_call(long nr, const uint64_t arg[6])
{
    (void)nr;
    (void)arg;
    return -ENOSYS; // no host below
}

// boot.c fills in what depends on the CPU: fsgsbase and the vector state.
struct machine machine_pc = {
    .name = "pc",
    .now_ns = clock_now_ns,
    .wall_ns = clock_wall_ns,
    .cores_start = pc_cores_start,
    .core_idle = pc_core_idle,
    .core_wake = pc_core_wake,
    .core_get = pc_core_get,
    .slot_create = pc_slot_create,
    .map = pc_map,
    .unmap = pc_unmap,
    .protect = pc_protect,
    .discard = pc_discard,
    .memory_bytes = pc_memory_bytes,
    .physical = pc_physical,
    .fs_set = cpu_fs_set,
    .fs_get = cpu_fs_get,
    .idle_spins = 1000,
    .poll_spins = 50000,
    .console_write = pc_console_write,
    .console_read = pc_console_read,
    .kick = pc_kick,
    .kick_files = pc_kick_files,
    .host_call = pc_host_call,
    .exit = pc_exit,
};
