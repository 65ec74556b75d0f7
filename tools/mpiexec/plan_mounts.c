// SPDX-License-Identifier: BSD-2-Clause
// plan_mounts.c: which directories of the host a virtual machine sees.
//
// What --mount names, then the working directories and /tmp at their own paths, unless they are there
// already or --mount none was given. A process sees all files in any case.
#include "plan.h"
#include "say.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// HOST, HOST:GUEST, HOST:GUEST:ro. A path with a colon in it cannot be told from that.
static void mount_parse(const char *text, char **host, char **guest, bool *read_only)
{
    char *copy = need(strdup(text)), *rest = copy, *word;

    *host = need(strdup(strsep(&rest, ":")));
    word = strsep(&rest, ":");
    *guest = word != NULL ? need(strdup(word)) : realpath(*host, NULL);
    word = strsep(&rest, ":");
    *read_only = word != NULL && strcmp(word, "ro") == 0;
    if ((word != NULL && !*read_only && strcmp(word, "rw") != 0) || rest != NULL || **host == '\0')
        say_fail(STATUS_USAGE,
                 "--mount needs HOST:GUEST, and :ro behind it for reading only, not \"%s\"", text);
    free(copy);
}

static void mount_given(struct plan *plan, const char *text)
{
    char error[MOUNTS_ERROR_BYTES], *host, *guest;
    bool read_only;

    mount_parse(text, &host, &guest, &read_only);
    if (plan->machine == MACHINE_LINUX) {
        char *real = realpath(host, NULL);

        if (read_only || real == NULL || guest == NULL || strcmp(real, guest) != 0)
            say_fail(STATUS_USAGE,
                     "--mount %s: a process sees the files of the host as they are; use --machine "
                     "microvm",
                     text);
        free(real);
    } else if (!mounts_add(&plan->mounts, host, guest != NULL ? guest : host, read_only, error)) {
        say_fail(STATUS_USAGE, "--mount %s: %s", text, error);
    }
    free(host);
    free(guest);
}

static void cwd_mount(struct plan *plan, const char *cwd)
{
    char error[MOUNTS_ERROR_BYTES];
    const char *rest;

    if (mounts_find(&plan->mounts, cwd, &rest) == NULL &&
        !mounts_add(&plan->mounts, cwd, cwd, false, error))
        say_fail(STATUS_USAGE,
                 "the working directory %s cannot be mounted: %s; say what to mount instead, and "
                 "--mount none",
                 cwd, error);
}

// How many devices a VM has places for, and the kernel.
#define MICROVM_9P_MAX 8u
#define Q35_9P_MAX 16u

static void places_check(const struct plan *plan)
{
    uint32_t most = plan->machine == MACHINE_Q35 ? Q35_9P_MAX : MICROVM_9P_MAX;

    if (plan->options->files == FILES_9P && plan->mounts.count > most)
        say_fail(STATUS_USAGE,
                 "--files 9p: %s has places for %u directories, and these are %u; use "
                 "--files forward",
                 plan_machine_name(plan->machine), most, plan->mounts.count);
}

static int by_length(const void *a, const void *b)
{
    size_t length_a = strlen(*(char *const *)a), length_b = strlen(*(char *const *)b);

    return (length_a > length_b) - (length_a < length_b);
}

// The sections' working directories: what contains others before them.
static char **cwds_make(const struct plan *plan)
{
    char **cwds = need(calloc(plan->section_count, sizeof *cwds));

    for (uint32_t i = 0; i < plan->section_count; i++)
        cwds[i] = plan->section[i].cwd;
    qsort(cwds, plan->section_count, sizeof *cwds, by_length);
    return cwds;
}

static bool in_tmp(const char *path)
{
    return strncmp(path, "/tmp", 4) == 0 && (path[4] == '/' || path[4] == '\0');
}

static void cwds_mount(struct plan *plan)
{
    char ignored[MOUNTS_ERROR_BYTES], **cwds = cwds_make(plan);

    for (uint32_t i = 0; i < plan->section_count; i++) {
        if (!in_tmp(cwds[i]))
            cwd_mount(plan, cwds[i]);
    }
    mounts_add(&plan->mounts, "/tmp", "/tmp", false, ignored); // where nothing else is in its way
    for (uint32_t i = 0; i < plan->section_count; i++)
        cwd_mount(plan, cwds[i]);
    free(cwds);
}

void plan_mounts(struct plan *plan)
{
    const struct words *given = &plan->options->mounts;
    bool none = false;

    for (uint32_t i = 0; i < given->count; i++) {
        if (strcmp(given->word[i], "none") == 0)
            none = true;
        else
            mount_given(plan, given->word[i]);
    }
    if (plan->machine == MACHINE_LINUX)
        return;
    if (!none)
        cwds_mount(plan);
    places_check(plan);
    for (uint32_t i = 0; i < plan->mounts.count; i++)
        say_note("mount: %s is %s in the virtual machine%s", plan->mounts.mount[i].host,
                 plan->mounts.mount[i].guest, plan->mounts.mount[i].read_only ? ", read-only" : "");
}
