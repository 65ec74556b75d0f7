// SPDX-License-Identifier: BSD-2-Clause
// strace.c: one line per system call, in the manner of strace(1), for --strace.
//
// A call's format in the table has one letter per argument:
//   d u l    int, unsigned, signed long       x o p   hexadecimal, octal, pointer
//   s        string                           i       descriptor
//   b        buffer the call reads; its size is the next argument
//   B        buffer the call fills; its result is the size
//   t T      timespec that goes in, that comes out
//   f P M C  flags of open, mprotect, mmap, clone
//   F        futex operation: it says what the arguments behind it are
//   c a w m  clock, advice of madvise, whence of lseek, signal
//   A        arch_prctl's command
// "=p" at the end: the result is a pointer. All pointers are looked at with slot_check first.
#include "kernel/syscall/strace.h"
#include "kernel/io/io.h"
#include "kernel/syscall/calls.h"
#include "lib/lib.h"
#include <linux/fcntl.h>
#include <linux/futex.h>
#include <linux/time_types.h>

#define STRING_MAX 32 // characters shown; strace's own default

bool syscall_trace;

struct text {
    char *at;
    size_t size, used; // used < size
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *how, ...)
{
    va_list list;
    int length;

    va_start(list, how);
    length = format_list(text->at + text->used, text->size - text->used, how, list);
    va_end(list);
    text->used += (size_t)length;
    if (text->used >= text->size)
        text->used = text->size - 1;
}

static void put_octal(struct text *text, uint64_t value)
{
    char digits[24];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + (value & 7));
        value >>= 3;
    } while (value);
    put(text, "%.*s", (int)(sizeof digits - at), digits + at);
}

static void put_char(struct text *text, uint8_t c, uint8_t next)
{
    static const char plain[] = "\n\t\r\v\f\"\\", named[] = "ntrvf\"\\";
    const char *found = c ? strchr(plain, c) : NULL;

    if (found) {
        put(text, "\\%c", named[found - plain]);
    } else if (c >= ' ' && c < 127) {
        put(text, "%c", c);
    } else {
        put(text, "\\%s", next >= '0' && next <= '9' ? c < 8 ? "00" : c < 64 ? "0" : "" : "");
        put_octal(text, c);
    }
}

// A buffer of `bytes`, or the string that ends before them.
static void put_bytes(struct text *text, uint64_t addr, size_t bytes, bool string)
{
    const uint8_t *from = (const uint8_t *)addr;
    size_t i;

    if (!addr || !user_readable(addr, 1)) {
        put(text, addr ? "0x%lx" : "NULL", addr);
        return;
    }
    put(text, "\"");
    for (i = 0; i < bytes && i < STRING_MAX && user_readable(addr + i, 1); i++) {
        if (string && !from[i])
            break;
        put_char(text, from[i], i + 1 < bytes && user_readable(addr + i + 1, 1) ? from[i + 1] : 0);
    }
    put(text, "\"%s", i == STRING_MAX && i < bytes && (!string || from[i]) ? "..." : "");
}

static void put_timespec(struct text *text, uint64_t addr)
{
    const struct __kernel_timespec *time = (const struct __kernel_timespec *)addr;

    if (!addr)
        put(text, "NULL");
    else if (!user_readable(addr, sizeof *time))
        put(text, "0x%lx", addr);
    else
        put(text, "{tv_sec=%ld, tv_nsec=%ld}", (long)time->tv_sec, (long)time->tv_nsec);
}

static void put_flags(struct text *text, const struct strace_name *names, uint64_t value,
                      const char *none)
{
    const char *bar = "";

    for (; names->name; names++) {
        if (!names->value || (value & names->value) != names->value)
            continue;
        put(text, "%s%s", bar, names->name);
        value &= ~names->value;
        bar = "|";
    }
    if (value)
        put(text, "%s0x%lx", bar, value);
    else if (!*bar)
        put(text, "%s", none);
}

static void put_value(struct text *text, const struct strace_name *names, uint64_t value)
{
    for (; names->name; names++) {
        if (names->value == value) {
            put(text, "%s", names->name);
            return;
        }
    }
    put(text, "0x%lx", value);
}

static void put_open_flags(struct text *text, uint64_t flags)
{
    if ((flags & O_ACCMODE) == O_RDONLY)
        put(text, flags & ~(uint64_t)O_ACCMODE ? "O_RDONLY|" : "O_RDONLY");
    if (flags)
        put_flags(text, strace_open_flags, flags, "");
}

static void put_futex_op(struct text *text, uint32_t op)
{
    put_value(text, strace_futex_ops, op & (uint32_t)FUTEX_CMD_MASK);
    put(text, "%s%s", op & FUTEX_PRIVATE_FLAG ? "|FUTEX_PRIVATE_FLAG" : "",
        op & FUTEX_CLOCK_REALTIME ? "|FUTEX_CLOCK_REALTIME" : "");
}

