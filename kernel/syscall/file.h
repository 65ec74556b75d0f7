// SPDX-License-Identifier: BSD-2-Clause
// file.h: the file families of system calls; the table in table.c names them.
//
// A rank's descriptors index its own table (kernel/io). Streams and the files the kernel makes up
// are answered here, everything else by the file back end (kernel/io/host.h). A call that may wait
// never stops the core: it polls and sleeps in between.
#pragma once
#include "kernel/rank/rank.h"

// Reads up to `bytes` at `offset` of descriptor `fd` of the running rank into memory of its slot:
// what a private mapping of a file is made of. Returns the bytes read, fewer only at end of file,
// or a negative errno (-EBADF, -EACCES if it is not open for reading, -ENODEV if it cannot be
// mapped).
long file_pread_into(struct rank *rank, int fd, void *to, size_t bytes, uint64_t offset);

// Descriptors: file.c
long sys_open(struct thread *self, const uint64_t arg[6]);
long sys_openat(struct thread *self, const uint64_t arg[6]);
long sys_openat2(struct thread *self, const uint64_t arg[6]);
long sys_creat(struct thread *self, const uint64_t arg[6]);
long sys_close(struct thread *self, const uint64_t arg[6]);
long sys_close_range(struct thread *self, const uint64_t arg[6]);
long sys_dup(struct thread *self, const uint64_t arg[6]);
long sys_dup2(struct thread *self, const uint64_t arg[6]);
long sys_dup3(struct thread *self, const uint64_t arg[6]);
long sys_fcntl(struct thread *self, const uint64_t arg[6]);
long sys_flock(struct thread *self, const uint64_t arg[6]);

// ioctl(2): file_ioctl.c
long sys_ioctl(struct thread *self, const uint64_t arg[6]);

// Bytes: file_rw.c and file_copy.c
long sys_read(struct thread *self, const uint64_t arg[6]);
long sys_write(struct thread *self, const uint64_t arg[6]);
long sys_readv(struct thread *self, const uint64_t arg[6]);
long sys_writev(struct thread *self, const uint64_t arg[6]);
long sys_pread64(struct thread *self, const uint64_t arg[6]);
long sys_pwrite64(struct thread *self, const uint64_t arg[6]);
long sys_preadv(struct thread *self, const uint64_t arg[6]);
long sys_pwritev(struct thread *self, const uint64_t arg[6]);
long sys_preadv2(struct thread *self, const uint64_t arg[6]);
long sys_pwritev2(struct thread *self, const uint64_t arg[6]);
long sys_lseek(struct thread *self, const uint64_t arg[6]);
long sys_sendfile(struct thread *self, const uint64_t arg[6]);
long sys_copy_file_range(struct thread *self, const uint64_t arg[6]);

// What a file is: file_stat.c
long sys_fstat(struct thread *self, const uint64_t arg[6]);
long sys_stat(struct thread *self, const uint64_t arg[6]);
long sys_lstat(struct thread *self, const uint64_t arg[6]);
long sys_newfstatat(struct thread *self, const uint64_t arg[6]);
long sys_statx(struct thread *self, const uint64_t arg[6]);
long sys_access(struct thread *self, const uint64_t arg[6]);
long sys_faccessat(struct thread *self, const uint64_t arg[6]);
long sys_faccessat2(struct thread *self, const uint64_t arg[6]);
long sys_readlink(struct thread *self, const uint64_t arg[6]);
long sys_readlinkat(struct thread *self, const uint64_t arg[6]);
long sys_statfs(struct thread *self, const uint64_t arg[6]);
long sys_fstatfs(struct thread *self, const uint64_t arg[6]);

// Names and directories: file_path.c
long sys_getcwd(struct thread *self, const uint64_t arg[6]);
long sys_chdir(struct thread *self, const uint64_t arg[6]);
long sys_fchdir(struct thread *self, const uint64_t arg[6]);
long sys_mkdir(struct thread *self, const uint64_t arg[6]);
long sys_mkdirat(struct thread *self, const uint64_t arg[6]);
long sys_mknod(struct thread *self, const uint64_t arg[6]);
long sys_mknodat(struct thread *self, const uint64_t arg[6]);
long sys_rmdir(struct thread *self, const uint64_t arg[6]);
long sys_unlink(struct thread *self, const uint64_t arg[6]);
long sys_unlinkat(struct thread *self, const uint64_t arg[6]);
long sys_rename(struct thread *self, const uint64_t arg[6]);
long sys_renameat(struct thread *self, const uint64_t arg[6]);
long sys_renameat2(struct thread *self, const uint64_t arg[6]);
long sys_link(struct thread *self, const uint64_t arg[6]);
long sys_linkat(struct thread *self, const uint64_t arg[6]);
long sys_symlink(struct thread *self, const uint64_t arg[6]);
long sys_symlinkat(struct thread *self, const uint64_t arg[6]);
long sys_getdents64(struct thread *self, const uint64_t arg[6]);
long sys_umask(struct thread *self, const uint64_t arg[6]);

