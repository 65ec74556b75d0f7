// SPDX-License-Identifier: BSD-2-Clause
// output.c: sinks and streams of a job.
#include "output.h"
#include "say.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define SINK_FULL (1u << 20)
#define RECORDS_AT_ONCE 256 // of one rank, before the others get their turn

static uint32_t file_open(struct output *output, const char *path)
{
    int fd;

    for (uint32_t i = SINK_FILES; i < output->sink_count; i++) {
        if (strcmp(output->sink[i].name, path) == 0)
            return i;
    }
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
    if (fd < 0)
        say_fail(STATUS_HOST, "cannot write the file \"%s\": %s", path, strerror(errno));
    output->sink = need(realloc(output->sink, (output->sink_count + 1) * sizeof *output->sink));
    sink_open(&output->sink[output->sink_count], fd, need(strdup(path)));
    return output->sink_count++;
}

// Which sink takes a rank's stream: an index, since the table may still move.
static uint32_t sink_choose(struct output *output, const struct plan *plan, uint32_t rank,
                            enum job_stream kind)
{
    const char *pattern = kind == JOB_STDOUT   ? plan->options->outfile
                          : kind == JOB_STDERR ? plan->options->errfile
                                               : NULL;
    uint32_t index = kind == JOB_STDOUT ? SINK_STDOUT : SINK_STDERR;
    char *path;

    if (pattern == NULL)
        return index;
    path = pattern_expand(pattern, rank, plan->ranks, host_name());
    index = file_open(output, path);
    free(path);
    return index;
}

static char *prefix_make(const struct plan *plan, uint32_t rank, enum job_stream kind)
{
    const struct options *options = plan->options;

    if (kind == JOB_TRACE)
        return NULL; // the kernel names the rank
    if (options->prefix == PREFIX_TAG)
        return pattern_expand(kind == JOB_STDOUT ? "[1,%r]<stdout>:" : "[1,%r]<stderr>:", rank,
                              plan->ranks, "");
    if (options->prefix == PREFIX_PATTERN)
        return pattern_expand(options->prefix_pattern, rank, plan->ranks, host_name());
    return NULL;
}

void output_open(struct output *output, const struct plan *plan)
{
    uint32_t(*chosen)[JOB_TRACE] = need(calloc(plan->ranks, sizeof *chosen));
    struct rlimit files;

    // A file for each rank and stream may be more than is usual.
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    *output = (struct output){.ranks = plan->ranks, .sink_count = SINK_FILES};
    if (plan->options->trace != NULL)
        output->trace = trace_open(plan);
    output->sink = need(calloc(SINK_FILES, sizeof *output->sink));
    output->stream = need(calloc(plan->ranks, sizeof *output->stream));
    sink_open(&output->sink[SINK_STDOUT], STDOUT_FILENO, "standard output");
    sink_open(&output->sink[SINK_STDERR], STDERR_FILENO, "standard error");
    for (uint32_t rank = 0; rank < plan->ranks; rank++) {
        for (int kind = JOB_STDOUT; kind <= JOB_TRACE; kind++)
            chosen[rank][kind - 1] = sink_choose(output, plan, rank, (enum job_stream)kind);
    }
    for (uint32_t rank = 0; rank < plan->ranks; rank++) {
        for (int kind = JOB_STDOUT; kind <= JOB_TRACE; kind++) {
            struct stream *stream = &output->stream[rank][kind - 1];

            stream->sink = &output->sink[chosen[rank][kind - 1]];
            stream->prefix = prefix_make(plan, rank, (enum job_stream)kind);
            stream->prefix_bytes = stream->prefix != NULL ? strlen(stream->prefix) : 0;
            stream->alone = plan->ranks == 1;
        }
    }
    free(chosen);
}

bool output_full(const struct output *output)
{
    for (uint32_t i = 0; i < output->sink_count; i++) {
        if (sink_waiting(&output->sink[i]) >= SINK_FULL)
            return true;
    }
    return false;
}

bool output_drain(struct output *output, struct region *region, uint64_t now)
{
    static char text[RING_RECORD_MAX];
    bool all = true;

    for (uint32_t rank = 0; rank < output->ranks; rank++) {
        struct channel *channel = &region->out[rank];
        bool was_broken = channel->broken;
        enum job_stream kind;
        size_t bytes;
        int left;

        for (left = RECORDS_AT_ONCE; left > 0; left--) {
            kind = channel_take(channel, text, &bytes);
            if (kind == 0)
                break;
            if (kind == JOB_RECORDS) {
                trace_add(output->trace, rank, text, bytes);
                continue;
            }
            stream_add(&output->stream[rank][kind - 1], text, bytes, now);
        }
        all = all && left > 0;
        if (channel->broken && !was_broken)
            say("rank %u has overwritten the memory its output goes through; what it prints from "
                "here "
                "on is lost",
                rank);
        output_write(output);
        if (output_full(output))
            return false;
    }
    return all;
}

uint64_t output_quiet(struct output *output, uint64_t now)
{
    uint64_t next = UINT64_MAX;

    for (uint32_t rank = 0; rank < output->ranks; rank++) {
        for (int kind = 0; kind < JOB_TRACE; kind++) {
            struct stream *stream = &output->stream[rank][kind];
            uint64_t deadline;

            stream_quiet(stream, now);
            deadline = stream_deadline(stream);
            next = deadline < next ? deadline : next;
        }
    }
    return next;
}

void output_write(struct output *output)
{
    for (uint32_t i = 0; i < output->sink_count; i++)
        sink_write(&output->sink[i]);
}

void output_end(struct output *output)
{
    for (uint32_t rank = 0; rank < output->ranks; rank++) {
        for (int kind = 0; kind < JOB_TRACE; kind++)
            stream_end(&output->stream[rank][kind]);
    }
}
