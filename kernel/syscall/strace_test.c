// SPDX-License-Identifier: BSD-2-Clause
// strace_test.c: how calls are shown. On the host, where every pointer but BAD is valid.
#include "kernel/io/io.h"
#include "kernel/syscall/strace.h"
#include "kernel/syscall/syscall.h"
#include <linux/fcntl.h>
#include <linux/futex.h>
#include <linux/time_types.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define BAD 0xdead000ul
#define ADDR(x) ((uint64_t)(uintptr_t)(x))

static int cases;

bool slot_check(uintptr_t addr, size_t bytes, int prot)
{
    (void)bytes;
    (void)prot;
    return addr != BAD;
}

void io_put(struct rank *rank, enum job_stream stream, const char *text, size_t bytes)
{
    (void)rank;
    (void)stream;
    (void)text;
    (void)bytes;
}

static void check(const char *name, const char *args, const uint64_t arg[6], long result,
                  const char *expected)
{
    const struct syscall call = {name, NULL, args, false};
    char line[STRACE_LINE_MAX];
    size_t length = strace_format(line, sizeof line, &call, 600, arg, result);

    if (strcmp(line, expected) != 0 || length != strlen(line))
        printf("got      %s\nexpected %s\n", line, expected);
    else
        cases++;
}

static void check_texts(void)
{
    char text[] = "a\tb\n\"\\\001"
                  "7\033z",
         longer[50];

    memset(longer, 'x', sizeof longer);
    check("write", "ibu", (uint64_t[6]){1, ADDR(text), 10}, 10,
          "write(1, \"a\\tb\\n\\\"\\\\\\0017\\33z\", 10) = 10");
    check("write", "ibu", (uint64_t[6]){1, ADDR(longer), 50}, 50,
          "write(1, \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"..., 50) = 50");
    check("write", "ibu", (uint64_t[6]){1, ADDR(longer), 32}, 32,
          "write(1, \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\", 32) = 32");
    check("write", "ibu", (uint64_t[6]){1, BAD, 3}, -14, "write(1, 0xdead000, 3) = -1 EFAULT");
    check("read", "iBu", (uint64_t[6]){0, ADDR(longer), 50}, 2, "read(0, \"xx\", 50) = 2");
    check("chdir", "s", (uint64_t[6]){0}, -14, "chdir(NULL) = -1 EFAULT");
}

static void check_flags(void)
{
    check("openat", "isfo", (uint64_t[6]){(uint64_t)AT_FDCWD, ADDR("f"), 0, 7}, 3,
          "openat(AT_FDCWD, \"f\", O_RDONLY) = 3");
    check("openat", "isfo",
          (uint64_t[6]){4, ADDR("f"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644}, -2,
          "openat(4, \"f\", O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, 0644) = -1 ENOENT");
    check("openat", "isfo", (uint64_t[6]){4, ADDR("f"), O_DIRECTORY}, 5,
          "openat(4, \"f\", O_RDONLY|O_DIRECTORY) = 5");
    check("mmap", "puPMil=p",
          (uint64_t[6]){0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1ull, 0},
          0x1000,
          "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x1000");
    check("mprotect", "puP", (uint64_t[6]){0x1000, 4096, 0}, 0,
          "mprotect(0x1000, 4096, PROT_NONE) = 0");
    check("tgkill", "ddm", (uint64_t[6]){2, 2, 6}, 0, "tgkill(2, 2, SIGABRT) = 0");
    check("futex", "pF", (uint64_t[6]){0x1000, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, 9, 9}, 1,
          "futex(0x1000, FUTEX_WAKE|FUTEX_PRIVATE_FLAG, 1) = 1");
}

static void check_rest(void)
{
    struct __kernel_timespec time = {1, 5};

    check("futex", "pF",
          (uint64_t[6]){0x1000, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, ADDR(&time), 0, ~0u},
          -110,
          "futex(0x1000, FUTEX_WAIT_BITSET|FUTEX_CLOCK_REALTIME, 0, {tv_sec=1, tv_nsec=5}, "
          "0xffffffff) = -1 ETIMEDOUT");
    check("clock_gettime", "cT", (uint64_t[6]){1, ADDR(&time)}, 0,
          "clock_gettime(CLOCK_MONOTONIC, {tv_sec=1, tv_nsec=5}) = 0");
    check("exit_group", "d", (uint64_t[6]){3}, STRACE_NO_RESULT, "exit_group(3) = ?");
    check("getpid", "", (uint64_t[6]){3}, 2, "getpid() = 2");
    check("unknown", NULL, (uint64_t[6]){1, 2, 3}, -38, "syscall_600(0x1, 0x2, 0x3) = -1 ENOSYS");
}

int main(void)
{
    check_texts();
    check_flags();
    check_rest();
    printf("done %d\n", cases);
    return cases != 18;
}
