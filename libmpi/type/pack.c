// SPDX-License-Identifier: BSD-2-Clause
// pack.c: MPI_Pack and MPI_Unpack (MPI 4.1, 5.2).
//
// Packed data are the bare bytes in type map order, the same as a message of these types: so a
// message of any type may be received as MPI_PACKED and the other way round.
#include "libmpi/type.h"
#include <limits.h>

// One call, whatever its form.
struct packing {
    const char *function;
    MPI_Comm comm;
    MPI_Count count;
    MPI_Datatype datatype;
    MPI_Count size; // of the packed buffer
    MPI_Count *position;
    const char *size_name;
};

static int arguments_check(const struct packing *packing, struct mpii_type **type)
{
    const char *function = packing->function;
    int rc = mpii_check_running(function);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_comm(function, packing->comm);
    if (rc == MPI_SUCCESS && packing->count < 0)
        rc = mpii_error(function, packing->comm, MPI_ERR_COUNT, "count is %lld",
                        (long long)packing->count);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_type_committed(function, packing->comm, packing->datatype, "datatype", type);
    return rc;
}

// The buffers' turn: then *bytes are to be moved.
static int buffers_check(const struct packing *packing, const struct mpii_type *type,
                         const void *typed, const void *packed, MPI_Count *bytes)
{
    MPI_Count position = *packing->position;

    if (position < 0)
        return mpii_error(packing->function, packing->comm, MPI_ERR_ARG, "*position is %lld",
                          (long long)position);
    if (position > packing->size || __builtin_mul_overflow(packing->count, type->size, bytes) ||
        *bytes > packing->size - position)
        return mpii_error(packing->function, packing->comm, MPI_ERR_TRUNCATE,
                          "%s is %lld, too small for %lld elements of %lld bytes at position %lld",
                          packing->size_name, (long long)packing->size, (long long)packing->count,
                          (long long)type->size, (long long)position);
    // NULL is MPI_BOTTOM too, to which displacements may be added that are addresses.
    if (*bytes > 0 && (!packed || (!typed && type->dense)))
        return mpii_error(packing->function, packing->comm, MPI_ERR_BUFFER, "%s is NULL",
                          packed ? "the typed buffer" : "the packed buffer");
    return MPI_SUCCESS;
}

static int pack(const struct packing *packing, const void *inbuf, void *outbuf)
{
    struct mpii_type *type;
    MPI_Count bytes = 0;
    int rc = arguments_check(packing, &type);

    if (rc == MPI_SUCCESS)
        rc = buffers_check(packing, type, inbuf, outbuf, &bytes);
    if (rc != MPI_SUCCESS)
        return rc;
    mpii_type_pack((char *)outbuf + *packing->position, inbuf, packing->count, type, 0,
                   (size_t)bytes);
    *packing->position += bytes;
    return MPI_SUCCESS;
}

static int unpack(const struct packing *packing, const void *inbuf, void *outbuf)
{
    struct mpii_type *type;
    MPI_Count bytes = 0;
    int rc = arguments_check(packing, &type);

    if (rc == MPI_SUCCESS)
        rc = buffers_check(packing, type, outbuf, inbuf, &bytes);
    if (rc != MPI_SUCCESS)
        return rc;
    mpii_type_unpack(outbuf, packing->count, type, (const char *)inbuf + *packing->position, 0,
                     (size_t)bytes);
    *packing->position += bytes;
    return MPI_SUCCESS;
}

#pragma weak MPI_Pack = PMPI_Pack
int PMPI_Pack(const void *inbuf, int incount, MPI_Datatype datatype, void *outbuf, int outsize,
              int *position, MPI_Comm comm)
{
    MPI_Count at;
    struct packing packing = {__func__, comm, incount, datatype, outsize, &at, "outsize"};
    int rc;

    if (!position)
        return mpii_check_pointer(__func__, comm, position, "position");
    at = *position;
    rc = pack(&packing, inbuf, outbuf);
    if (rc == MPI_SUCCESS)
        *position = (int)at; // <= outsize
    return rc;
}

#pragma weak MPI_Pack_c = PMPI_Pack_c
int PMPI_Pack_c(const void *inbuf, MPI_Count incount, MPI_Datatype datatype, void *outbuf,
                MPI_Count outsize, MPI_Count *position, MPI_Comm comm)
{
    struct packing packing = {__func__, comm, incount, datatype, outsize, position, "outsize"};
    int rc = mpii_check_pointer(__func__, comm, position, "position");

    return rc == MPI_SUCCESS ? pack(&packing, inbuf, outbuf) : rc;
}

#pragma weak MPI_Unpack = PMPI_Unpack
int PMPI_Unpack(const void *inbuf, int insize, int *position, void *outbuf, int outcount,
                MPI_Datatype datatype, MPI_Comm comm)
{
    MPI_Count at;
    struct packing packing = {__func__, comm, outcount, datatype, insize, &at, "insize"};
    int rc;

    if (!position)
        return mpii_check_pointer(__func__, comm, position, "position");
    at = *position;
    rc = unpack(&packing, inbuf, outbuf);
    if (rc == MPI_SUCCESS)
        *position = (int)at; // <= insize
    return rc;
}

#pragma weak MPI_Unpack_c = PMPI_Unpack_c
int PMPI_Unpack_c(const void *inbuf, MPI_Count insize, MPI_Count *position, void *outbuf,
                  MPI_Count outcount, MPI_Datatype datatype, MPI_Comm comm)
{
    struct packing packing = {__func__, comm, outcount, datatype, insize, position, "insize"};
    int rc = mpii_check_pointer(__func__, comm, position, "position");

    return rc == MPI_SUCCESS ? unpack(&packing, inbuf, outbuf) : rc;
}

static int size_get(const struct packing *packing, MPI_Count *size)
{
    struct mpii_type *type;
    int rc = arguments_check(packing, &type);

    if (rc == MPI_SUCCESS && __builtin_mul_overflow(packing->count, type->size, size))
        *size = MPI_UNDEFINED;
    return rc;
}

#pragma weak MPI_Pack_size = PMPI_Pack_size
int PMPI_Pack_size(int incount, MPI_Datatype datatype, MPI_Comm comm, int *size)
{
    struct packing packing = {
        .function = __func__, .comm = comm, .count = incount, .datatype = datatype};
    MPI_Count bytes;
    int rc = mpii_check_pointer(__func__, comm, size, "size");

    if (rc == MPI_SUCCESS)
        rc = size_get(&packing, &bytes);
    if (rc == MPI_SUCCESS)
        *size = bytes > INT_MAX ? MPI_UNDEFINED : (int)bytes;
    return rc;
}

#pragma weak MPI_Pack_size_c = PMPI_Pack_size_c
int PMPI_Pack_size_c(MPI_Count incount, MPI_Datatype datatype, MPI_Comm comm, MPI_Count *size)
{
    struct packing packing = {
        .function = __func__, .comm = comm, .count = incount, .datatype = datatype};
    int rc = mpii_check_pointer(__func__, comm, size, "size");

    return rc == MPI_SUCCESS ? size_get(&packing, size) : rc;
}
