// SPDX-License-Identifier: BSD-2-Clause
// process.c: the rank's way to its kernel.
#define _GNU_SOURCE // program_invocation_short_name
#include "libmpi/mpii.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>

struct mpii_process mpii_process;

const struct services *mpii_services_or_none(void)
{
    static const struct services *services;

    if (services)
        return services;
    services = (const void *)getauxval(AT_TORITO);
    if (services && services->version != SERVICES_VERSION)
        services = NULL;
    return services;
}

const struct services *mpii_services(void)
{
    const struct services *services = mpii_services_or_none();

    if (services)
        return services;
    fprintf(stderr,
            "%s: this MPI program has no Torito kernel in it: link it with mpicc, or with all the "
            "flags that mpicc -show prints.\n",
            program_invocation_short_name);
    exit(EXIT_FAILURE);
}

_Noreturn void mpii_abort(int status, const char *message)
{
    // Another thread may sleep with the stream locked: its text is lost rather than the job stuck.
    if (ftrylockfile(stdout) == 0) {
        fflush_unlocked(stdout);
        funlockfile(stdout);
    }
    mpii_services()->abort(status, message);
}
