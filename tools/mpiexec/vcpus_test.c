// SPDX-License-Identifier: BSD-2-Clause
// vcpus_test.c: QMP with a QEMU that talks in pieces, in between, too much, nonsense, or not at all.
#include "host.h"
#include "say.h"
#include "vcpus.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GREETING \
    "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22}}, \"capabilities\": [\"oob\"]}}\r\n"
#define EVENT "{\"timestamp\": {\"seconds\": 5}, \"event\": \"RESUME\"}\r\n"
#define EMPTY "{\"return\": {}}\r\n"
// As QEMU 7.2 answers; the other order of keys, and a topology with a thread-id of its own.
#define CPU(index, thread) \
    "{\"thread-id\": " thread \
    ", \"props\": {\"core-id\": 0, \"thread-id\": 0, \"socket-id\": " index \
    "}, \"qom-path\": \"/machine/unattached/device[0]\", \"cpu-index\": " index \
    ", \"target\": \"x86_64\"}"

static int cases, failures;
static char pinned[256], noted[256];
static uint32_t pin_fails_at = UINT32_MAX;
static const uint32_t host_cpu[] = {4, 6, 7};

static void check(bool holds, const char *what)
{
    cases++;
    if (!holds) {
        failures++;
        printf("FAILED: %s\n", what);
    }
}

bool host_pin(pid_t process, pid_t thread, uint32_t cpu)
{
    size_t bytes = strlen(pinned);

    if (cpu == pin_fails_at) {
        errno = EINVAL;
        return false;
    }
    snprintf(pinned + bytes, sizeof pinned - bytes, "%d:%d>%u ", process, thread, cpu);
    return true;
}

void say_note(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    vsnprintf(noted, sizeof noted, format, list);
    va_end(list);
}

void *need(void *memory)
{
    return memory;
}

// Of one text at a time.
char *need_format(const char *format, ...)
{
    static char text[256];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return text;
}

static int open_pair(struct vcpus *vcpus, uint32_t count)
{
    int end[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, end) < 0)
        abort();
    fcntl(end[0], F_SETFL, O_NONBLOCK);
    fcntl(end[1], F_SETFL, O_NONBLOCK);
    pinned[0] = noted[0] = '\0';
    pin_fails_at = UINT32_MAX;
    vcpus_open(vcpus, end[0], 77, host_cpu, count);
    return end[1];
}

static void qemu_says(struct vcpus *vcpus, int qemu, const char *text, size_t piece)
{
    size_t bytes = strlen(text);

    for (size_t at = 0; at < bytes; at += piece) {
        size_t now = bytes - at < piece ? bytes - at : piece;

        if (write(qemu, text + at, now) != (ssize_t)now)
            abort();
        vcpus_read(vcpus);
    }
}

static bool qemu_heard(int qemu, const char *wanted)
{
    char text[256];
    ssize_t bytes = read(qemu, text, sizeof text - 1);

    text[bytes < 0 ? 0 : bytes] = '\0';
    return strcmp(text, wanted) == 0;
}

static void test_talk(size_t piece)
{
    struct vcpus vcpus;
    int qemu = open_pair(&vcpus, 3);

    vcpus_read(&vcpus);
    check(qemu_heard(qemu, "") && vcpus.fd >= 0, "nobody has spoken yet");
    qemu_says(&vcpus, qemu, GREETING EVENT, piece);
    check(qemu_heard(qemu, "{\"execute\":\"qmp_capabilities\"}\n"), "negotiates, once");
    qemu_says(&vcpus, qemu, EVENT EMPTY, piece);
    check(qemu_heard(qemu, "{\"execute\":\"query-cpus-fast\"}\n"), "asks");
    qemu_says(&vcpus, qemu,
              EVENT
              "{\"return\": [" CPU("2", "103") ", " CPU("0", "101") ", " CPU("1", "102") "]}\r\n",
              piece);
    check(strcmp(pinned, "77:101>4 77:102>6 77:103>7 ") == 0, "pins each to its own");
    check(vcpus.fd == -1 && noted[0] == '\0', "and is done");
    check(read(qemu, pinned, 1) == 0, "the connection is closed");
    close(qemu);
}

// Whatever comes third.
static void test_answer(const char *answer, const char *note, const char *what)
{
    struct vcpus vcpus;
    int qemu = open_pair(&vcpus, 2);

    qemu_says(&vcpus, qemu, GREETING EMPTY, 4096);
    qemu_says(&vcpus, qemu, answer, 4096);
    check(vcpus.fd == -1 && pinned[0] == '\0' && strstr(noted, note) != NULL, what);
    close(qemu);
}

static void test_refusals(void)
{
    struct vcpus vcpus;
    int qemu;

    test_answer("{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"no\"}}\r\n",
                "CommandNotFound", "an error is told");
    test_answer("{\"return\": [" CPU("0", "101") "]}\r\n", "threads", "one is missing");
    test_answer("{\"return\": [" CPU("0", "101") "," CPU("0", "102") "]}\r\n", "threads",
                "one twice");
    test_answer("{\"return\": [" CPU("0", "101") "," CPU("2", "102") "]}\r\n", "threads",
                "one of others");
    test_answer("{\"return\": [" CPU("0", "101") "," CPU("1", "0") "]}\r\n", "threads", "no thread");
    test_answer("{\"return\": [" CPU("0", "101") "," CPU("1", "99999999999") "]}\r\n", "threads",
                "a thread beyond all");
    test_answer("{\"return\": [" CPU("0", "101") "," CPU("1", "102") "}\r\n", "threads", "cut off");
    test_answer("{\"return\": [{\"cpu-index\": 0, \"thread-id\": \"101\"}, {\"cpu-index\"\r\n",
                "threads", "cut off earlier");
    test_answer("hello\r\n", "says hello", "no JSON");
    test_answer("{\"x\": {\"return\": 1}}\r\n", "says", "return is not of this object");

    qemu = open_pair(&vcpus, 2);
    qemu_says(&vcpus, qemu, "QEMU 7.2 monitor - type 'help'\r\n", 4096);
    check(vcpus.fd == -1 && strstr(noted, "7.2 monitor") != NULL, "another protocol");
    close(qemu);

    qemu = open_pair(&vcpus, 2);
    qemu_says(&vcpus, qemu, GREETING, 4096);
    close(qemu);
    vcpus_read(&vcpus);
    check(vcpus.fd == -1 && strstr(noted, "gone") != NULL, "QEMU dies");

    qemu = open_pair(&vcpus, 2);
    for (int i = 0; i < 2000 && vcpus.fd >= 0; i++)
        qemu_says(&vcpus, qemu, "{\"event\": \"and so on and so on and so on without end ", 4096);
    for (int i = 0; i < 40 && vcpus.fd >= 0; i++) {
        static char spam[32768];

        memset(spam, 'x', sizeof spam - 1);
        qemu_says(&vcpus, qemu, spam, sizeof spam);
    }
    check(vcpus.fd == -1 && strstr(noted, "too much") != NULL, "a line without end");
    close(qemu);

    qemu = open_pair(&vcpus, 2);
    pin_fails_at = 6;
    qemu_says(&vcpus, qemu,
              GREETING EMPTY "{\"return\":[" CPU("0", "101") "," CPU("1", "102") "]}\n", 4096);
    check(vcpus.fd == -1 && strstr(noted, "CPU 6: Invalid argument") != NULL, "the host refuses");
    close(qemu);
}

int main(void)
{
    test_talk(1);
    test_talk(7);
    test_talk(4096);
    test_refusals();
    printf("done %d\n", cases);
    return failures > 0;
}
