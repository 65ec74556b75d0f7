// SPDX-License-Identifier: BSD-2-Clause
// iovec.c: vectors of buffers to streams and pipes, whole and in order; and output in bulk.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEED(fact) ((fact) ? (void)0 : not_so(#fact, __LINE__))
#define BULK (300 * 1000) // more than a pipe or a ring holds

static char *volatile nowhere = (char *)8; // an address that is never mapped

static void not_so(const char *fact, int line)
{
    fprintf(stderr, "iovec.c:%d: not so: %s (errno %d)\n", line, fact, errno);
    exit(1);
}

static void test_stdout(void)
{
    static char wide[3][40000];
    struct iovec vector[] = {{"one, ", 5}, {"", 0}, {"two, ", 5}, {"three\n", 6}};
    struct iovec many[3];

    NEED(writev(1, vector, 4) == 16);
    NEED(writev(1, vector, 0) == 0);
    for (int i = 0; i < 3; i++) {
        memset(wide[i], "abc"[i], sizeof wide[i]);
        wide[i][sizeof wide[i] - 1] = '\n';
        many[i] = (struct iovec){wide[i], sizeof wide[i]};
    }
    NEED(writev(1, many, 3) == sizeof wide); // larger than one record of the launcher's ring
    NEED(write(1, wide, 0) == 0);
    NEED(write(1, nowhere, 4) == -1 && errno == EFAULT);
    many[1].iov_len = (size_t)-1;
    NEED(writev(1, many, 3) == -1 && errno == EINVAL);
    NEED(lseek(1, 0, SEEK_CUR) != -1 || errno == ESPIPE);
}

static int to_read;

// The other end of a pipe: a thread of the same rank, so nobody may stop the core.
static void *reader(void *unused)
{
    char text[1000];
    long next = 0;
    ssize_t got;

    while ((got = read(to_read, text, sizeof text)) > 0)
        for (ssize_t i = 0; i < got; i++, next++)
            NEED(text[i] == (char)(next % 251));
    NEED(got == 0 && next == 2 * BULK);
    return unused;
}

static void bulk_write(int fd)
{
    static char bulk[2 * BULK];
    struct iovec vector[2] = {{bulk + BULK, 5}, {bulk + BULK + 5, BULK - 5}};

    for (long i = 0; i < 2 * BULK; i++)
        bulk[i] = (char)(i % 251);
    NEED(write(fd, bulk, BULK) == BULK);
    NEED(writev(fd, vector, 2) == BULK);
    NEED(close(fd) == 0);
}

static void test_bulk(int end[2])
{
    pthread_t thread;

    to_read = end[0];
    NEED(pthread_create(&thread, NULL, reader, NULL) == 0);
    bulk_write(end[1]);
    NEED(pthread_join(thread, NULL) == 0);
    NEED(close(end[0]) == 0);
}

static void test_nonblocking(void)
{
    char text[4096] = {0};
    int end[2];
    long written = 0;
    ssize_t put;

    NEED(pipe2(end, O_NONBLOCK | O_CLOEXEC) == 0);
    NEED(fcntl(end[0], F_GETFL) & O_NONBLOCK);
    NEED(read(end[0], text, 1) == -1 && errno == EAGAIN);
    while ((put = write(end[1], text, sizeof text)) > 0)
        written += put;
    NEED(put == -1 && errno == EAGAIN && written >= 65536 - 4096);
    NEED(close(end[0]) == 0 && close(end[1]) == 0);
}

static void test_offsets(void)
{
    char a[4] = "", b[4] = "";
    struct iovec out[2] = {{"abc", 3}, {"def", 3}}, in[2] = {{a, 3}, {b, 3}};
    int fd = memfd_create("vectors", MFD_CLOEXEC);

    NEED(fd >= 0 && pwritev(fd, out, 2, 10) == 6 && preadv(fd, in, 2, 10) == 6);
    NEED(strcmp(a, "abc") == 0 && strcmp(b, "def") == 0);
    NEED(lseek(fd, 0, SEEK_CUR) == 0);
    NEED(preadv2(fd, in, 2, -1, 0) == 6 && a[0] == '\0' && lseek(fd, 0, SEEK_CUR) == 6);
    NEED(preadv2(fd, in, 2, 13, 0) == 3 && strcmp(a, "def") == 0);
    NEED(close(fd) == 0);
}

int main(void)
{
    int end[2];

    test_stdout();
    NEED(pipe(end) == 0);
    test_bulk(end);
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, end) == 0);
    test_bulk(end);
    test_nonblocking();
    test_offsets();
    printf("iovec: ok\n");
    return 0;
}
