// SPDX-License-Identifier: BSD-2-Clause
// compare_choices_test.c: which bound is found, with clear figures, noisy ones, and none.
#include <assert.h>

#include "tools/torito/compare_parts.h"

const struct benchmark benchmarks[] = {{"bcast", "broadcast", .collective = true}};
const size_t benchmark_count = sizeof benchmarks / sizeof *benchmarks;
enum { CELLS, BUFFERS };
const struct setting settings[] = {
    [CELLS] = {.library = TORITO, .name = "cells", .choice = "cells"},
    [BUFFERS] = {.library = TORITO, .name = "buffers", .choice = "buffers"},
};
const size_t setting_count = sizeof settings / sizeof *settings;

int complain(const char *format, ...)
{
    (void)format;
    return -1;
}

static size_t bound_of(const double (*us)[2], size_t sizes)
{
    struct figure at[32];
    struct figures figures = {at, 0, 32};

    for (size_t i = 0; i < sizes; i++)
        for (size_t s = 0; s < setting_count; s++)
            at[figures.count++] = (struct figure){
                .round = 1, .ranks = 2, .setting = s, .bytes = (size_t)64 << i, .value = us[i][s]};
    return choice_bound(&figures, 0, 2);
}

int main(void)
{
    static const double clear[][2] = {{1, 3}, {2, 3}, {4, 3}, {8, 3}};
    static const double noisy[][2] = {{1, 3}, {3.1, 3}, {2, 3}, {8, 3}};
    static const double cells[][2] = {{1, 3}, {1, 3}}, buffers[][2] = {{4, 3}, {4, 3}};

    assert(bound_of(clear, 4) == 128);
    assert(bound_of(noisy, 4) == 256); // one size that is a little slower does not end it
    assert(bound_of(cells, 2) == 128);
    assert(bound_of(buffers, 2) == 0);
    assert(bound_of(clear, 0) == CHOICE_BYTES_MAX);
    printf("done 1\n");
    return 0;
}
