// SPDX-License-Identifier: BSD-2-Clause
// profile.c: reads what tools/mpiexec/trace.c wrote, an event a line, and adds it up.
//
// Calls do not lie in each other nor in gaps, of which only the number of calls is known, and a time in which
// a rank did not run is told before the call or gap it lies in. So a rank's time is: in gaps; in
// calls of MPI; not running although in none; the rest, which is the program's own. Of gaps nothing more is
// said: shares are of the recorded time, counts and times of the calls recorded.
#include "tools/torito/profile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/job.h"

#define RANKS_MAX JOB_RANKS_MAX
#define CALLS_MAX 128 // different ones of a rank; MPI has fewer that are recorded
#define SLOWEST 10
#define NAME_BYTES 64

struct event {
    unsigned rank;
    double start_us, us;
    char name[NAME_BYTES];
    long peer, tag;
    bool has_peer;
    double bytes, calls;
};

struct call {
    char name[NAME_BYTES];
    unsigned long count;
    double us, most_us, bytes;
};

struct rank {
    struct call call[CALLS_MAX];
    unsigned calls;
    double first_us, last_us, mpi_us, away_us, gap_us;
    double left_out;                     // calls
    double pending_us, pending_start_us; // not running: in the next call of MPI, or in none?
    unsigned long events, recorded;
};

struct profile {
    struct rank *rank[RANKS_MAX]; // NULL: no events
    unsigned ranks;
    struct event slowest[SLOWEST]; // longest first; us 0: none
    unsigned long events, nonsense;
    char job[NAME_BYTES];
};

// The number behind `key` in the line, or false.
static bool number_of(const char *line, const char *key, double *value)
{
    const char *at = strstr(line, key);
    char *end;

    if (at == NULL)
        return false;
    *value = strtod(at + strlen(key), &end);
    return end != at + strlen(key);
}

static bool text_of(const char *line, const char *key, char to[static NAME_BYTES])
{
    const char *at = strstr(line, key);

    if (at == NULL)
        return false;
    at += strlen(key);
    snprintf(to, NAME_BYTES, "%.*s", (int)strcspn(at, "\""), at);
    return true;
}

static bool event_parse(const char *line, struct event *event)
{
    double rank, peer = 0, tag = 0;

    *event = (struct event){.rank = 0};
    if (!number_of(line, "\"tid\":", &rank) || rank < 0 || rank >= RANKS_MAX ||
        !number_of(line, "\"ts\":", &event->start_us) || !number_of(line, "\"dur\":", &event->us) ||
        !text_of(line, "\"name\":\"", event->name) || event->us < 0)
        return false;
    event->rank = (unsigned)rank;
    event->has_peer = number_of(line, "\"peer\":", &peer) && number_of(line, "\"tag\":", &tag);
    event->peer = (long)peer;
    event->tag = (long)tag;
    number_of(line, "\"bytes\":", &event->bytes);
    number_of(line, "\"calls\":", &event->calls);
    return true;
}

// The rank's sum for this call; NULL: there are too many names for a file of ours.
static struct call *call_of(struct rank *rank, const char *name)
{
    for (unsigned i = 0; i < rank->calls; i++)
        if (strcmp(rank->call[i].name, name) == 0)
            return &rank->call[i];
    if (rank->calls == CALLS_MAX)
        return NULL;
    snprintf(rank->call[rank->calls].name, NAME_BYTES, "%s", name);
    return &rank->call[rank->calls++];
}

static void slowest_add(struct profile *profile, const struct event *event)
{
    unsigned at = SLOWEST;

    while (at > 0 && event->us > profile->slowest[at - 1].us)
        at--;
    if (at == SLOWEST)
        return;
    memmove(&profile->slowest[at + 1], &profile->slowest[at],
            (SLOWEST - 1 - at) * sizeof profile->slowest[0]);
    profile->slowest[at] = *event;
}

// Times not running that lie before `start_us` were in no call.
static void pending_settle(struct rank *rank, double start_us)
{
    if (rank->pending_us > 0 && rank->pending_start_us < start_us)
        rank->away_us += rank->pending_us;
    rank->pending_us = 0;
}

static bool event_add(struct profile *profile, const struct event *event)
{
    struct rank *rank = profile->rank[event->rank];
    double end_us = event->start_us + event->us;
    struct call *call;

    if (rank == NULL) {
        rank = profile->rank[event->rank] = calloc(1, sizeof *rank);
        if (rank == NULL)
            return false;
        rank->first_us = event->start_us;
    }
    profile->ranks = event->rank >= profile->ranks ? event->rank + 1 : profile->ranks;
    rank->first_us = event->start_us < rank->first_us ? event->start_us : rank->first_us;
    rank->last_us = end_us > rank->last_us ? end_us : rank->last_us;
    rank->events++;
    profile->events++;
    if (strcmp(event->name, "not running") == 0) {
        if (rank->pending_us == 0)
            rank->pending_start_us = event->start_us;
        rank->pending_us += event->us;
        return true;
    }
    pending_settle(rank, event->start_us);
    if (strcmp(event->name, "not recorded") == 0) {
        rank->gap_us += event->us;
        rank->left_out += event->calls;
        return true;
    }
    rank->recorded++;
    call = call_of(rank, event->name);
    if (call == NULL)
        return false;
    call->count++;
    call->us += event->us;
    call->most_us = event->us > call->most_us ? event->us : call->most_us;
    call->bytes += event->bytes;
    rank->mpi_us += event->us;
    slowest_add(profile, event);
    return true;
}

