// SPDX-License-Identifier: BSD-2-Clause
// host.h: who carries out calls on files, pipes and sockets for us.
//
// The interface is Linux's own system calls, which are documented and complete. On machine linux
// the host carries them out. On pc kernel/file does what concerns files, if it has a back end; such a
// call may block the thread, and the rest (pipes, sockets) answers -ENOSYS. Everything above speaks
// to files through here only. Calls that could wait for somebody else must be made so that they cannot
// (poll first, *_NOWAIT): on machine linux they would stop the core.
#pragma once
#include "kernel/rank/rank.h"

// The host's descriptors are ours alone: high enough to leave 0, 1, 2 to the machine's console.
#define HOST_FD_MIN 64

// Is there anybody? Once per boot the host's kernel is also prepared: descriptor limit, umask, SIGPIPE.
bool host_present(void);

// Is it a host's kernel, which takes every call, has a /proc, devices and mappings of files?
bool host_is_kernel(void);

// System call `nr` with `arg` as it is, again after an EINTR. -ENOSYS if nobody carries it out. On pc
// by a thread of a rank only.
long host(long nr, const uint64_t arg[6]);

// The umask the kernel was started with.
uint32_t host_umask(void);

// What poll(2) says now about `events` of a descriptor of the host. Negative errno on failure.
int host_poll(int host_fd, int events);

// May reading or writing it wait for somebody? Files, directories and disks do not; a socket can be
// told not to in each call, the rest (pipes, terminals, event counters) must be polled before.
enum host_waiting { HOST_READY, HOST_POLLED, HOST_SOCKET };
uint8_t host_waits(int host_fd); // enum host_waiting

#define HOST_DONTWAIT 0x4040ul // MSG_DONTWAIT | MSG_NOSIGNAL

// Is O_NONBLOCK set on a descriptor of the host?
bool host_nonblocking(int host_fd);

void host_close(int host_fd);

// The path of a directory that is open on the host, without a NUL at its end: bytes of it, or a
// negative errno.
long host_where(int host_fd, char *to, size_t bytes);
