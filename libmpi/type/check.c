// SPDX-License-Identifier: BSD-2-Clause
// check.c: what calls with datatypes check of them.
#include "libmpi/type.h"

int mpii_check_type(const char *function, MPI_Comm comm, MPI_Datatype handle, const char *name,
                    struct mpii_type **type)
{
    *type = mpii_type(handle);
    if (*type)
        return MPI_SUCCESS;
    if (handle == MPI_DATATYPE_NULL)
        return mpii_error(function, comm, MPI_ERR_TYPE, "%s is MPI_DATATYPE_NULL", name);
    return mpii_error(function, comm, MPI_ERR_TYPE, "%s is %p, not a datatype", name, (void *)handle);
}

int mpii_check_type_committed(const char *function, MPI_Comm comm, MPI_Datatype handle,
                              const char *name, struct mpii_type **type)
{
    *type = mpii_type(handle);
    if (!*type)
        return mpii_check_type(function, comm, handle, name, type);
    if (!(*type)->committed)
        return mpii_error(function, comm, MPI_ERR_TYPE, "%s is not committed", name);
    return MPI_SUCCESS;
}
