// SPDX-License-Identifier: BSD-2-Clause
// trace.c: adds records to the rank's buffer.
#include "libmpi/trace.h"

struct trace_buffer *mpii_trace;

extern const char mpii_image_start[] __asm__("__executable_start"); // the image's first byte, in this copy

void mpii_trace_init(void)
{
    mpii_trace = mpii_services()->trace;
}

void mpii_trace_add(uint64_t begin, const struct mpii_traced *what)
{
    struct trace_buffer *trace = mpii_trace;

    if (trace->count >= TRACE_RECORDS - TRACE_RESERVE)
        mpii_services()->trace_empty();
    trace->record[trace->count++] =
        (struct trace_record){.begin = begin,
                              .end = __builtin_ia32_rdtsc(),
                              .bytes = what->bytes,
                              .call = (uint32_t)(what->function - mpii_image_start),
                              .peer = what->peer,
                              .tag = what->tag,
                              .comm = what->comm};
}
