// SPDX-License-Identifier: BSD-2-Clause
// environment.c: clocks, names and versions, addresses, memory (MPI 4.1, 9.1, 9.2, 9.6 and 5.1.5).
//
// MPI_Get_version, MPI_Get_library_version and MPI_Abi_get_version work before MPI_Init and after
// MPI_Finalize (11.4.1), and without a kernel. So does MPI_Wtime: libraries that may be used without MPI
// take their time from it, and their serial programs are linked without an image's flags.
#include "libmpi/mpii.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MEMORY_ALIGN 64 // a cache line, and the widest vector register

#pragma weak MPI_Wtime = PMPI_Wtime
double PMPI_Wtime(void)
{
    const struct services *services = mpii_services_or_none();
    struct timespec now;

    if (services)
        return (double)services->now_ns() * 1e-9; // one clock for all cores
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

#pragma weak MPI_Wtick = PMPI_Wtick
double PMPI_Wtick(void)
{
    return 1e-9; // now_ns counts in nanoseconds
}

#pragma weak MPI_Get_processor_name = PMPI_Get_processor_name
int PMPI_Get_processor_name(char *name, int *resultlen)
{
    int rc = mpii_check_running(__func__);
    char host[128];

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, name, "name");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, resultlen, "resultlen");
    if (rc != MPI_SUCCESS)
        return rc;
    if (gethostname(host, sizeof host) < 0)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_OTHER, "the host has no usable name");
    host[sizeof host - 1] = 0; // a longer name may come without its end
    *resultlen = snprintf(name, MPI_MAX_PROCESSOR_NAME, "%s:core%u", host, mpii_services()->core);
    return MPI_SUCCESS;
}

#pragma weak MPI_Get_version = PMPI_Get_version
int PMPI_Get_version(int *version, int *subversion)
{
    int rc = mpii_check_result(__func__, version, "version");

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, subversion, "subversion");
    if (rc != MPI_SUCCESS)
        return rc;
    *version = MPI_VERSION;
    *subversion = MPI_SUBVERSION;
    return MPI_SUCCESS;
}

#pragma weak MPI_Get_library_version = PMPI_Get_library_version
int PMPI_Get_library_version(char *version, int *resultlen)
{
    static const char text[] = "Torito " TORITO_VERSION ", an MPI for unikernels";
    int rc = mpii_check_result(__func__, version, "version");

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, resultlen, "resultlen");
    if (rc != MPI_SUCCESS)
        return rc;
    memcpy(version, text, sizeof text);
    *resultlen = (int)sizeof text - 1;
    return MPI_SUCCESS;
}

#pragma weak MPI_Abi_get_version = PMPI_Abi_get_version
int PMPI_Abi_get_version(int *abi_major, int *abi_minor)
{
    int rc = mpii_check_result(__func__, abi_major, "abi_major");

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, abi_minor, "abi_minor");
    if (rc != MPI_SUCCESS)
        return rc;
    *abi_major = MPI_ABI_VERSION;
    *abi_minor = MPI_ABI_SUBVERSION;
    return MPI_SUCCESS;
}

// A hook for profiling libraries, which define it themselves (15.2.4).
#pragma weak MPI_Pcontrol = PMPI_Pcontrol
int PMPI_Pcontrol(int level, ...)
{
    (void)level;
    return MPI_SUCCESS;
}

// Unsigned sums: they may wrap, as addresses do.
#pragma weak MPI_Aint_add = PMPI_Aint_add
MPI_Aint PMPI_Aint_add(MPI_Aint base, MPI_Aint disp)
{
    return (MPI_Aint)((uintptr_t)base + (uintptr_t)disp);
}

#pragma weak MPI_Aint_diff = PMPI_Aint_diff
MPI_Aint PMPI_Aint_diff(MPI_Aint addr1, MPI_Aint addr2)
{
    return (MPI_Aint)((uintptr_t)addr1 - (uintptr_t)addr2);
}

#pragma weak MPI_Alloc_mem = PMPI_Alloc_mem
int PMPI_Alloc_mem(MPI_Aint size, MPI_Info info, void *baseptr)
{
    int rc = mpii_check_running(__func__);
    void *memory;

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, baseptr, "baseptr");
    if (rc != MPI_SUCCESS)
        return rc;
    if (size < 0)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG, "size is %ld", (long)size);
    if (info != MPI_INFO_NULL && info != MPI_INFO_ENV)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_INFO, "info is %p, not an info object",
                          (void *)info);
    if (posix_memalign(&memory, MEMORY_ALIGN, (size_t)size) != 0)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_NO_MEM, "no %ld bytes left", (long)size);
    memcpy(baseptr, &memory, sizeof memory); // it is a void ** in disguise, of any pointer type
    return MPI_SUCCESS;
}

#pragma weak MPI_Free_mem = PMPI_Free_mem
int PMPI_Free_mem(void *base)
{
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        free(base);
    return rc;
}