static int longer(const void *a, const void *b)
{
    const struct call *one = a, *other = b;

    return one->us < other->us ? 1 : one->us > other->us ? -1 : strcmp(one->name, other->name);
}

static void rank_print(unsigned number, struct rank *rank)
{
    double all_us = rank->last_us - rank->first_us - rank->gap_us, own_us;
    double percent = all_us > 0 ? 100 / all_us : 0;

    pending_settle(rank, rank->last_us + 1);
    own_us = all_us - rank->mpi_us - rank->away_us;
    printf("\nrank %u: %.3f ms: compute %.3f ms (%.1f %%), MPI %.3f ms (%.1f %%), not running in "
           "neither %.3f ms\n",
           number, all_us / 1e3, own_us / 1e3, own_us * percent, rank->mpi_us / 1e3,
           rank->mpi_us * percent, rank->away_us / 1e3);
    if (rank->gap_us > 0)
        printf("  not recorded: %.3f ms more, with %.0f of %.0f calls; recorded are %.1f %% of the "
               "calls\n",
               rank->gap_us / 1e3, rank->left_out, rank->left_out + (double)rank->recorded,
               100 * (double)rank->recorded / (rank->left_out + (double)rank->recorded));
    printf("  %-26s %9s %12s %7s %12s %12s %14s\n", "call", "count", "ms", "%", "mean us",
           "most us", "bytes");
    qsort(rank->call, rank->calls, sizeof rank->call[0], longer);
    for (unsigned i = 0; i < rank->calls; i++) {
        const struct call *call = &rank->call[i];

        printf("  %-26s %9lu %12.3f %7.1f %12.3f %12.3f %14.0f\n", call->name, call->count,
               call->us / 1e3, call->us * percent, call->us / (double)call->count, call->most_us,
               call->bytes);
    }
}

static void slowest_print(const struct profile *profile)
{
    printf("\nslowest calls\n  %12s %6s %12s  %s\n", "us", "rank", "at ms", "call");
    for (unsigned i = 0; i < SLOWEST && profile->slowest[i].us > 0; i++) {
        const struct event *event = &profile->slowest[i];

        printf("  %12.3f %6u %12.3f  %s", event->us, event->rank, event->start_us / 1e3, event->name);
        if (event->has_peer)
            printf(", rank %ld, tag %ld", event->peer, event->tag);
        if (event->bytes > 0)
            printf(", %.0f bytes", event->bytes);
        putchar('\n');
    }
}

// False: it is no file of ours.
static bool file_read(FILE *file, struct profile *profile)
{
    char line[512];
    bool ours = fgets(line, sizeof line, file) != NULL && strstr(line, "\"traceEvents\":[") != NULL;
    struct event event;

    while (ours && fgets(line, sizeof line, file) != NULL) {
        if (strstr(line, "\"process_name\"") != NULL)
            text_of(line, "\"args\":{\"name\":\"", profile->job);
        if (strstr(line, "\"ph\":\"X\"") == NULL)
            continue;
        if (!event_parse(line, &event) || !event_add(profile, &event))
            profile->nonsense++;
    }
    return ours && profile->job[0] != '\0';
}

static int profile_print(struct profile *profile, const char *path)
{
    printf("%s: %s, %lu events\n", path, profile->job, profile->events);
    for (unsigned i = 0; i < profile->ranks; i++)
        if (profile->rank[i] != NULL)
            rank_print(i, profile->rank[i]);
    slowest_print(profile);
    if (profile->nonsense == 0)
        return 0;
    fprintf(stderr, "torito profile: %lu lines of %s make no sense and are left out\n",
            profile->nonsense, path);
    return 1;
}

int profile_command(int argc, char *argv[])
{
    static struct profile profile;
    bool ours;
    FILE *file;

    if (argc != 2 || argv[1][0] == '-') {
        bool help = argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);

        fprintf(help ? stdout : stderr,
                "Usage: torito profile FILE\n"
                "Prints for each rank of a timeline of mpiexec --trace FILE: the time in its own "
                "code, in\n"
                "each call of MPI, the bytes, and the slowest calls of all. Where --trace left "
                "calls out, it says\n"
                "how many and for how long; all other figures are of what was recorded.\n");
        return help ? 0 : 2;
    }
    file = fopen(argv[1], "re");
    if (file == NULL) {
        fprintf(stderr, "torito profile: cannot read %s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    ours = file_read(file, &profile);
    fclose(file);
    if (!ours) {
        fprintf(stderr, "torito profile: %s is no timeline of mpiexec --trace\n", argv[1]);
        return 1;
    }
    return profile_print(&profile, argv[1]);
}
