// SPDX-License-Identifier: BSD-2-Clause
// region.c: the layout of the job's memory.
//
//   struct job | sections | strings | lines for a deadlock | control words of the rings |
//   data of the rings | struct job_files | mounts | their paths | queues of file calls | their blocks |
//   images
//
// Ring data, file calls and images begin at page boundaries. Nothing in here is ever read back as an
// offset: the program can write to all of it.
#include "region.h"
#include "say.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define WAITS_MORE 32 // ranks may have several threads, and messages to tell of
#define RING_BYTES_MAX (256u << 10)
#define RING_BYTES_MIN (64u << 10)  // a record of RING_RECORD_MAX and more
#define RINGS_BYTES_GOOD (3u << 19) // with them, a small job fits in one large page

_Static_assert(RING_BYTES_MIN >= 2 * (RING_RECORD_MAX + sizeof(uint32_t)) - 8, "see ring.h");

struct layout {
    uint64_t sections, strings, waits, out, in, out_data, in_data;
    uint64_t files, mounts, mount_paths, file_rings, file_blocks; // 0: nothing is mounted
    uint64_t images, end;
    uint32_t ring_bytes, in_count, waits_max;
};

static uint64_t round_up(uint64_t bytes, uint64_t to)
{
    return (bytes + to - 1) / to * to;
}

static uint64_t words_bytes(const struct words *words)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < words->count; i++)
        bytes += strlen(words->word[i]) + 1;
    return bytes;
}

static uint64_t strings_bytes(const struct plan *plan)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < plan->section_count; i++) {
        const struct plan_section *section = &plan->section[i];

        bytes += words_bytes(&section->argv) + words_bytes(&section->env) + strlen(section->cwd) +
                 1 + strlen(plan->program[section->program].path) + 1;
    }
    return bytes;
}

static uint64_t files_layout(struct layout *at, const struct plan *plan, uint64_t start)
{
    uint64_t paths = 0;

    if (plan->mounts.count == 0)
        return start;
    for (uint32_t i = 0; i < plan->mounts.count; i++)
        paths += strlen(plan->mounts.mount[i].guest) + 1;
    at->files = round_up(start, 4096);
    at->mounts = at->files + sizeof(struct job_files);
    at->mount_paths = at->mounts + plan->mounts.count * sizeof(struct job_mount);
    at->file_rings = round_up(at->mount_paths + paths, 64);
    if (plan->options->files == FILES_9P)
        return at->file_rings;
    at->file_blocks = round_up(at->file_rings + (uint64_t)plan->cores * FILE_RING_BYTES, 4096);
    return at->file_blocks + (uint64_t)plan->cores * FILE_BLOCKS * sizeof(struct file_block);
}

static struct layout layout_make(const struct plan *plan)
{
    int64_t reader = plan->options->stdin_rank;
    struct layout at = {.ring_bytes = RING_BYTES_MAX, .sections = round_up(sizeof(struct job), 64)};

    at.in_count = reader == STDIN_ALL ? plan->ranks : reader == STDIN_NONE ? 0 : 1;
    while (at.ring_bytes > RING_BYTES_MIN &&
           (uint64_t)at.ring_bytes * (plan->ranks + at.in_count) > RINGS_BYTES_GOOD)
        at.ring_bytes /= 2;
    at.strings = at.sections + plan->section_count * sizeof(struct job_section);
    at.waits = round_up(at.strings + strings_bytes(plan), 64);
    at.waits_max = 2 * plan->ranks + WAITS_MORE;
    at.out = round_up(at.waits + at.waits_max * sizeof(struct job_wait), 64);
    at.in = at.out + plan->ranks * sizeof(struct job_ring);
    at.out_data = round_up(at.in + (at.in_count + 1) * sizeof(struct job_ring), 4096);
    at.in_data = at.out_data + (uint64_t)plan->ranks * at.ring_bytes;
    at.images = files_layout(&at, plan, at.in_data + (uint64_t)at.in_count * at.ring_bytes);
    at.end = at.images;
    for (uint32_t i = 1; i < plan->program_count; i++)
        at.end += round_up(plan->program[i].image.size, 4096);
    return at;
}

