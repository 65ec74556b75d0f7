// SPDX-License-Identifier: BSD-2-Clause
// info_env.c: how the program was started, as info: MPI_INFO_ENV and MPI_Info_create_env
// (MPI 4.1, 11.2.1). Keys whose values are not known are left out, as the standard allows.
#define _GNU_SOURCE // program_invocation_name
#include "libmpi/object/info.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char *thread_level_name(int level)
{
    switch (level) {
    case MPI_THREAD_SINGLE:
        return "MPI_THREAD_SINGLE";
    case MPI_THREAD_FUNNELED:
        return "MPI_THREAD_FUNNELED";
    case MPI_THREAD_SERIALIZED:
        return "MPI_THREAD_SERIALIZED";
    default:
        return "MPI_THREAD_MULTIPLE";
    }
}

// The arguments after the program's name, a blank between them; as many as fit a value.
static void join(char *text, size_t bytes, int argc, char *argv[])
{
    size_t used = 0;

    *text = 0;
    for (int i = 1; argv && i < argc && argv[i] && used < bytes; i++)
        used += (size_t)snprintf(text + used, bytes - used, "%s%s", i > 1 ? " " : "", argv[i]);
}

// What both ways to ask have in common. False: no memory.
static bool env_fill(struct mpii_info *info, const char *command, const char *arguments)
{
    const char *errhandler = getenv("TORITO_INITIAL_ERRHANDLER");
    char text[MPI_MAX_INFO_VAL];
    struct utsname system;
    bool ok = true;

    if (command)
        ok = mpii_info_put(info, "command", command);
    if (*arguments)
        ok = ok && mpii_info_put(info, "argv", arguments);
    snprintf(text, sizeof text, "%u", mpii_services()->ranks);
    ok = ok && mpii_info_put(info, "maxprocs", text);
    if (uname(&system) == 0) {
        ok = ok && mpii_info_put(info, "host", system.nodename);
        ok = ok && mpii_info_put(info, "arch", system.machine);
    }
    if (getcwd(text, sizeof text))
        ok = ok && mpii_info_put(info, "wdir", text);
    return ok &&
           mpii_info_put(info, "mpi_initial_errhandler",
                         errhandler ? errhandler : "mpi_errors_are_fatal") &&
           mpii_info_put(info, "mpi_memory_alloc_kinds", "mpi,system");
}

static int main_argc;
static char **main_argv;

// MPI_Init may not be given the arguments; libc gives them to whoever runs before main.
__attribute__((constructor)) static void keep_arguments(int argc, char **argv)
{
    main_argc = argc;
    main_argv = argv;
}

struct mpii_info *mpii_info_env(void)
{
    static struct mpii_info *env;
    char arguments[MPI_MAX_INFO_VAL];
    struct mpii_info *info;

    if (env)
        return env;
    info = mpii_info_new();
    if (!info)
        return NULL;
    join(arguments, sizeof arguments, main_argc, main_argv);
    // Only here, for it is the same at any time: MPI_INFO_ENV is for after MPI_Init.
    if (!env_fill(info, program_invocation_name, arguments) ||
        !mpii_info_put(info, "thread_level", thread_level_name(mpii_process.thread_level))) {
        mpii_info_delete(info);
        return NULL;
    }
    info->object.predefined = true;
    env = info;
    return env;
}

#pragma weak MPI_Info_create_env = PMPI_Info_create_env
int PMPI_Info_create_env(int argc, char *argv[], MPI_Info *info)
{
    char arguments[MPI_MAX_INFO_VAL];
    struct mpii_info *made;
    int rc = mpii_check_result(__func__, info, "info");

    if (rc != MPI_SUCCESS)
        return rc;
    join(arguments, sizeof arguments, argc, argv);
    made = mpii_info_new();
    if (made && !env_fill(made, argc > 0 && argv ? argv[0] : program_invocation_name, arguments)) {
        mpii_info_delete(made);
        made = NULL;
    }
    if (!made)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory for an info object");
    *info = (MPI_Info)made;
    return MPI_SUCCESS;
}
