// SPDX-License-Identifier: BSD-2-Clause
// say.h: what mpiexec itself has to tell the user, always on standard error and one line at a time.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Statuses of mpiexec's own; a job's own status is passed through.
enum {
    STATUS_USAGE = 2,
    STATUS_TIMEOUT = 124,
    STATUS_HOST = 125, // no QEMU, no memory, the machine died
    STATUS_NOT_IMAGE = 126,
    STATUS_NOT_FOUND = 127,
    STATUS_SIGNAL = 128, // plus the signal's number
};

extern bool say_verbose; // -v
extern bool say_quiet;   // -q

// "mpiexec: TEXT\n", in one write.
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
// The same, only under -v.
void say_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
// The same, unless -q: what a user should know once but can do without.
void say_hint(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Says it and exits. Only before the machine has been started.
_Noreturn void say_fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Writes a text as it is.
void say_raw(const char *text, size_t bytes);

// Memory or the end: a launcher that cannot get a few kilobytes cannot launch.
void *need(void *memory);
char *need_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

uint64_t now_ns(void); // CLOCK_MONOTONIC