static uint64_t string_put(char *base, uint64_t *at, const char *text)
{
    uint64_t start = *at;
    size_t bytes = strlen(text) + 1;

    memcpy(base + start, text, bytes);
    *at += bytes;
    return start;
}

static uint64_t words_put(char *base, uint64_t *at, const struct words *words)
{
    uint64_t start = *at;

    for (uint32_t i = 0; i < words->count; i++)
        string_put(base, at, words->word[i]);
    return start;
}

static void sections_put(char *base, const struct plan *plan, const struct layout *layout)
{
    struct job_section *out = (void *)(base + layout->sections);
    uint64_t at = layout->strings, image = layout->images;
    uint64_t *image_offset = need(calloc(plan->program_count, sizeof *image_offset));

    for (uint32_t i = 1; i < plan->program_count; i++) {
        const struct image_file *file = &plan->program[i].image;

        memcpy(base + image, file->bytes, file->size);
        image_offset[i] = image;
        image += round_up(file->size, 4096);
    }
    for (uint32_t i = 0; i < plan->section_count; i++) {
        const struct plan_section *section = &plan->section[i];

        out[i] = (struct job_section){
            .ranks = section->ranks,
            .argc = section->argv.count,
            .envc = section->env.count,
            .argv_offset = words_put(base, &at, &section->argv),
            .env_offset = words_put(base, &at, &section->env),
            .cwd_offset = string_put(base, &at, section->cwd),
            .path_offset = string_put(base, &at, plan->program[section->program].path),
            .image_offset = image_offset[section->program],
            .image_bytes = section->program > 0 ? plan->program[section->program].image.size : 0,
        };
    }
    free(image_offset);
}

// `ulimit -c unlimited`: core files are wanted from whatever crashes.
static bool core_limit(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur > 0;
}

static void files_put(struct region *region, const struct plan *plan, const struct layout *layout)
{
    char *base = (char *)region->job;
    struct job_files *files = (void *)(base + layout->files);
    struct job_mount *mounts = (void *)(base + layout->mounts);
    uint64_t at = layout->mount_paths;

    if (layout->files == 0)
        return;
    *files = (struct job_files){.rings_offset = layout->file_rings,
                                .blocks_offset = layout->file_blocks,
                                .mounts_offset = layout->mounts,
                                .mounts = plan->mounts.count,
                                .queues = plan->options->files == FILES_9P ? 0 : plan->cores};
    for (uint32_t i = 0; i < plan->mounts.count; i++)
        mounts[i] =
            (struct job_mount){.path_offset = string_put(base, &at, plan->mounts.mount[i].guest),
                               .read_only = plan->mounts.mount[i].read_only};
    region->job->files_offset = layout->files;
    if (files->queues == 0)
        return;
    region->files = (struct files_region){.files = files,
                                          .rings = base + layout->file_rings,
                                          .blocks = (void *)(base + layout->file_blocks),
                                          .blocks_offset = layout->file_blocks,
                                          .queues = plan->cores};
}

static uint32_t umask_read(void)
{
    mode_t mask = umask(022);

    umask(mask);
    return mask;
}

static uint32_t job_flags(const struct plan *plan)
{
    const struct options *options = plan->options;
    const uint32_t busy = plan->cores < plan->ranks ? plan->cores : plan->ranks; // the others sleep

    return (busy > plan->cpu_count ? JOB_CORES_SHARED : 0u) | (options->strace ? JOB_STRACE : 0u) |
           (options->timings ? JOB_TIMINGS : 0u) | (options->trace != NULL ? JOB_RECORD : 0u) |
           (options->trace_all ? JOB_RECORD_ALL : 0u) |
           (options->core || core_limit() ? JOB_CORE : 0u) | (options->no_bind ? JOB_NO_BIND : 0u) |
           (isatty(STDIN_FILENO) ? JOB_IN_IS_TTY : 0u) |
           (isatty(STDOUT_FILENO) && options->outfile == NULL ? JOB_OUT_IS_TTY : 0u) |
           (isatty(STDERR_FILENO) && options->errfile == NULL ? JOB_ERR_IS_TTY : 0u);
}

