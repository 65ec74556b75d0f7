// SPDX-License-Identifier: BSD-2-Clause
// poll.c: poll, select and epoll on pipes and streams; time-outs; a signal that ends a wait.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NEED(fact) ((fact) ? (void)0 : not_so(#fact, __LINE__))

static int end[2];
static volatile sig_atomic_t signals;

static void not_so(const char *fact, int line)
{
    fprintf(stderr, "poll.c:%d: not so: %s (errno %d)\n", line, fact, errno);
    exit(1);
}

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void *write_later(void *unused)
{
    struct timespec delay = {0, 20000000};

    nanosleep(&delay, NULL);
    NEED(write(end[1], "x", 1) == 1);
    return unused;
}

static void test_poll(void)
{
    struct pollfd polls[4] = {{.fd = end[0], .events = POLLIN},
                              {.fd = 900, .events = POLLIN},
                              {.fd = -1},
                              {.fd = 1, .events = POLLOUT}};
    double start = now_ms();
    pthread_t thread;
    char text;

    NEED(poll(polls, 1, 30) == 0 && now_ms() - start >= 29);
    NEED(poll(polls, 1, 0) == 0);
    NEED(poll(polls, 4, 1000) == 2);
    NEED(polls[0].revents == 0 && polls[1].revents == POLLNVAL && polls[3].revents == POLLOUT);
    NEED(pthread_create(&thread, NULL, write_later, NULL) == 0);
    NEED(poll(polls, 1, -1) == 1 && polls[0].revents == POLLIN);
    NEED(pthread_join(thread, NULL) == 0 && read(end[0], &text, 1) == 1);
    NEED(pthread_create(&thread, NULL, write_later, NULL) == 0);
    NEED(read(end[0], &text, 1) == 1 && text == 'x'); // a read that waits
    NEED(pthread_join(thread, NULL) == 0);
}

static void test_select(void)
{
    struct timeval limit = {0, 20000};
    struct timespec forever = {5, 0};
    fd_set in, out;
    pthread_t thread;
    char text;

    FD_ZERO(&in);
    FD_SET(end[0], &in);
    NEED(select(end[0] + 1, &in, NULL, NULL, &limit) == 0 && !FD_ISSET(end[0], &in));
    FD_SET(end[0], &in);
    FD_ZERO(&out);
    FD_SET(1, &out);
    FD_SET(end[1], &out);
    NEED(select(end[1] + 1, &in, &out, NULL, NULL) == 2);
    NEED(!FD_ISSET(end[0], &in) && FD_ISSET(1, &out) && FD_ISSET(end[1], &out));
    NEED(pthread_create(&thread, NULL, write_later, NULL) == 0);
    FD_SET(end[0], &in);
    NEED(pselect(end[0] + 1, &in, NULL, NULL, &forever, NULL) == 1 && FD_ISSET(end[0], &in));
    NEED(pthread_join(thread, NULL) == 0 && read(end[0], &text, 1) == 1);
    FD_ZERO(&in);
    FD_SET(50, &in);
    NEED(select(51, &in, NULL, NULL, NULL) == -1 && errno == EBADF);
}

static void test_epoll(void)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 42}, got;
    int poll_fd = epoll_create1(EPOLL_CLOEXEC), counter = eventfd(0, EFD_CLOEXEC);
    uint64_t number = 7;

    NEED(poll_fd >= 0 && counter >= 0);
    NEED(epoll_ctl(poll_fd, EPOLL_CTL_ADD, counter, &event) == 0);
    NEED(epoll_wait(poll_fd, &got, 1, 10) == 0);
    NEED(write(counter, &number, sizeof number) == sizeof number);
    NEED(epoll_wait(poll_fd, &got, 1, -1) == 1 && got.data.u64 == 42);
    number = 0;
    NEED(read(counter, &number, sizeof number) == sizeof number && number == 7);
    NEED(close(poll_fd) == 0 && close(counter) == 0);
}

static void handler(int signo)
{
    (void)signo;
    signals++;
}

static pthread_t waiter;

static void *interrupt(void *unused)
{
    struct timespec delay = {0, 20000000};

    nanosleep(&delay, NULL);
    pthread_kill(waiter, SIGUSR1);
    return unused;
}

// Without SA_RESTART a wait ends with EINTR; ppoll lets a blocked signal in while it waits.
static void test_signal(void)
{
    struct sigaction action = {.sa_handler = handler};
    struct pollfd in = {.fd = end[0], .events = POLLIN};
    pthread_t thread;
    sigset_t blocked, none;
    char text;

    waiter = pthread_self();
    sigemptyset(&none);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    NEED(sigaction(SIGUSR1, &action, NULL) == 0);
    NEED(pthread_create(&thread, NULL, interrupt, NULL) == 0);
    NEED(poll(&in, 1, 5000) == -1 && errno == EINTR && signals == 1);
    NEED(pthread_join(thread, NULL) == 0);
    NEED(pthread_create(&thread, NULL, interrupt, NULL) == 0);
    NEED(read(end[0], &text, 1) == -1 && errno == EINTR && signals == 2);
    NEED(pthread_join(thread, NULL) == 0);
    NEED(pthread_sigmask(SIG_BLOCK, &blocked, NULL) == 0 && pthread_kill(waiter, SIGUSR1) == 0);
    NEED(poll(&in, 1, 10) == 0 && signals == 2);
    NEED(ppoll(&in, 1, NULL, &none) == -1 && errno == EINTR && signals == 3);
    NEED(pthread_sigmask(SIG_UNBLOCK, &blocked, NULL) == 0);
}

// Writing to a pipe nobody reads.
static void test_broken(void)
{
    struct pollfd out;
    int pipe_fd[2];

    NEED(pipe(pipe_fd) == 0 && close(pipe_fd[0]) == 0);
    out = (struct pollfd){.fd = pipe_fd[1], .events = POLLOUT};
    NEED(poll(&out, 1, 0) == 1 && (out.revents & POLLERR));
    NEED(signal(SIGPIPE, handler) != SIG_ERR);
    NEED(write(pipe_fd[1], "x", 1) == -1 && errno == EPIPE && signals == 4);
    NEED(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    NEED(write(pipe_fd[1], "x", 1) == -1 && errno == EPIPE && signals == 4);
    NEED(close(pipe_fd[1]) == 0);
}

int main(void)
{
    NEED(pipe(end) == 0);
    test_poll();
    test_select();
    test_epoll();
    test_signal();
    test_broken();
    printf("poll: ok\n");
    return 0;
}
