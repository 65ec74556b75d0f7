// SPDX-License-Identifier: BSD-2-Clause
// plan.c: from options to a plan: programs found and checked, ranks counted, environments made.
#include "plan.h"
#include "abi/job.h"
#include "say.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// --- environment ---

static void env_put(struct words *env, const char *assignment)
{
    size_t name = strcspn(assignment, "=") + 1;

    for (uint32_t i = 0; i < env->count; i++) {
        if (strncmp(env->word[i], assignment, name) == 0) {
            free(env->word[i]);
            env->word[i] = need(strdup(assignment));
            return;
        }
    }
    words_add(env, assignment);
}

static void env_put_listed(struct words *env, const char *list)
{
    char *copy = need(strdup(list)), *rest = copy, *name;

    while ((name = strsep(&rest, ",")) != NULL) {
        const char *value = *name != '\0' ? getenv(name) : NULL;

        if (value != NULL)
            env_put(env, need_format("%s=%s", name, value));
    }
    free(copy);
}

static void env_make(struct words *env, const struct env_options *all, const struct env_options *own)
{
    const struct env_options *pass = own->pass != ENV_UNSET ? own : all;

    if (pass->pass == ENV_LIST)
        env_put_listed(env, pass->list);
    for (char **e = environ; *e != NULL && pass->pass != ENV_LIST && pass->pass != ENV_NONE; e++)
        words_add(env, *e); // whatever it is, also what is no assignment
    for (uint32_t i = 0; i < all->set.count; i++)
        env_put(env, all->set.word[i]);
    for (uint32_t i = 0; i < own->set.count; i++)
        env_put(env, own->set.word[i]);
}

// --- programs ---

static char *path_join(const char *folder, size_t folder_bytes, const char *name)
{
    if (folder_bytes == 0)
        return need_format("./%s", name);
    return need_format("%.*s/%s", (int)folder_bytes, folder, name);
}

