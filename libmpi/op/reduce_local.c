// SPDX-License-Identifier: BSD-2-Clause
// reduce_local.c: MPI_Reduce_local: a reduction within the process (MPI 4.1, 6.9.7).
#include "libmpi/op.h"

static int buffers_check(const char *function, const void *inbuf, const void *inoutbuf,
                         MPI_Count count)
{
    if (inbuf == MPI_IN_PLACE || inoutbuf == MPI_IN_PLACE)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_BUFFER, "%s is MPI_IN_PLACE",
                          inbuf == MPI_IN_PLACE ? "inbuf" : "inoutbuf");
    if (count > 0 && inbuf == inoutbuf && inbuf != MPI_BOTTOM)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_BUFFER, "inbuf and inoutbuf are the same");
    return MPI_SUCCESS;
}

static int reduce_local(const char *function, const void *inbuf, void *inoutbuf, MPI_Count count,
                        MPI_Datatype datatype, MPI_Op op)
{
    struct mpii_type *type = NULL;
    int rc = mpii_check_running(function);

    if (rc == MPI_SUCCESS && count < 0)
        rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_COUNT, "count is %lld", (long long)count);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_type_committed(function, MPI_COMM_NULL, datatype, "datatype", &type);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_op(function, MPI_COMM_NULL, op, type);
    if (rc == MPI_SUCCESS)
        rc = buffers_check(function, inbuf, inoutbuf, count);
    if (rc == MPI_SUCCESS && count > 0 && type->object.predefined && (!inbuf || !inoutbuf))
        rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_BUFFER, "%s is NULL",
                        inbuf ? "inoutbuf" : "inbuf");
    if (rc == MPI_SUCCESS)
        mpii_op_reduce(mpii_op(op), inbuf, inoutbuf, count, type);
    return rc;
}

#pragma weak MPI_Reduce_local = PMPI_Reduce_local
int PMPI_Reduce_local(const void *inbuf, void *inoutbuf, int count, MPI_Datatype datatype, MPI_Op op)
{
    return reduce_local(__func__, inbuf, inoutbuf, count, datatype, op);
}

#pragma weak MPI_Reduce_local_c = PMPI_Reduce_local_c
int PMPI_Reduce_local_c(const void *inbuf, void *inoutbuf, MPI_Count count, MPI_Datatype datatype,
                        MPI_Op op)
{
    return reduce_local(__func__, inbuf, inoutbuf, count, datatype, op);
}