static void job_put(struct region *region, const struct plan *plan, const struct layout *layout)
{
    int64_t reader = plan->options->stdin_rank;
    struct job *job = region->job;
    struct timespec wall;

    clock_gettime(CLOCK_REALTIME, &wall);
    job->nonce = region->nonce;
    job->version = JOB_VERSION;
    job->flags = job_flags(plan);
    job->bytes = region->bytes;
    job->ranks = plan->ranks;
    job->cores = plan->cores;
    job->section_count = plan->section_count;
    job->stdin_rank = reader == STDIN_ALL    ? JOB_STDIN_ALL
                      : reader == STDIN_NONE ? JOB_NO_RANK
                                             : (uint32_t)reader;
    job->debug_rank = plan->options->gdb_rank < 0 ? JOB_NO_RANK : (uint32_t)plan->options->gdb_rank;
    job->sections_offset = layout->sections;
    job->out_offset = layout->out;
    job->in_offset = layout->in;
    job->out_data_offset = layout->out_data;
    job->in_data_offset = layout->in_data;
    job->ring_bytes = layout->ring_bytes;
    job->waits_offset = layout->waits;
    job->waits_max = layout->waits_max;
    job->wall_ns = (uint64_t)wall.tv_sec * 1000000000u + (uint64_t)wall.tv_nsec;
    job->started_ns = plan->start.ns;
    job->umask = umask_read();
    job->end.rank = JOB_NO_RANK;
}

static void channels_open(struct region *region, const struct layout *layout)
{
    char *base = (char *)region->job;
    struct job_ring *out = (void *)(base + layout->out), *in = (void *)(base + layout->in);

    region->out = need(calloc(region->ranks, sizeof *region->out));
    region->in = need(calloc(layout->in_count + 1, sizeof *region->in));
    region->in_count = layout->in_count;
    for (uint32_t i = 0; i < region->ranks; i++)
        channel_open(&region->out[i], &out[i],
                     base + layout->out_data + (uint64_t)i * layout->ring_bytes, layout->ring_bytes);
    for (uint32_t i = 0; i < region->in_count; i++)
        channel_open(&region->in[i], &in[i],
                     base + layout->in_data + (uint64_t)i * layout->ring_bytes, layout->ring_bytes);
}

static void random_fill(void *to, size_t bytes)
{
    if (getrandom(to, bytes, 0) != (ssize_t)bytes)
        say_fail(STATUS_HOST, "cannot get random numbers: %s", strerror(errno));
}

void region_create(struct region *region, const struct plan *plan, int kick_fd, uint64_t tsc_khz)
{
    struct layout layout = layout_make(plan);

    region->ranks = plan->ranks;
    region->waits_offset = layout.waits;
    region->waits_max = layout.waits_max;
    // A whole number of large pages: a VM maps it as it is.
    region->bytes = round_up(layout.end, JOB_ALIGN);
    region->fd = memfd_create("torito-job", MFD_CLOEXEC);
    if (region->fd < 0 || ftruncate(region->fd, (off_t)region->bytes) < 0)
        say_fail(STATUS_HOST, "cannot create the job's memory of %zu MiB: %s", region->bytes >> 20,
                 strerror(errno));
    region->job = mmap(NULL, region->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, region->fd, 0);
    if (region->job == MAP_FAILED)
        say_fail(STATUS_HOST, "cannot map the job's memory of %zu MiB: %s", region->bytes >> 20,
                 strerror(errno));
    random_fill(&region->nonce, sizeof region->nonce);
    random_fill(region->job->random, sizeof region->job->random);
    job_put(region, plan, &layout);
    region->job->kick_fd = kick_fd;
    region->job->tsc_khz = tsc_khz;
    sections_put((char *)region->job, plan, &layout);
    files_put(region, plan, &layout);
    channels_open(region, &layout);
}

void region_publish(struct region *region)
{
    // release: everything else in struct job before its magic. Pairs with the kernel's first look.
    atomic_store_explicit(&region->job->magic, JOB_MAGIC, memory_order_release);
}
