// SPDX-License-Identifier: BSD-2-Clause
// stream_test.c: lines of several ranks on one sink: whole, labelled, prompts let go in time.
#include "stream.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int cases, failures;

// What the sink holds must be `wanted`; it is emptied.
static void expect(struct sink *sink, const char *wanted, const char *what)
{
    size_t bytes = sink_waiting(sink);
    bool good = bytes == strlen(wanted) &&
                (bytes == 0 || memcmp(sink->data + sink->start, wanted, bytes) == 0);

    cases++;
    if (!good) {
        failures++;
        printf("FAILED: %s: \"%.*s\"\n", what, (int)bytes, sink->data + sink->start);
    }
    sink->start = sink->end = 0;
}

static void add(struct stream *stream, const char *text, uint64_t now)
{
    stream_add(stream, text, strlen(text), now);
}

static void close_both(struct stream *stream)
{
    stream_end(stream);
    free(stream->sink->data);
}

static void test_lines(void)
{
    struct sink sink = {.fd = -1};
    struct stream a = {.sink = &sink}, b = {.sink = &sink};

    add(&a, "one ", 0);
    add(&b, "other\n", 0);
    expect(&sink, "other\n", "a line begun does not stop another's");
    add(&a, "line\ntwo\nthr", 0);
    expect(&sink, "one line\ntwo\n", "whole lines go at once");
    add(&a, "", 0);
    expect(&sink, "", "nothing is nothing");
    stream_end(&a);
    expect(&sink, "thr", "the last part goes at the end, as it is");
    stream_end(&b);
    expect(&sink, "", "nothing is left of b");
    close_both(&b);
}

static void test_quiet(void)
{
    struct sink sink = {.fd = -1, .terminal = true};
    struct stream a = {.sink = &sink};
    char spill[1024];

    add(&a, "name? ", 1000);
    expect(&sink, "", "a prompt waits a moment");
    cases++;
    failures += stream_deadline(&a) != 1000 + STREAM_QUIET_TERMINAL_NS;
    stream_quiet(&a, 1000 + STREAM_QUIET_TERMINAL_NS - 1);
    expect(&sink, "", "not too early");
    stream_quiet(&a, 1000 + STREAM_QUIET_TERMINAL_NS);
    expect(&sink, "name? ", "then it is shown");
    add(&a, "bob\n", 2000);
    expect(&sink, "bob\n", "and goes on");
    memset(spill, 'x', sizeof spill);
    stream_add(&a, spill, sizeof spill, 0);
    stream_quiet(&a, UINT64_MAX - 1);
    expect(&sink, "", "a full buffer waits for its other half");
    add(&a, "\n", 0);
    cases++;
    failures += sink_waiting(&sink) != sizeof spill + 1;
    close_both(&a);
}

static void test_prefix(void)
{
    struct sink sink = {.fd = -1};
    struct stream a = {.sink = &sink, .prefix = "[7] ", .prefix_bytes = 4};

    add(&a, "x\n\ny\nz", 0);
    expect(&sink, "[7] x\n[7] \n[7] y\n", "each line is labelled");
    stream_quiet(&a, UINT64_MAX - 1);
    expect(&sink, "[7] z", "a part as well");
    add(&a, "z\nw", 0);
    expect(&sink, "z\n", "but only once");
    stream_end(&a);
    expect(&sink, "[7] w\n", "the end completes the line");
    close_both(&a);
}

static void test_long(void)
{
    struct sink sink = {.fd = -1};
    struct stream a = {.sink = &sink};
    char *line = malloc(STREAM_LINE_MAX);

    memset(line, 'l', STREAM_LINE_MAX);
    stream_add(&a, line, STREAM_LINE_MAX - 1, 0);
    expect(&sink, "", "a long line is kept");
    stream_add(&a, line, 1, 0);
    cases++;
    failures += sink_waiting(&sink) != STREAM_LINE_MAX;
    sink.start = sink.end = 0;
    a.alone = true;
    add(&a, "at once", 0);
    expect(&sink, "at once", "a rank alone need not wait");
    close_both(&a);
    free(line);
}

static void test_pattern(void)
{
    char *text = pattern_expand("%r/%n@%h 100%% %x%", 3, 8, "here");

    cases++;
    if (strcmp(text, "3/8@here 100% %x%") != 0) {
        failures++;
        printf("FAILED: pattern: %s\n", text);
    }
    free(text);
}

int main(void)
{
    test_lines();
    test_quiet();
    test_prefix();
    test_long();
    test_pattern();
    if (failures == 0)
        printf("done %d\n", cases);
    return failures != 0;
}
