// SPDX-License-Identifier: BSD-2-Clause
// pin.c: starts a rank of any MPI on the CPU that is its own.
//
//   mpiexec -n 4 pin 0,0,1,1 PROGRAM [ARGUMENT]...
//
// runs rank r on the r-th CPU of the list. Each MPI has options for that, but they differ in what
// they can say and in what they do with more ranks than CPUs; this is the same for all of them. The
// rank comes from the environment variable by which the launcher tells it.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const rank_variables[] = {"PMI_RANK", "PMIX_RANK", "OMPI_COMM_WORLD_RANK"};

static const char *find_rank(void)
{
    for (size_t i = 0; i < sizeof rank_variables / sizeof *rank_variables; i++)
        if (getenv(rank_variables[i]) != NULL)
            return getenv(rank_variables[i]);
    return NULL;
}

// The CPU at that place of the list, or -1.
static long cpu_of(const char *list, long place)
{
    char *end;
    long cpu;

    for (; place > 0 && list != NULL; place--) {
        list = strchr(list, ',');
        list = list != NULL ? list + 1 : NULL;
    }
    if (list == NULL || *list < '0' || *list > '9')
        return -1;
    cpu = strtol(list, &end, 10);
    return (*end == '\0' || *end == ',') && cpu < CPU_SETSIZE ? cpu : -1;
}

int main(int argc, char **argv)
{
    const char *rank = find_rank();
    cpu_set_t set;
    long cpu;

    if (argc < 3 || rank == NULL) {
        fprintf(stderr, "Usage: mpiexec [-n N] pin CPU[,CPU]... PROGRAM [ARGUMENT]...\n");
        return 2;
    }
    cpu = cpu_of(argv[1], strtol(rank, NULL, 10));
    CPU_ZERO(&set);
    if (cpu >= 0)
        CPU_SET((unsigned)cpu, &set);
    if (cpu < 0 || sched_setaffinity(0, sizeof set, &set) < 0) {
        fprintf(stderr, "pin: rank %s has no CPU it may use in %s\n", rank, argv[1]);
        return 1;
    }
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
