// SPDX-License-Identifier: BSD-2-Clause
// trace.c: adds records to the rank's buffer, and leaves gaps where that would cost too much.
#include "libmpi/trace.h"
#include "libmpi/pace.h"

struct trace_buffer *mpii_trace;

static struct mpii_pace pace;
static uint32_t spent; // records of the buffer that have been paid for

extern const char mpii_image_start[] __asm__("__executable_start"); // the image's first byte, in this copy

static void put(uint64_t begin, uint64_t end, uint32_t call, uint64_t bytes)
{
    mpii_trace->record[mpii_trace->count++] = (struct trace_record){
        .begin = begin, .end = end, .bytes = bytes, .call = call, .peer = TRACE_NO_PEER};
}

// Empties the buffer if it is full; from `begin` on, and the time is told as the recorder's own unless a gap
// tells of it. False: it is not. What the scheduler found no room for meanwhile is told as well.
static bool room_make(uint64_t begin)
{
    struct trace_buffer *trace = mpii_trace;
    uint32_t lost = trace->lost;
    uint64_t end;

    if (trace->count < TRACE_FULL)
        return false;
    mpii_services()->trace_empty();
    spent = 0;
    end = __builtin_ia32_rdtsc();
    mpii_pace_charge(&pace, end - begin);
    if (trace->gap_begin == 0)
        put(begin, end, TRACE_GAP, 0);
    trace->lost -= lost;
    if (lost != 0)
        put(end, end, TRACE_LOST, lost);
    return true;
}

static void record(uint64_t begin, const struct mpii_traced *what)
{
    struct trace_buffer *trace = mpii_trace;

    trace->record[trace->count++] =
        (struct trace_record){.begin = begin,
                              .end = __builtin_ia32_rdtsc(),
                              .bytes = what->bytes,
                              .call = (uint32_t)(what->function - mpii_image_start),
                              .peer = what->peer,
                              .tag = what->tag,
                              .comm = what->comm};
}

// Ticks that a record costs. Reading the clock is most of what the rank itself pays, differs from machine to
// machine, and in a VM may be slow, so it is measured. As much again goes into the long way of the call, and
// into the record's way to the launcher.
static uint32_t price(void)
{
    const struct mpii_traced what = {.function = mpii_image_start, .peer = TRACE_NO_PEER};
    const uint32_t count = mpii_trace->count;
    uint64_t best = UINT64_MAX;

    for (int round = 0; round < 8; round++) {
        uint64_t begin = __builtin_ia32_rdtsc(), ticks;

        for (int i = 0; i < 8; i++)
            record(__builtin_ia32_rdtsc(), &what);
        ticks = __builtin_ia32_rdtsc() - begin;
        best = ticks < best ? ticks : best;
        mpii_trace->count = count; // the scheduler's own stay
    }
    return (uint32_t)(best / 8 * 2) + 1;
}

void mpii_trace_init(void)
{
    mpii_trace = mpii_services()->trace;
    if (mpii_trace == NULL)
        return;
    mpii_trace->calls_left = &mpii_process.short_calls;
    room_make(__builtin_ia32_rdtsc());
    spent = mpii_trace->count;
    mpii_pace_start(&pace, __builtin_ia32_rdtsc(), price());
    mpii_trace->long_wait = mpii_pace_rare(&pace);
}

// The gap lets so many calls go, `begun` of them already on their way.
static void gap_grow(uint32_t begun)
{
    mpii_trace->gap_calls += pace.calls;
    mpii_process.short_calls = (int64_t)pace.calls - begun;
}

uint64_t mpii_trace_time(void)
{
    struct trace_buffer *trace = mpii_trace;
    uint64_t now;

    if (mpii_process.short_calls >= 0)
        return MPII_TRACE_GAP;
    now = __builtin_ia32_rdtsc();
    if (trace->gap_begin == 0)
        return now;
    if (trace->woken == 0 && !mpii_pace_resume(&pace, now)) {
        gap_grow(1);
        return MPII_TRACE_GAP;
    }
    if (room_make(now))
        now = __builtin_ia32_rdtsc();
    trace_gap_close(trace, now);
    return now;
}

// Pays for the records made since it was here last, or begins a gap at the end of the last one.
static void pace_keep(uint64_t now)
{
    struct trace_buffer *trace = mpii_trace;
    uint32_t records = trace->count - spent;

    spent = trace->count;
    if (trace->every || mpii_process.checks_collectives)
        return; // which wants to see all calls itself
    if (mpii_pace_spend(&pace, now, records) || trace->gap_begin != 0)
        return;
    trace->gap_begin = now;
    trace->gap_calls = 0;
    gap_grow(0);
}

void mpii_trace_add(uint64_t begin, const struct mpii_traced *what)
{
    struct trace_buffer *trace = mpii_trace;
    uint64_t end;

    if (trace->count > TRACE_RECORDS - 4) // the scheduler's, of this one call
        room_make(__builtin_ia32_rdtsc());
    if (begin == MPII_TRACE_GAP) {
        // The wait that ended the gap was this call's, or with several threads another's: then the next call
        // ends it. Counted with the gap's calls, it is none of them.
        begin = trace->woken;
        if (mpii_process.thread_level > MPI_THREAD_FUNNELED)
            return;
        trace->gap_calls--;
        trace_gap_close(trace, begin);
    }
    record(begin, what);
    end = trace->record[trace->count - 1].end;
    pace_keep(end);
    room_make(end);
}

void mpii_trace_close(void)
{
    if (mpii_trace != NULL && mpii_trace->gap_begin != 0)
        trace_gap_close(mpii_trace, __builtin_ia32_rdtsc());
}
