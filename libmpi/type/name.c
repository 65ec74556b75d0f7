// SPDX-License-Identifier: BSD-2-Clause
// name.c: names of datatypes (MPI 4.1, 7.8).
#include "libmpi/type.h"
#include <stdlib.h>
#include <string.h>

#pragma weak MPI_Type_set_name = PMPI_Type_set_name
int PMPI_Type_set_name(MPI_Datatype datatype, const char *type_name)
{
    struct mpii_type *type;
    char *copy;
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_type(__func__, MPI_COMM_NULL, datatype, "datatype", &type);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, type_name, "type_name");
    if (rc != MPI_SUCCESS)
        return rc;
    copy = strndup(type_name, MPI_MAX_OBJECT_NAME - 1); // a longer one is cut off
    if (!copy)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory left for the name");
    if (type->object.name_owned)
        free(type->object.name);
    type->object.name = copy;
    type->object.name_owned = true;
    return MPI_SUCCESS;
}

#pragma weak MPI_Type_get_name = PMPI_Type_get_name
int PMPI_Type_get_name(MPI_Datatype datatype, char *type_name, int *resultlen)
{
    struct mpii_type *type = NULL;
    const char *name = "MPI_DATATYPE_NULL"; // the null handle has a name as well (7.8)
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS && datatype != MPI_DATATYPE_NULL)
        rc = mpii_check_type(__func__, MPI_COMM_NULL, datatype, "datatype", &type);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, type_name, "type_name");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, resultlen, "resultlen");
    if (rc != MPI_SUCCESS)
        return rc;
    if (type)
        name = type->object.name ? type->object.name : "";
    *resultlen = (int)strlen(name);
    memcpy(type_name, name, (size_t)*resultlen + 1);
    return MPI_SUCCESS;
}