// Attributes and contents as a whole: file_attr.c
long sys_chmod(struct thread *self, const uint64_t arg[6]);
long sys_fchmod(struct thread *self, const uint64_t arg[6]);
long sys_fchmodat(struct thread *self, const uint64_t arg[6]);
long sys_chown(struct thread *self, const uint64_t arg[6]);
long sys_fchown(struct thread *self, const uint64_t arg[6]);
long sys_lchown(struct thread *self, const uint64_t arg[6]);
long sys_fchownat(struct thread *self, const uint64_t arg[6]);
long sys_utime(struct thread *self, const uint64_t arg[6]);
long sys_utimes(struct thread *self, const uint64_t arg[6]);
long sys_futimesat(struct thread *self, const uint64_t arg[6]);
long sys_utimensat(struct thread *self, const uint64_t arg[6]);
long sys_truncate(struct thread *self, const uint64_t arg[6]);
long sys_ftruncate(struct thread *self, const uint64_t arg[6]);
long sys_fallocate(struct thread *self, const uint64_t arg[6]);
long sys_fsync(struct thread *self, const uint64_t arg[6]);
long sys_fdatasync(struct thread *self, const uint64_t arg[6]);
long sys_sync(struct thread *self, const uint64_t arg[6]);
long sys_syncfs(struct thread *self, const uint64_t arg[6]);
long sys_sync_file_range(struct thread *self, const uint64_t arg[6]);
long sys_fadvise64(struct thread *self, const uint64_t arg[6]);
long sys_readahead(struct thread *self, const uint64_t arg[6]);

// Waiting for several: file_poll.c
long sys_poll(struct thread *self, const uint64_t arg[6]);
long sys_ppoll(struct thread *self, const uint64_t arg[6]);
long sys_select(struct thread *self, const uint64_t arg[6]);
long sys_pselect6(struct thread *self, const uint64_t arg[6]);
long sys_epoll_create(struct thread *self, const uint64_t arg[6]);
long sys_epoll_create1(struct thread *self, const uint64_t arg[6]);
long sys_epoll_ctl(struct thread *self, const uint64_t arg[6]);
long sys_epoll_wait(struct thread *self, const uint64_t arg[6]);
long sys_epoll_pwait(struct thread *self, const uint64_t arg[6]);

// Pipes and event counters: file_pipe.c
long sys_pipe(struct thread *self, const uint64_t arg[6]);
long sys_pipe2(struct thread *self, const uint64_t arg[6]);
long sys_eventfd(struct thread *self, const uint64_t arg[6]);
long sys_eventfd2(struct thread *self, const uint64_t arg[6]);
long sys_memfd_create(struct thread *self, const uint64_t arg[6]);

// Sockets: file_socket.c
long sys_socket(struct thread *self, const uint64_t arg[6]);
long sys_socketpair(struct thread *self, const uint64_t arg[6]);
long sys_connect(struct thread *self, const uint64_t arg[6]);
long sys_bind(struct thread *self, const uint64_t arg[6]);
long sys_listen(struct thread *self, const uint64_t arg[6]);
long sys_accept(struct thread *self, const uint64_t arg[6]);
long sys_accept4(struct thread *self, const uint64_t arg[6]);
long sys_sendto(struct thread *self, const uint64_t arg[6]);
long sys_recvfrom(struct thread *self, const uint64_t arg[6]);
long sys_sendmsg(struct thread *self, const uint64_t arg[6]);
long sys_recvmsg(struct thread *self, const uint64_t arg[6]);
long sys_shutdown(struct thread *self, const uint64_t arg[6]);
long sys_getsockname(struct thread *self, const uint64_t arg[6]);
long sys_getpeername(struct thread *self, const uint64_t arg[6]);
long sys_setsockopt(struct thread *self, const uint64_t arg[6]);
long sys_getsockopt(struct thread *self, const uint64_t arg[6]);
