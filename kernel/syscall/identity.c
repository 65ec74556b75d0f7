// SPDX-License-Identifier: BSD-2-Clause
// identity.c: processes, users and groups. A rank is a process without relatives: all ranks form one
// process group and session, led by the launcher. Users are those of the host, where there is one.
#include "kernel/syscall/calls.h"
#include <asm/errno.h>
#include <asm/unistd_64.h>

#define LAUNCHER_PID 1
#define ID_KEEP UINT32_MAX // -1: leave this id as it is

long sys_getpid(struct thread *self, const uint64_t arg[6])
{
    (void)arg;
    return rank_pid(self->rank);
}

long sys_getppid(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    (void)arg;
    return LAUNCHER_PID;
}

long sys_getpgrp(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    (void)arg;
    return LAUNCHER_PID;
}

long sys_getpgid(struct thread *self, const uint64_t arg[6])
{
    uint32_t pid = (uint32_t)arg[0];

    return pid == 0 || pid == LAUNCHER_PID || pid == rank_pid(self->rank) ? LAUNCHER_PID : -ESRCH;
}

long sys_getsid(struct thread *self, const uint64_t arg[6])
{
    return sys_getpgid(self, arg);
}

// Nobody leaves the launcher's group: it could not end them.
long sys_setpgid(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    (void)arg;
    return -EPERM;
}

long sys_setsid(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    (void)arg;
    return -EPERM;
}

// A rank has no children to wait for.
long sys_wait4(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    (void)arg;
    return -ECHILD;
}

long sys_waitid(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    (void)arg;
    return -ECHILD;
}

// Who files belong to; root where there is no host.
static uint32_t host_id(long nr)
{
    static const uint64_t nothing[6];
    long id = machine->host_call(nr, nothing);

    return id == -ENOSYS ? 0 : (uint32_t)id;
}

long sys_getuid(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    (void)arg;
    return host_id(__NR_getuid);
}

long sys_geteuid(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    (void)arg;
    return host_id(__NR_geteuid);
}

long sys_getgid(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    (void)arg;
    return host_id(__NR_getgid);
}

long sys_getegid(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    (void)arg;
    return host_id(__NR_getegid);
}

// Real, effective and saved id; the saved one is the effective one, since nobody changes them.
static long ids_put(const uint64_t arg[6], uint32_t real, uint32_t effective)
{
    for (int i = 0; i < 3; i++)
        if (!user_writable(arg[i], sizeof(uint32_t)))
            return -EFAULT;
    *(uint32_t *)arg[0] = real;
    *(uint32_t *)arg[1] = *(uint32_t *)arg[2] = effective;
    return 0;
}

long sys_getresuid(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    return ids_put(arg, host_id(__NR_getuid), host_id(__NR_geteuid));
}

long sys_getresgid(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    return ids_put(arg, host_id(__NR_getgid), host_id(__NR_getegid));
}

long sys_getgroups(struct thread *self, const uint64_t arg[6])
{
    long rc;

    (void)self;
    if ((int)arg[0] < 0)
        return -EINVAL;
    if (arg[0] && !user_writable(arg[1], (uint32_t)arg[0] * sizeof(uint32_t)))
        return -EFAULT;
    rc = machine->host_call(__NR_getgroups, arg);
    return rc == -ENOSYS ? 0 : rc;
}

// A change to what is already so succeeds; the users of the process are not one rank's to change.
static long ids_keep(const uint64_t *ids, int count, uint32_t real, uint32_t effective)
{
    for (int i = 0; i < count; i++) {
        uint32_t id = (uint32_t)ids[i];

        if (id != ID_KEEP && id != (i == 0 ? real : effective))
            return -EPERM;
    }
    return 0;
}

long sys_setuid(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    return (uint32_t)arg[0] == host_id(__NR_geteuid) ? 0 : -EPERM;
}

long sys_setgid(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    return (uint32_t)arg[0] == host_id(__NR_getegid) ? 0 : -EPERM;
}

long sys_setreuid(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    return ids_keep(arg, 2, host_id(__NR_getuid), host_id(__NR_geteuid));
}

long sys_setregid(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    return ids_keep(arg, 2, host_id(__NR_getgid), host_id(__NR_getegid));
}

long sys_setresuid(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    return ids_keep(arg, 3, host_id(__NR_getuid), host_id(__NR_geteuid));
}

long sys_setresgid(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    return ids_keep(arg, 3, host_id(__NR_getgid), host_id(__NR_getegid));
}

// The file system's id follows the effective one. The call returns the old id and cannot fail.
long sys_setfsuid(struct thread *self, const uint64_t arg[6])
{
    return sys_geteuid(self, arg);
}

long sys_setfsgid(struct thread *self, const uint64_t arg[6])
{
    return sys_getegid(self, arg);
}

long sys_setgroups(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    (void)arg;
    return -EPERM;
}

long sys_capget(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    (void)arg;
    return -EPERM;
}

long sys_capset(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    (void)arg;
    return -EPERM;
}
