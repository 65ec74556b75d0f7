// SPDX-License-Identifier: BSD-2-Clause
// lib.h: the dozen routines a freestanding kernel needs: memory, strings, formatting, assertions.
//
// Built without vector registers: the payload owns those. Any core, any stack, no state.
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int byte, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t max);
char *strchr(const char *s, int c);

// snprintf with %s %.*s %c %d %u %x %p %% and the lengths l, ll, z, a minimum width, 0 and -. Always
// terminates the text when size > 0; returns the length the whole text would have had.
int format(char *to, size_t size, const char *text, ...) __attribute__((format(printf, 3, 4)));
int format_list(char *to, size_t size, const char *text, va_list list);

// A number at the start of s, in base 10 or 16 (with or without 0x); *end is set behind it.
uint64_t parse_number(const char *s, int base, const char **end);

// Preconditions and invariants. They stay on in releases: a kernel that goes on after one is worse.
_Noreturn void assert_failed(const char *expression, const char *file, int line); // kernel/rank/end.c
#define assert(expression) ((expression) ? (void)0 : assert_failed(#expression, __FILE__, __LINE__))

#define ROUND_UP(n, unit) (((n) + (unit)-1) / (unit) * (unit))
#define ROUND_DOWN(n, unit) ((n) / (unit) * (unit))
