// SPDX-License-Identifier: BSD-2-Clause
// say.c: messages, and the few helpers every file of mpiexec needs.
#include "say.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

bool say_verbose;
bool say_quiet;

void say_raw(const char *text, size_t bytes)
{
    while (bytes > 0) {
        ssize_t done = write(STDERR_FILENO, text, bytes);

        if (done <= 0)
            return; // nobody is left to be told
        text += done;
        bytes -= (size_t)done;
    }
}

static void say_list(const char *format, va_list arg)
{
    char *text = NULL, *line = NULL;
    int bytes;

    if (vasprintf(&text, format, arg) < 0)
        return;
    bytes = asprintf(&line, "mpiexec: %s\n", text);
    if (bytes > 0)
        say_raw(line, (size_t)bytes);
    free(line);
    free(text);
}

void say(const char *format, ...)
{
    va_list arg;

    va_start(arg, format);
    say_list(format, arg);
    va_end(arg);
}

void say_note(const char *format, ...)
{
    va_list arg;

    va_start(arg, format);
    if (say_verbose)
        say_list(format, arg);
    va_end(arg);
}

void say_hint(const char *format, ...)
{
    va_list arg;

    va_start(arg, format);
    if (!say_quiet)
        say_list(format, arg);
    va_end(arg);
}

void say_fail(int status, const char *format, ...)
{
    va_list arg;

    va_start(arg, format);
    say_list(format, arg);
    va_end(arg);
    exit(status);
}

void *need(void *memory)
{
    if (memory == NULL)
        say_fail(STATUS_HOST, "out of memory");
    return memory;
}

char *need_format(const char *format, ...)
{
    char *text = NULL;
    va_list arg;
    int bytes;

    va_start(arg, format);
    bytes = vasprintf(&text, format, arg);
    va_end(arg);
    return need(bytes < 0 ? NULL : text);
}

uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