static bool is_file(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

char *path_find(const char *path, const char *name)
{
    if (strchr(name, '/') != NULL)
        return is_file(name) ? need(strdup(name)) : NULL;
    while (path != NULL && *path != '\0') {
        size_t bytes = strcspn(path, ":");
        char *file = path_join(path, bytes, name);

        if (is_file(file) && access(file, X_OK) == 0)
            return file;
        free(file);
        path += bytes + (path[bytes] == ':');
    }
    return NULL;
}

// Where a program of that name could be, best first: in -path and PATH, if it has no slash; from the
// working directory of its ranks, then from ours.
static void candidates(const struct plan_section *section, const struct section_options *options,
                       struct words *out)
{
    const char *name = options->argv.word[0];
    const char *const paths[] = {options->path, getenv("PATH")};

    if (*name == '/') {
        words_add(out, name);
        return;
    }
    for (size_t i = 0; i < 2 && strchr(name, '/') == NULL; i++) {
        char *file = path_find(paths[i], name);

        if (file != NULL)
            words_add(out, file);
        free(file);
    }
    if (options->wdir != NULL)
        words_add(out, path_join(section->cwd, strlen(section->cwd), name));
    words_add(out, name);
}

static uint32_t program_add(struct plan *plan, const struct image_file *image, const char *path)
{
    char *absolute = realpath(path, NULL);

    for (uint32_t i = 0; i < plan->program_count; i++) {
        const struct image_file *other = &plan->program[i].image;

        if (other->device == image->device && other->inode == image->inode)
            return i;
    }
    plan->program = need(realloc(plan->program, (plan->program_count + 1) * sizeof *plan->program));
    plan->program[plan->program_count] = (struct plan_program){
        .path = need(absolute != NULL ? absolute : strdup(path)), .image = *image};
    return plan->program_count++;
}

// The first candidate that is an image; if none is, the best complaint about one that exists.
static uint32_t program_find(struct plan *plan, const struct plan_section *section,
                             const struct section_options *options)
{
    enum image_file_result result, worst = IMAGE_FILE_MISSING;
    char error[IMAGE_FILE_ERROR_BYTES], first[IMAGE_FILE_ERROR_BYTES] = "";
    struct words files = {NULL, 0};
    struct image_file image;

    candidates(section, options, &files);
    for (uint32_t i = 0; i < files.count; i++) {
        bool fits;

        result = image_file_open(&image, files.word[i], error);
        fits = result == IMAGE_FILE_GOOD && image.kernel->job_version == JOB_VERSION;
        if (fits && image.executable)
            return program_add(plan, &image, files.word[i]);
        if (fits)
            snprintf(error, sizeof error, "\"%s\" may not be executed; see chmod(1)", files.word[i]);
        else if (result == IMAGE_FILE_GOOD)
            snprintf(error, sizeof error,
                     "\"%s\" was linked with another version of Torito; link it again with mpicc",
                     files.word[i]);
        if (result != IMAGE_FILE_MISSING && worst == IMAGE_FILE_MISSING) {
            worst = IMAGE_FILE_FOREIGN;
            memcpy(first, error, sizeof first);
        }
    }
    if (worst == IMAGE_FILE_MISSING)
        say_fail(
            STATUS_NOT_FOUND, "there is no program \"%s\"%s", options->argv.word[0],
            strchr(options->argv.word[0], '/') != NULL
                ? ""
                : " in PATH or in the working directory; give its path, for example ./program");
    say_fail(STATUS_NOT_IMAGE, "%s", first);
}

// --- sections ---

static char *cwd_make(const char *wdir)
{
    char *cwd = realpath(wdir != NULL ? wdir : ".", NULL);
    struct stat st;

    if (cwd == NULL)
        say_fail(wdir != NULL ? STATUS_USAGE : STATUS_HOST,
                 "cannot use the working directory%s%s%s: %s", wdir != NULL ? " \"" : "",
                 wdir != NULL ? wdir : "", wdir != NULL ? "\"" : "", strerror(errno));
    if (stat(cwd, &st) == 0 && !S_ISDIR(st.st_mode))
        say_fail(STATUS_USAGE, "the working directory \"%s\" is not a folder", wdir);
    return cwd;
}

static uint32_t ranks_choose(const struct plan *plan, const struct section_options *section)
{
    const struct options *options = plan->options;

    if (section->ranks != 0)
        return section->ranks;
    if (options->section_count > 1) {
        say_hint("no -n for \"%s\": it runs as 1 rank", section->argv.word[0]);
        return 1;
    }
    if (options->ranks_per_host != 0)
        return options->ranks_per_host;
    if (options->host_slots != 0)
        return options->host_slots;
    say_hint("no -n: %u rank%s, one for each CPU", plan->cpu_count, plan->cpu_count == 1 ? "" : "s");
    return plan->cpu_count;
}

static void hosts_check(const struct options *options)
{
    const char *other = NULL;

    for (uint32_t i = 0; i < options->hosts.count; i++) {
        if (!host_is_here(options->hosts.word[i]))
            other = options->hosts.word[i];
    }
    if (other != NULL)
        say_fail(STATUS_USAGE,
                 "host \"%s\": a job runs on this host (\"%s\") only; leave the other hosts out",
                 other, host_name());
}

void plan_make(struct plan *plan, const struct options *options)
{
    uint64_t ranks = 0;

    plan->options = options;
    hosts_check(options);
    plan->cpu_count = host_cpus(NULL, 0);
    plan->cpu = need(calloc(plan->cpu_count, sizeof *plan->cpu));
    plan->cpu_count = host_cpus(plan->cpu, plan->cpu_count);
    plan->section_count = options->section_count;
    plan->section = need(calloc(plan->section_count, sizeof *plan->section));
    for (uint32_t i = 0; i < plan->section_count; i++) {
        const struct section_options *from = &options->section[i];
        struct plan_section *section = &plan->section[i];

        section->cwd = cwd_make(from->wdir);
        section->argv = from->argv;
        section->program = program_find(plan, section, from);
        section->ranks = ranks_choose(plan, from);
        env_make(&section->env, &options->genv, &from->env);
        ranks += section->ranks;
    }
    if (ranks > JOB_RANKS_MAX)
        say_fail(STATUS_USAGE, "%llu ranks are too many: a job has at most %u",
                 (unsigned long long)ranks, JOB_RANKS_MAX);
    plan->ranks = (uint32_t)ranks;
    if (options->gdb_rank >= (int64_t)ranks)
        say_fail(STATUS_USAGE, "--gdb %lld: there are ranks 0 to %u only",
                 (long long)options->gdb_rank, plan->ranks - 1);
    if (options->stdin_rank >= (int64_t)ranks)
        say_fail(STATUS_USAGE, "--stdin %lld: there is no such rank, the last is %u",
                 (long long)options->stdin_rank, plan->ranks - 1);
    plan->cores = plan->cpu_count < plan->ranks ? plan->cpu_count : plan->ranks;
    if (options->cores != 0)
        plan->cores = options->cores;
    if (plan->cores > JOB_CORES_MAX)
        plan->cores = JOB_CORES_MAX;
    plan_machine(plan);
    plan_mounts(plan);
}

// The core of a rank, as the kernel's rank_core has it.
static uint32_t plan_core(const struct plan *plan, uint32_t rank)
{
    return (uint32_t)((uint64_t)rank * plan->cores / plan->ranks);
}

bool plan_pins(const struct plan *plan)
{
    return !plan->options->no_bind && plan->cores > 1 && plan->cores <= plan->cpu_count;
}

const struct plan_section *plan_section_of(const struct plan *plan, uint32_t rank)
{
    const struct plan_section *section = plan->section;

    while (rank >= section->ranks)
        rank -= section++->ranks;
    return section;
}

void plan_print(const struct plan *plan)
{
    uint32_t rank = 0;

    if (plan->options->display_map)
        say("%u rank%s on %u core%s of machine %s", plan->ranks, plan->ranks == 1 ? "" : "s",
            plan->cores, plan->cores == 1 ? "" : "s", plan_machine_name(plan->machine));
    for (uint32_t i = 0; i < plan->section_count; i++) {
        const struct plan_section *section = &plan->section[i];

        for (uint32_t end = rank + section->ranks; rank < end; rank++) {
            uint32_t core = plan_core(plan, rank);
            const char *kind = plan->machine == MACHINE_LINUX ? "" : ", a virtual CPU";

            if (plan_pins(plan))
                say("rank %u: core %u%s, bound to CPU %u: %s", rank, core, kind, plan->cpu[core],
                    plan->program[section->program].path);
            else
                say("rank %u: core %u%s, not bound: %s", rank, core, kind,
                    plan->program[section->program].path);
        }
    }
}
