// SPDX-License-Identifier: BSD-2-Clause
// memory.c: the memory and string routines that the compiler and the kernel expect.
//
// The string instructions are fast for whole words on every x86-64 and use no vector register; an
// emulator runs them element by element, so words rather than bytes. This file is compiled without
// loop-to-call conversion, or memcpy would call itself.
#include "lib/lib.h"

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    size_t words = bytes / 8, rest = bytes % 8;
    void *at = to;

    __asm__ volatile("rep movsq" : "+D"(at), "+S"(from), "+c"(words) : : "memory");
    __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(rest) : : "memory");
    return to;
}

typedef uint64_t __attribute__((may_alias, aligned(1))) word;

// Downwards from the end where the target overlaps the source's end: what a store overwrites has been
// read, whatever the distance.
void *memmove(void *to, const void *from, size_t bytes)
{
    char *t = to;
    const char *f = from;

    if ((uintptr_t)t - (uintptr_t)f >= bytes)
        return memcpy(to, from, bytes);
    for (; bytes >= sizeof(word); bytes -= sizeof(word))
        *(word *)(t + bytes - sizeof(word)) = *(const word *)(f + bytes - sizeof(word));
    while (bytes--)
        t[bytes] = f[bytes];
    return to;
}

void *memset(void *to, int byte, size_t bytes)
{
    size_t words = bytes / 8, rest = bytes % 8;
    uint64_t pattern = (uint8_t)byte * 0x0101010101010101u;
    void *at = to;

    __asm__ volatile("rep stosq" : "+D"(at), "+c"(words) : "a"(pattern) : "memory");
    __asm__ volatile("rep stosb" : "+D"(at), "+c"(rest) : "a"(pattern) : "memory");
    return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
    const unsigned char *x = a, *y = b;

    for (size_t i = 0; i < bytes; i++)
        if (x[i] != y[i])
            return x[i] - y[i];
    return 0;
}

size_t strlen(const char *s)
{
    size_t n = 0;

    while (s[n])
        n++;
    return n;
}

size_t strnlen(const char *s, size_t max)
{
    size_t n = 0;

    while (n < max && s[n])
        n++;
    return n;
}

int strncmp(const char *a, const char *b, size_t max)
{
    for (size_t i = 0; i < max; i++) {
        if (a[i] != b[i])
            return (unsigned char)a[i] - (unsigned char)b[i];
        if (!a[i])
            return 0;
    }
    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

char *strchr(const char *s, int c)
{
    for (;; s++) {
        if (*s == (char)c)
            return (char *)(uintptr_t)s;
        if (!*s)
            return NULL;
    }
}
