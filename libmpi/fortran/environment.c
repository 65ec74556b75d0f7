// SPDX-License-Identifier: BSD-2-Clause
// environment.c: the Fortran procedures of libmpi.
#include "libmpi/fortran/fortran.h"
#include <string.h>

// A handle's two forms: C's is the address of an object or a small number; the standard ABI gives
// predefined objects the same number in Fortran (MPI 5.0, 20.3).
static MPI_Comm comm_of(const int *comm)
{
    return (MPI_Comm)(intptr_t)*comm; // NOLINT: a number in the shape of a pointer
}

static MPI_Info info_of(const int *info)
{
    return (MPI_Info)(intptr_t)*info; // NOLINT
}

void mpii_fortran_return(int *ierror, int rc)
{
    if (ierror)
        *ierror = rc;
}

int mpii_fortran_text(char *to, size_t to_bytes, const char *text)
{
    size_t bytes = strnlen(text, to_bytes);

    memcpy(to, text, bytes);
    memset(to + bytes, ' ', to_bytes - bytes);
    return (int)bytes;
}

void pmpi_init_(int *ierror)
{
    __asm__ volatile("" : : "r"(mpii_fortran_threads)); // brings that file along
    mpii_fortran_return(ierror, PMPI_Init(NULL, NULL));
}
FORTRAN_PROCEDURE(init);

void pmpi_init_thread_(const int *required, int *provided, int *ierror)
{
    mpii_fortran_return(ierror, PMPI_Init_thread(NULL, NULL, *required, provided));
}
FORTRAN_PROCEDURE(init_thread);

void pmpi_finalize_(int *ierror)
{
    mpii_fortran_return(ierror, PMPI_Finalize());
}
FORTRAN_PROCEDURE(finalize);

void pmpi_initialized_(int *flag, int *ierror)
{
    mpii_fortran_return(ierror, PMPI_Initialized(flag));
}
FORTRAN_PROCEDURE(initialized);

void pmpi_finalized_(int *flag, int *ierror)
{
    mpii_fortran_return(ierror, PMPI_Finalized(flag));
}
FORTRAN_PROCEDURE(finalized);

void pmpi_query_thread_(int *provided, int *ierror)
{
    mpii_fortran_return(ierror, PMPI_Query_thread(provided));
}
FORTRAN_PROCEDURE(query_thread);

void pmpi_is_thread_main_(int *flag, int *ierror)
{
    mpii_fortran_return(ierror, PMPI_Is_thread_main(flag));
}
FORTRAN_PROCEDURE(is_thread_main);

void pmpi_abort_(const int *comm, const int *errorcode, int *ierror)
{
    mpii_fortran_return(ierror, PMPI_Abort(comm_of(comm), *errorcode));
}
FORTRAN_PROCEDURE(abort);

void pmpi_comm_rank_(const int *comm, int *rank, int *ierror)
{
    mpii_fortran_return(ierror, PMPI_Comm_rank(comm_of(comm), rank));
}
FORTRAN_PROCEDURE(comm_rank);

void pmpi_comm_size_(const int *comm, int *size, int *ierror)
{
    mpii_fortran_return(ierror, PMPI_Comm_size(comm_of(comm), size));
}
FORTRAN_PROCEDURE(comm_size);

void pmpi_error_class_(const int *errorcode, int *errorclass, int *ierror)
{
    mpii_fortran_return(ierror, PMPI_Error_class(*errorcode, errorclass));
}
FORTRAN_PROCEDURE(error_class);

void pmpi_error_string_(const int *errorcode, char *string, int *resultlen, int *ierror,
                        size_t string_bytes)
{
    char text[MPI_MAX_ERROR_STRING];
    int rc = PMPI_Error_string(*errorcode, text, resultlen);

    if (rc == MPI_SUCCESS)
        *resultlen = mpii_fortran_text(string, string_bytes, text);
    mpii_fortran_return(ierror, rc);
}
FORTRAN_PROCEDURE(error_string);

void pmpi_get_processor_name_(char *name, int *resultlen, int *ierror, size_t name_bytes)
{
    char text[MPI_MAX_PROCESSOR_NAME];
    int rc = PMPI_Get_processor_name(text, resultlen);

    if (rc == MPI_SUCCESS)
        *resultlen = mpii_fortran_text(name, name_bytes, text);
    mpii_fortran_return(ierror, rc);
}
FORTRAN_PROCEDURE(get_processor_name);

void pmpi_get_library_version_(char *version, int *resultlen, int *ierror, size_t version_bytes)
{
    char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int rc = PMPI_Get_library_version(text, resultlen);

    if (rc == MPI_SUCCESS)
        *resultlen = mpii_fortran_text(version, version_bytes, text);
    mpii_fortran_return(ierror, rc);
}
FORTRAN_PROCEDURE(get_library_version);

void pmpi_get_version_(int *version, int *subversion, int *ierror)
{
    mpii_fortran_return(ierror, PMPI_Get_version(version, subversion));
}
FORTRAN_PROCEDURE(get_version);

void pmpi_abi_get_version_(int *abi_major, int *abi_minor, int *ierror)
{
    mpii_fortran_return(ierror, PMPI_Abi_get_version(abi_major, abi_minor));
}
FORTRAN_PROCEDURE(abi_get_version);

void pmpi_pcontrol_(const int *level)
{
    (void)PMPI_Pcontrol(*level);
}
FORTRAN_PROCEDURE(pcontrol);

double pmpi_wtime_(void)
{
    return PMPI_Wtime();
}
FORTRAN_PROCEDURE(wtime);

double pmpi_wtick_(void)
{
    return PMPI_Wtick();
}
FORTRAN_PROCEDURE(wtick);

MPI_Aint pmpi_aint_add_(const MPI_Aint *base, const MPI_Aint *disp)
{
    return PMPI_Aint_add(*base, *disp);
}
FORTRAN_PROCEDURE(aint_add);

MPI_Aint pmpi_aint_diff_(const MPI_Aint *addr1, const MPI_Aint *addr2)
{
    return PMPI_Aint_diff(*addr1, *addr2);
}
FORTRAN_PROCEDURE(aint_diff);

// baseptr is TYPE(C_PTR), or an INTEGER of its size.
void pmpi_alloc_mem_(const MPI_Aint *size, const int *info, void **baseptr, int *ierror)
{
    mpii_fortran_return(ierror, PMPI_Alloc_mem(*size, info_of(info), baseptr));
}
FORTRAN_PROCEDURE(alloc_mem);
FORTRAN_NAMES(mpi_alloc_mem_cptr, pmpi_alloc_mem_);
FORTRAN_NAMES(pmpi_alloc_mem_cptr, pmpi_alloc_mem_);

void pmpi_free_mem_(void *base, int *ierror)
{
    mpii_fortran_return(ierror, PMPI_Free_mem(base));
}
FORTRAN_PROCEDURE(free_mem);
