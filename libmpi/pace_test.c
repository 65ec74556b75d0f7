// SPDX-License-Identifier: BSD-2-Clause
// pace_test.c: streams of calls of all densities, simulated: what recording costs, and what is recorded.
#include "libmpi/pace.h"
#include <assert.h>
#include <stdio.h>

enum { PRICE = 200 };

static int cases;

struct stream {
    struct mpii_pace pace;
    uint64_t now, busy;           // ticks; of them for records and looks
    uint64_t calls, recorded;     // all; those recorded
    uint64_t unseen, unseen_most; // calls in a row that were not recorded
    uint64_t left;                // calls that the gap lets go still
    bool gap;
};

static struct stream stream_new(void)
{
    struct stream stream = {.now = 1000000};

    mpii_pace_start(&stream.pace, stream.now, PRICE);
    return stream;
}

static void pay(struct stream *stream)
{
    stream->now += PRICE;
    stream->busy += PRICE;
}

static void record(struct stream *stream)
{
    pay(stream);
    stream->recorded++;
    stream->unseen = 0;
    stream->gap = !mpii_pace_spend(&stream->pace, stream->now, 1);
    stream->left = stream->gap ? stream->pace.calls : 0;
}

// As trace.c does it; `ticks`: what call and computation take by themselves.
static void call(struct stream *stream, uint64_t ticks)
{
    stream->now += ticks;
    stream->calls++;
    if (stream->gap && stream->left == 0) {
        stream->gap = !mpii_pace_resume(&stream->pace, stream->now);
        pay(stream);
        stream->left = stream->gap ? stream->pace.calls : 0;
    }
    if (!stream->gap) {
        record(stream);
        return;
    }
    stream->left--;
    stream->unseen++;
    stream->unseen_most = stream->unseen > stream->unseen_most ? stream->unseen : stream->unseen_most;
}

// What the limit is about: the share of the time, without what could be saved before.
static double cost(const struct stream *stream)
{
    double saved = (double)MPII_PACE_SAVED * PRICE;

    return ((double)stream->busy - saved) / (double)(stream->now - 1000000);
}

static void dense_is_paced(void)
{
    static const uint64_t ticks[] = {15, 30, 250, 2000, 9000};

    for (unsigned i = 0; i < sizeof ticks / sizeof ticks[0]; i++, cases++) {
        struct stream stream = stream_new();

        while (stream.now < 300000000) {
            call(&stream, ticks[i]);
            assert(stream.calls != MPII_PACE_SAVED / 2 || stream.recorded == stream.calls);
        }
        assert(cost(&stream) <= 1.0 / (1 << MPII_PACE_SHARE_LOG2));
        assert(cost(&stream) >= 0.3 / (1 << MPII_PACE_SHARE_LOG2)); // and it is made use of
        assert(stream.recorded < stream.calls);
    }
}

static void rare_is_recorded(void)
{
    struct stream stream = stream_new();

    for (int i = 0; i < 100000; i++)
        call(&stream, mpii_pace_rare(&stream.pace));
    assert(stream.recorded == stream.calls);
    cases++;
}

// Dense exchanges between long computations: there is time enough to pay for all of them.
static void phases_are_recorded(void)
{
    struct stream stream = stream_new();

    for (int i = 0; i < 100; i++) {
        for (int n = 0; n < 900; n++)
            call(&stream, 250);
        stream.now += 1024 * mpii_pace_rare(&stream.pace);
    }
    assert(stream.recorded == stream.calls);
    cases++;
}

// From a dense stream in a gap to calls that are rare: most of them are recorded, soon.
static void change_is_seen(void)
{
    struct stream stream = stream_new();
    uint64_t recorded;

    for (int i = 0; i < 1000000 || !stream.gap; i++)
        call(&stream, 250);
    stream.unseen_most = stream.unseen = 0;
    recorded = stream.recorded;
    for (int i = 0; i < 10000; i++)
        call(&stream, 10 * mpii_pace_rare(&stream.pace));
    assert(stream.unseen_most <= MPII_PACE_CALLS_MAX);
    assert(stream.recorded - recorded >= 10000 - stream.unseen_most);
    cases++;
}

// The clock of another CPU is a little behind; or a debugger held the rank for a year.
static void clocks_are_odd(void)
{
    struct stream stream = stream_new();

    for (int i = 0; i < 100000; i++) {
        call(&stream, 250);
        stream.now -= i % 7 == 0 ? 300 : 0;
    }
    assert(stream.recorded > 0 && stream.recorded < stream.calls);
    stream.now += 1ull << 57;
    stream.left = 0;
    for (int i = 0; i < MPII_PACE_SAVED / 2; i++) {
        uint64_t before = stream.recorded;

        call(&stream, 250);
        assert(stream.recorded == before + 1);
    }
    assert(stream.pace.credit <= (int64_t)MPII_PACE_SAVED * PRICE);
    cases++;
}

int main(void)
{
    dense_is_paced();
    rare_is_recorded();
    phases_are_recorded();
    change_is_seen();
    clocks_are_odd();
    printf("done %d\n", cases);
    return cases == 9 ? 0 : 1;
}
