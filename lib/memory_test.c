// SPDX-License-Identifier: BSD-2-Clause
// memory_test.c: the memory routines, under other names here, against loops over bytes: every length
// up to a few words, every distance of overlap.
#include "lib/lib.h"
#include <stdio.h>
#include <stdlib.h>

#define ROOM 160
#define BYTES_MAX 64
#define DISTANCE_MAX 40

static unsigned char area[ROOM], expected[ROOM];

static void check(const char *what, size_t bytes, int distance)
{
    for (size_t i = 0; i < ROOM; i++)
        if (area[i] != expected[i]) {
            printf("%s of %zu bytes, distance %d: byte %zu is wrong\n", what, bytes, distance, i);
            exit(1);
        }
}

static void fill(void)
{
    for (size_t i = 0; i < ROOM; i++)
        area[i] = expected[i] = (unsigned char)(i * 7 + 1);
}

static void move(size_t bytes, int distance)
{
    unsigned char from[BYTES_MAX];
    size_t start = DISTANCE_MAX + 3;

    fill();
    for (size_t i = 0; i < bytes; i++)
        from[i] = area[start + i];
    for (size_t i = 0; i < bytes; i++)
        expected[start + (size_t)distance + i] = from[i];
    memmove(area + start + distance, area + start, bytes);
    check("memmove", bytes, distance);
}

int main(void)
{
    for (size_t bytes = 0; bytes <= BYTES_MAX; bytes++)
        for (int distance = -DISTANCE_MAX; distance <= DISTANCE_MAX; distance++)
            move(bytes, distance);
    for (size_t bytes = 0; bytes <= BYTES_MAX; bytes++) {
        fill();
        for (size_t i = 0; i < bytes; i++)
            expected[5 + i] = 0xa5;
        memset(area + 5, 0x1a5, bytes);
        check("memset", bytes, 0);
        fill();
        for (size_t i = 0; i < bytes; i++)
            expected[80 + i] = area[9 + i];
        memcpy(area + 80, area + 9, bytes);
        check("memcpy", bytes, 0);
    }
    printf("done 3\n");
    return 0;
}
