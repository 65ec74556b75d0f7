// SPDX-License-Identifier: BSD-2-Clause
// info.c: what the system is and what it allows: names, memory, limits, random bytes.
#include "kernel/io/special.h"
#include "kernel/syscall/calls.h"
#include "kernel/syscall/chacha.h"
#include "kernel/syscall/clock.h"
#include "lib/lib.h"
#include <asm/errno.h>
#include <asm/unistd_64.h>
#include <linux/prctl.h>
#include <linux/random.h>
#include <linux/resource.h>
#include <linux/sysinfo.h>
#include <linux/utsname.h>

#define STACK_LIMIT_MAX (8ul << 20)
#define STACK_LIMIT_MIN (128ul << 10)
#define RANDOM_BYTES_MAX (1ul << 30)

// "Linux": what configure scripts and libcs look for. The release is the oldest whose calls these are.
long sys_uname(struct thread *self, const uint64_t arg[6])
{
    struct new_utsname *name = (struct new_utsname *)arg[0], host;

    (void)self;
    if (!user_writable(arg[0], sizeof *name))
        return -EFAULT;
    memset(name, 0, sizeof *name);
    format(name->sysname, sizeof name->sysname, "Linux");
    format(name->nodename, sizeof name->nodename, "torito");
    if (machine->host_call(__NR_uname, (const uint64_t[6]){(uintptr_t)&host}) == 0)
        memcpy(name->nodename, host.nodename, sizeof name->nodename);
    format(name->release, sizeof name->release, "6.1.0-torito");
    format(name->version, sizeof name->version, "#1 SMP Torito on machine %s", machine->name);
    format(name->machine, sizeof name->machine, "x86_64");
    format(name->domainname, sizeof name->domainname, "(none)");
    return 0;
}

long sys_sysinfo(struct thread *self, const uint64_t arg[6])
{
    struct sysinfo *info = (struct sysinfo *)arg[0], host;
    uint64_t total = machine->memory_bytes(), used = 0;

    (void)self;
    if (!user_writable(arg[0], sizeof *info))
        return -EFAULT;
    memset(info, 0, sizeof *info);
    if (machine->host_call(__NR_sysinfo, (const uint64_t[6]){(uintptr_t)&host}) == 0)
        memcpy(info->loads, host.loads, sizeof info->loads);
    for (uint32_t i = 0; i < rank_count; i++) // a snapshot: other cores map and unmap meanwhile
        used += slot_table[i] ? slot_mapped_bytes(slot_table[i]) : 0;
    info->uptime = (long)(machine->now_ns() / NS_PER_S);
    info->totalram = total;
    info->freeram = used < total ? total - used : 0;
    info->procs = (uint16_t)rank_count;
    info->mem_unit = 1;
    return 0;
}

// The default size of a thread's stack comes from this: no larger than a small slot can bear.
static uint64_t stack_limit(const struct slot *slot)
{
    uint64_t bytes = ROUND_DOWN((slot->memory.end - slot->memory.start) / 16, PAGE_BYTES);

    bytes = bytes > STACK_LIMIT_MAX ? STACK_LIMIT_MAX : bytes;
    return bytes < STACK_LIMIT_MIN ? STACK_LIMIT_MIN : bytes;
}

static long limit_get(const struct rank *rank, uint32_t resource, struct rlimit64 *limit)
{
    const struct slot *slot = &rank->slot;
    const uint64_t ask_host[6] = {0, resource, 0, (uintptr_t)limit};

    *limit = (struct rlimit64){RLIM64_INFINITY, RLIM64_INFINITY};
    switch (resource) {
    case RLIMIT_NOFILE:
        *limit = (struct rlimit64){RANK_FILES_MAX, RANK_FILES_MAX};
        return 0;
    case RLIMIT_STACK:
        *limit = (struct rlimit64){stack_limit(slot), stack_limit(slot)};
        return 0;
    case RLIMIT_AS:
        limit->rlim_cur = limit->rlim_max = slot->memory.end - slot->memory.start;
        return 0;
    case RLIMIT_CORE: // nobody dumps
    case RLIMIT_NICE: // nor has priorities
    case RLIMIT_RTPRIO:
        *limit = (struct rlimit64){0, 0};
        return 0;
    case RLIMIT_FSIZE: // a host enforces these, if there is one; otherwise nobody does
    case RLIMIT_MEMLOCK:
        machine->host_call(__NR_prlimit64, ask_host);
        return 0;
    default:
        return resource < RLIM_NLIMITS ? 0 : -EINVAL;
    }
}

