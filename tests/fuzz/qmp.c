// SPDX-License-Identifier: BSD-2-Clause
// qmp.c: what QEMU says to mpiexec: the threads of its virtual CPUs.
// fuzz: tools/mpiexec/vcpus.c
//
// The input is taken as one reply, and as all that QEMU says from its greeting on.
#include "tests/fuzz/machine.h"
#include "tools/mpiexec/host.h"
#include "tools/mpiexec/say.h"
#include "tools/mpiexec/vcpus.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CPUS 3

static uint32_t pinned;

bool host_pin(pid_t process, pid_t thread, uint32_t cpu)
{
    must(process == 1 && thread > 0 && cpu == pinned);
    pinned++;
    return true;
}

void say_note(const char *format, ...)
{
    (void)format;
}

void *need(void *memory)
{
    must(memory != NULL);
    return memory;
}

char *need_format(const char *format, ...)
{
    static char text[] = "why";

    (void)format;
    return text;
}

static void reply(const uint8_t *data, size_t size)
{
    char *text = malloc(size); // of exactly so many bytes
    pid_t thread[CPUS];

    memcpy(text, data, size);
    if (vcpus_threads(text, size, thread, CPUS))
        for (int i = 0; i < CPUS; i++)
            must(thread[i] > 0);
    free(text);
}

static void talk(const uint8_t *data, size_t size)
{
    static const uint32_t cpu[CPUS] = {0, 1, 2};
    struct vcpus vcpus;
    int end[2];

    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, end) == 0);
    pinned = 0;
    vcpus_open(&vcpus, end[0], 1, cpu, CPUS);
    for (size_t at = 0; at < size && vcpus.fd >= 0; at += 100) {
        size_t bytes = size - at < 100 ? size - at : 100;

        must(write(end[1], data + at, bytes) == (ssize_t)bytes);
        vcpus_read(&vcpus);
    }
    close(end[1]);
    vcpus_read(&vcpus);
    must(vcpus.fd == -1 && (pinned == 0 || pinned == CPUS));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    reply(data, size);
    talk(data, size);
    return 0;
}