// What follows a futex operation and its value.
static const char *futex_rest(uint32_t op)
{
    switch (op & (uint32_t)FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
        return "ut";
    case FUTEX_WAIT_BITSET:
        return "ut-x";
    case FUTEX_WAKE:
        return "u";
    case FUTEX_WAKE_BITSET:
        return "u--x";
    case FUTEX_REQUEUE:
        return "uup";
    default:
        return "uupx";
    }
}

static void put_signal(struct text *text, uint64_t signo)
{
    const char *name = strace_signal_name(signo);

    if (name)
        put(text, "%s", name);
    else
        put(text, "%lu", signo);
}

static void put_pointer(struct text *text, uint64_t addr)
{
    put(text, addr ? "0x%lx" : "NULL", addr);
}

// Letters that name a number.
static void put_named(struct text *text, char letter, uint64_t value)
{
    switch (letter) {
    case 'f':
        put_open_flags(text, value);
        break;
    case 'P':
        put_flags(text, strace_prot, value, "PROT_NONE");
        break;
    case 'M':
        put_flags(text, strace_map_flags, value, "0");
        break;
    case 'C':
        put_flags(text, strace_clone_flags, value & ~0xfful, "0");
        break;
    case 'F':
        put_futex_op(text, (uint32_t)value);
        break;
    case 'c':
        put_value(text, strace_clocks, (uint32_t)value);
        break;
    case 'a':
        put_value(text, strace_madvise, value);
        break;
    case 'w':
        put_value(text, strace_whence, value);
        break;
    case 'A':
        put_value(text, strace_arch, value);
        break;
    case 'm':
        put_signal(text, value);
        break;
    default:
        put(text, "0x%lx", value);
    }
}

static void put_arg(struct text *text, char letter, const uint64_t *arg, long result)
{
    switch (letter) {
    case 'd':
        put(text, "%d", (int)*arg);
        break;
    case 'i':
        if ((int)*arg == AT_FDCWD)
            put(text, "AT_FDCWD");
        else
            put(text, "%d", (int)*arg);
        break;
    case 'u':
        put(text, "%lu", *arg);
        break;
    case 'l':
        put(text, "%ld", (long)*arg);
        break;
    case 'o':
        put(text, "0");
        put_octal(text, (uint32_t)*arg);
        break;
    case 'p':
        put_pointer(text, *arg);
        break;
    case 's':
        put_bytes(text, *arg, SIZE_MAX, true);
        break;
    case 'b':
        put_bytes(text, *arg, arg[1], false);
        break;
    case 'B':
        if (result > 0)
            put_bytes(text, *arg, (size_t)result, false);
        else
            put_pointer(text, *arg);
        break;
    case 't':
        put_timespec(text, *arg);
        break;
    case 'T':
        if (result >= 0)
            put_timespec(text, *arg);
        else
            put_pointer(text, *arg);
        break;
    default:
        put_named(text, letter, *arg);
    }
}

static void put_args(struct text *text, const char *args, const uint64_t arg[6], long result)
{
    const char *comma = "";

    for (int i = 0; i < 6 && *args && *args != '='; i++, args++) {
        if (*args == '-') // not an argument of this call
            continue;
        put(text, "%s", comma);
        put_arg(text, *args, &arg[i], result);
        comma = ", ";
        if (*args == 'F') // the format ends here
            args = futex_rest((uint32_t)arg[i]) - 1;
        else if (*args == 'f' && !(arg[i] & O_CREAT) && args[1] == 'o')
            return; // no file is made, so its mode is not looked at
    }
}

static void put_result(struct text *text, const char *args, long result)
{
    const char *name = result < 0 && result != STRACE_NO_RESULT ? strace_errno_name(-result) : NULL;
    const char *how = args ? strchr(args, '=') : NULL;

    if (result == STRACE_NO_RESULT)
        put(text, " = ?");
    else if (name)
        put(text, " = -1 %s", name);
    else
        put(text, how ? " = 0x%lx" : " = %ld", result);
}

size_t strace_format(char *line, size_t size, const struct syscall *call, uint64_t nr,
                     const uint64_t arg[6], long result)
{
    struct text text = {line, size, 0};

    line[0] = 0;
    if (call->args) {
        put(&text, "%s(", call->name);
        put_args(&text, call->args, arg, result);
    } else {
        put(&text, "syscall_%lu(0x%lx, 0x%lx, 0x%lx", nr, arg[0], arg[1], arg[2]);
    }
    put(&text, ")");
    put_result(&text, call->args, result);
    return text.used;
}

void strace_print(struct thread *self, const struct syscall *call, uint64_t nr,
                  const uint64_t arg[6], long result)
{
    struct rank *rank = self->rank;
    char line[STRACE_LINE_MAX];
    size_t used;

    used = (size_t)format(line, sizeof line, "rank %u: ", rank->index);
    if (self->tid != rank_pid(rank))
        used = (size_t)format(line, sizeof line, "rank %u thread %u: ", rank->index, self->tid);
    used += strace_format(line + used, sizeof line - used - 1, call, nr, arg, result);
    line[used++] = '\n';
    io_put(rank, JOB_TRACE, line, used);
}