// Limits follow from the slot and the tables; only what is already so can be set.
static long limit_set(const struct rank *rank, uint32_t resource, uint64_t from)
{
    const struct rlimit64 *wanted = (const struct rlimit64 *)from;
    struct rlimit64 now = {0, 0};
    long rc = limit_get(rank, resource, &now);

    if (rc)
        return rc;
    if (!user_readable(from, sizeof *wanted))
        return -EFAULT;
    if (wanted->rlim_cur > wanted->rlim_max)
        return -EINVAL;
    return wanted->rlim_cur == now.rlim_cur && wanted->rlim_max == now.rlim_max ? 0 : -EPERM;
}

static long limit_put(const struct rank *rank, uint32_t resource, uint64_t to)
{
    struct rlimit64 limit = {0, 0};
    long rc = limit_get(rank, resource, &limit);

    if (rc)
        return rc;
    if (!user_writable(to, sizeof limit))
        return -EFAULT;
    *(struct rlimit64 *)to = limit;
    return 0;
}

// On x86-64 struct rlimit is struct rlimit64.
long sys_getrlimit(struct thread *self, const uint64_t arg[6])
{
    return limit_put(self->rank, (uint32_t)arg[0], arg[1]);
}

long sys_setrlimit(struct thread *self, const uint64_t arg[6])
{
    return limit_set(self->rank, (uint32_t)arg[0], arg[1]);
}

long sys_prlimit64(struct thread *self, const uint64_t arg[6])
{
    uint32_t pid = (uint32_t)arg[0];
    long rc = 0;

    if (pid != 0 && pid != rank_pid(self->rank))
        return -ESRCH;
    if (arg[3])
        rc = limit_put(self->rank, (uint32_t)arg[1], arg[3]);
    if (rc == 0 && arg[2])
        rc = limit_set(self->rank, (uint32_t)arg[1], arg[2]);
    return rc;
}

// A ChaCha20 key stream: the job's random bytes are the key, the rank and a block count the nonce.
long sys_getrandom(struct thread *self, const uint64_t arg[6])
{
    const uint8_t *key = job_region ? job_region->random : boot_info->random;
    struct rank *rank = self->rank;
    size_t bytes = arg[1] < RANDOM_BYTES_MAX ? arg[1] : RANDOM_BYTES_MAX;
    uint8_t block[CHACHA_BLOCK_BYTES];

    if (arg[2] & ~(uint64_t)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
        return -EINVAL;
    if (!user_writable(arg[0], bytes))
        return -EFAULT;
    for (size_t done = 0; done < bytes; done += sizeof block) {
        uint32_t nonce[3] = {rank->index, (uint32_t)(rank->random >> 32), 0};

        chacha20_block(block, key, (uint32_t)rank->random, (const uint8_t *)nonce);
        rank->random++;
        memcpy((char *)arg[0] + done, block,
               bytes - done < sizeof block ? bytes - done : sizeof block);
    }
    memset(block, 0, sizeof block);
    return (long)bytes;
}

// Up to 15 characters count, so no more need be there.
static long name_set(struct thread *self, uint64_t from)
{
    char name[sizeof self->name] = "";

    for (size_t i = 0; i < sizeof name - 1; i++) {
        if (!user_readable(from + i, 1))
            return -EFAULT;
        name[i] = ((const char *)from)[i];
        if (!name[i])
            break;
    }
    memcpy(self->name, name, sizeof name);
    return 0;
}

// A thread without a name has the program's.
static long name_get(const struct thread *self, uint64_t to)
{
    const char *program = special_image(self->rank), *name = program;

    if (!user_writable(to, sizeof self->name))
        return -EFAULT;
    for (; *program; program++)
        if (*program == '/')
            name = program + 1;
    if (!*name) // a kernel booted by hand does not know its file
        name = "torito";
    memset((char *)to, 0, sizeof self->name);
    format((char *)to, sizeof self->name, "%s", self->name[0] ? self->name : name);
    return 0;
}

long sys_prctl(struct thread *self, const uint64_t arg[6])
{
    switch ((int)arg[0]) {
    case PR_SET_NAME:
        return name_set(self, arg[1]);
    case PR_GET_NAME:
        return name_get(self, arg[1]);
    default:
        return -EINVAL;
    }
}

// 0: Linux, with nothing special; 0xffffffff asks.
long sys_personality(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    return (uint32_t)arg[0] == UINT32_MAX || (uint32_t)arg[0] == 0 ? 0 : -EINVAL;
}
