// SPDX-License-Identifier: BSD-2-Clause
// strace.h: how --strace shows a system call; private to this room.
#pragma once
#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#define STRACE_NO_RESULT LONG_MIN // the call does not return
#define STRACE_LINE_MAX 512

struct syscall;

// One name of a value or of a bit; tables end with a NULL name.
struct strace_name {
    uint64_t value;
    const char *name;
};

extern const struct strace_name strace_open_flags[], strace_prot[], strace_map_flags[],
    strace_clone_flags[], strace_futex_ops[], strace_clocks[], strace_madvise[], strace_whence[],
    strace_arch[];

// ENOENT and so on, SIGSEGV and so on; NULL for others.
const char *strace_errno_name(long errno_value);
const char *strace_signal_name(uint64_t signo);

// Writes "name(args) = result" without a newline; returns its length, at most size - 1.
size_t strace_format(char *line, size_t size, const struct syscall *call, uint64_t nr,
                     const uint64_t arg[6], long result);
