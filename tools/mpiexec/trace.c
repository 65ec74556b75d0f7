// SPDX-License-Identifier: BSD-2-Clause
// trace.c: collects records and writes them as a timeline. Nothing in a record is believed: its rank could
// have written anything.
#include "trace.h"
#include "abi/ring.h"
#include "abi/trace.h"
#include "say.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES 64

struct trace {
    const char *path;
    FILE *out, *records;
    uint64_t start; // the smallest time of all records
    double tick_us;
    uint64_t lost; // records that found no room
    bool failed;   // the temporary file takes no more
};

struct trace_chunk { // in the temporary file, and `count` records behind it
    uint32_t rank, count;
};

// What a rank sends at once, at most.
#define CHUNK_RECORDS (RING_RECORD_MAX / sizeof(struct trace_record))

struct trace *trace_open(const struct plan *plan)
{
    struct trace *trace = need(calloc(1, sizeof *trace));

    trace->path = plan->options->trace;
    trace->out = fopen(trace->path, "we");
    if (trace->out == NULL)
        say_fail(STATUS_HOST, "--trace: cannot write the file \"%s\": %s", trace->path,
                 strerror(errno));
    trace->records = tmpfile();
    if (trace->records == NULL)
        say_fail(STATUS_HOST, "--trace: cannot create a temporary file: %s", strerror(errno));
    return trace;
}

void trace_add(struct trace *trace, uint32_t rank, const char *bytes, size_t count)
{
    struct trace_chunk chunk = {.rank = rank};

    if (trace == NULL)
        return;
    // As it comes, for the ranks may need this CPU: what is in it is looked at when they have ended.
    chunk.count = (uint32_t)(count / sizeof(struct trace_record));
    count = chunk.count * sizeof(struct trace_record);
    if ((fwrite(&chunk, sizeof chunk, 1, trace->records) != 1 ||
         fwrite(bytes, 1, count, trace->records) != count) &&
        !trace->failed) {
        trace->failed = true;
        say("--trace: the temporary file takes no more: %s", strerror(errno));
    }
}

// The name of a call: a string among the image's read-only data. Without its P: users wrote none.
static void name_find(char name[static NAME_BYTES], const struct plan *plan, uint32_t rank,
                      uint32_t call)
{
    const struct image_file *image = &plan->program[plan_section_of(plan, rank)->program].image;
    size_t used = 0;

    for (uint32_t i = 0; i < image->phdr_count; i++) {
        const Elf64_Phdr *segment = &image->phdr[i];

        if (segment->p_type != PT_LOAD || call < segment->p_vaddr ||
            call - segment->p_vaddr >= segment->p_filesz || segment->p_flags & PF_W)
            continue;
        for (uint64_t at = segment->p_offset + (call - segment->p_vaddr);
             at < segment->p_offset + segment->p_filesz && used < NAME_BYTES - 1 &&
             (isalnum(image->bytes[at]) || image->bytes[at] == '_');
             at++)
            name[used++] = (char)image->bytes[at];
    }
    name[used] = '\0';
    if (strncmp(name, "PMPI_", 5) == 0)
        memmove(name, name + 1, used);
    else if (strncmp(name, "MPI_", 4) != 0)
        snprintf(name, NAME_BYTES, "unknown call");
}

// Calls `take` with each record that makes sense.
static void records_each(struct trace *trace, const struct plan *plan,
                         void (*take)(struct trace *trace, const struct plan *plan, uint32_t rank,
                                      const struct trace_record *record))
{
    static struct trace_record record[CHUNK_RECORDS];
    struct trace_chunk chunk;

    rewind(trace->records);
    while (fread(&chunk, sizeof chunk, 1, trace->records) == 1 && chunk.count <= CHUNK_RECORDS &&
           fread(record, sizeof record[0], chunk.count, trace->records) == chunk.count)
        for (uint32_t i = 0; i < chunk.count; i++)
            if (record[i].end >= record[i].begin) // otherwise torn, or nonsense
                take(trace, plan, chunk.rank, &record[i]);
}

static void start_find(struct trace *trace, const struct plan *plan, uint32_t rank,
                       const struct trace_record *record)
{
    (void)plan, (void)rank;
    trace->start = record->begin < trace->start ? record->begin : trace->start;
}

static void record_write(struct trace *trace, const struct plan *plan, uint32_t rank,
                         const struct trace_record *record)
{
    const double us = trace->tick_us;
    char name[NAME_BYTES] = "not running";

    if (record->call == TRACE_LOST) {
        trace->lost += record->bytes;
        return;
    }
    if (record->call == TRACE_GAP)
        snprintf(name, sizeof name, "not recorded");
    else if (record->call != TRACE_SWITCHED)
        name_find(name, plan, rank, record->call);
    fprintf(trace->out,
            ",\n{\"ph\":\"X\",\"pid\":0,\"tid\":%" PRIu32
            ",\"ts\":%.3f,\"dur\":%.3f,\"name\":\"%s\"",
            rank, (double)(record->begin - trace->start) * us,
            (double)(record->end - record->begin) * us, name);
    if (record->call == TRACE_GAP)
        fprintf(trace->out, ",\"args\":{\"calls\":%" PRIu64 "}", record->bytes);
    else if (record->peer != TRACE_NO_PEER)
        fprintf(trace->out,
                ",\"args\":{\"peer\":%" PRId32 ",\"tag\":%" PRId32 ",\"bytes\":%" PRIu64
                ",\"comm\":%" PRIu32 "}",
                record->peer, record->tag, record->bytes, record->comm);
    else if (record->bytes != 0)
        fprintf(trace->out, ",\"args\":{\"bytes\":%" PRIu64 ",\"comm\":%" PRIu32 "}", record->bytes,
                record->comm);
    fputc('}', trace->out);
}

static void ranks_name(const struct trace *trace, const struct plan *plan)
{
    fprintf(
        trace->out,
        "{\"ph\":\"M\",\"pid\":0,\"name\":\"process_name\",\"args\":{\"name\":\"%u ranks on %s\"}}",
        plan->ranks, plan_machine_name(plan->machine));
    for (uint32_t rank = 0; rank < plan->ranks; rank++)
        fprintf(trace->out,
                ",\n{\"ph\":\"M\",\"pid\":0,\"tid\":%u,\"name\":\"thread_name\",\"args\":{\"name\":"
                "\"rank "
                "%u\"}},\n{\"ph\":\"M\",\"pid\":0,\"tid\":%u,\"name\":\"thread_sort_index\","
                "\"args\":{\"sort_index\":%u}}",
                rank, rank, rank, rank);
}

bool trace_write(struct trace *trace, const struct plan *plan)
{
    uint64_t khz = host_tsc_khz(plan->start); // a VM's clock runs as fast as the host's
    bool good;

    trace->tick_us = khz != 0 ? 1e3 / (double)khz : 1e-3;
    trace->start = UINT64_MAX;
    records_each(trace, plan, start_find);
    fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n", trace->out);
    ranks_name(trace, plan);
    records_each(trace, plan, record_write);
    fputs("\n]}\n", trace->out);
    good = !ferror(trace->out) && !ferror(trace->records) && !trace->failed;
    if ((fclose(trace->out) != 0 || !good) && !trace->failed)
        say("--trace: cannot write the file \"%s\": %s", trace->path, strerror(errno));
    if (trace->lost != 0)
        say("--trace: %" PRIu64 " times in which ranks did not run found no room and are missing",
            trace->lost);
    fclose(trace->records);
    free(trace);
    return good;
}
