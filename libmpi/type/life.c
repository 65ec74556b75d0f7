// SPDX-License-Identifier: BSD-2-Clause
// life.c: commit and free (MPI 4.1, 5.1.9).
#include "libmpi/type/contents.h"
#include "libmpi/type/map.h"

#pragma weak MPI_Type_commit = PMPI_Type_commit
int PMPI_Type_commit(MPI_Datatype *datatype)
{
    struct mpii_type *type;
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, datatype, "datatype");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_type(__func__, MPI_COMM_NULL, *datatype, "datatype", &type);
    if (rc != MPI_SUCCESS || type->committed)
        return rc;
    if (type->map) {
        type->plan = mpii_map_plan(type->map);
        if (!type->plan)
            return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_NO_MEM,
                              "no memory left to commit the datatype");
    }
    // One run from lb to ub; or nothing, however long.
    type->dense = !type->map || (type->lb == 0 && type->extent == type->size &&
                                 type->plan->parts == 1 && type->plan->part->bytes == type->size &&
                                 type->plan->part->offset == 0 && !type->plan->part->map);
    type->committed = true;
    return MPI_SUCCESS;
}

#pragma weak MPI_Type_free = PMPI_Type_free
int PMPI_Type_free(MPI_Datatype *datatype)
{
    struct mpii_type *type = NULL;
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, datatype, "datatype");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_type(__func__, MPI_COMM_NULL, *datatype, "datatype", &type);
    if (rc == MPI_SUCCESS && type->object.predefined)
        rc = mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_TYPE, "datatype is predefined");
    if (rc == MPI_SUCCESS && type->contents->handles == 1)
        rc = mpii_attributes_delete(__func__, MPI_COMM_NULL, &type->object, *datatype);
    if (rc != MPI_SUCCESS)
        return rc;
    type->contents->handles--;
    mpii_type_drop(type);
    *datatype = MPI_DATATYPE_NULL;
    return MPI_SUCCESS;
}
