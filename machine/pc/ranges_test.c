// SPDX-License-Identifier: BSD-2-Clause
// ranges_test.c: address ranges against a bitmap that does the same the slow way.
#include "machine/pc/ranges.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNITS 256

static unsigned done, failed;

static void check(bool ok, const char *what)
{
    done++;
    if (!ok) {
        failed++;
        printf("FAILED: %s\n", what);
    }
}

static bool same(const struct ranges *set, const char bits[UNITS])
{
    uint64_t last = 0;

    for (uint32_t i = 0; i < set->count; i++) {
        if (set->range[i].start >= set->range[i].end || (i && set->range[i].start <= last))
            return false; // empty, out of order, or touching
        last = set->range[i].end;
    }
    for (uint64_t u = 0; u < UNITS; u++)
        if (ranges_contain(set, u, u + 1) != bits[u])
            return false;
    return true;
}

static void test_random(void)
{
    struct ranges set = {.count = 0};
    char bits[UNITS] = {0};
    bool ok = true;

    srand(1);
    for (int i = 0; i < 20000 && ok; i++) {
        uint64_t start = (uint64_t)rand() % UNITS, end = start + (uint64_t)rand() % 12;
        bool add = rand() & 1;

        if (end > UNITS)
            end = UNITS;
        if (add)
            ranges_add(&set, start, end);
        else
            ranges_remove(&set, start, end);
        memset(bits + start, add, end - start);
        ok = same(&set, bits);
    }
    check(ok, "random adds and removes");
}

static void test_take_and_share(void)
{
    struct ranges set = {.count = 0};
    struct range part;

    ranges_add(&set, 100, 110);
    ranges_add(&set, 200, 265);
    check(ranges_take(&set, 16, 16, UINT64_MAX) == 208,
          "take aligned from the range that has room");
    check(ranges_take(&set, 16, 16, 216) == 0, "take respects the limit");
    check(ranges_bytes(&set) == 10 + 8 + 41, "bytes after a take");
    check(ranges_share(&set, 1, 1) == 41, "one part: the largest range");
    check(ranges_share(&set, 5, 1) == 10, "five parts: 10 + 41 / 10");
    check(ranges_share(&set, 5, 4) == 8, "in units of 4");
    check(ranges_share(&set, 1000, 1) == 0, "more parts than bytes");
    check(ranges_part(&set, 10, 0, &part) && part.start == 100 && part.end == 110, "first part");
    check(ranges_part(&set, 10, 4, &part) && part.start == 254 && part.end == 264, "last part");
    check(!ranges_part(&set, 10, 5, &part), "no sixth part");
}

static void test_full(void)
{
    struct ranges set = {.count = 0};

    ranges_add(&set, 0, 10000);
    for (uint64_t i = 1; i < RANGES_MAX; i++)
        ranges_remove(&set, i * 10, i * 10 + 1);
    check(set.count == RANGES_MAX, "full");
    ranges_remove(&set, 5000, 5001);
    check(set.count == RANGES_MAX && !ranges_overlap(&set, 5000, 5001),
          "removed although there is no room");
    ranges_add(&set, 20000, 20001);
    check(!ranges_overlap(&set, 20000, 20001), "what does not fit is left out");
}

int main(void)
{
    test_random();
    test_take_and_share();
    test_full();
    printf("done %u\n", done);
    return failed != 0;
}
