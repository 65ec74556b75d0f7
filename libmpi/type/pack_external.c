// SPDX-License-Identifier: BSD-2-Clause
// pack_external.c: MPI_Pack_external and MPI_Unpack_external (MPI 4.1, 5.3).
#include "libmpi/type/external.h"
#include <string.h>

// One call, whatever its form: MPI_Aint is the same as MPI_Count, and so are the forms but for
// `count`.
struct packing {
    const char *function;
    const char *datarep;
    MPI_Count count;
    MPI_Datatype datatype;
    const char *size_name;
    MPI_Count size; // of the packed buffer
    MPI_Count *position;
};

// Then the elements take *bytes.
static int arguments_check(const struct packing *packing, struct mpii_type **type, MPI_Count *bytes)
{
    const char *function = packing->function;
    int rc = mpii_check_running(function);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, packing->datarep, "datarep");
    if (rc == MPI_SUCCESS && strcmp(packing->datarep, "external32") != 0)
        rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_UNSUPPORTED_DATAREP,
                        "datarep is \"%.40s\", not \"external32\"", packing->datarep);
    if (rc == MPI_SUCCESS && packing->count < 0)
        rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_COUNT, "count is %lld",
                        (long long)packing->count);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_type_committed(function, MPI_COMM_NULL, packing->datatype, "datatype", type);
    if (rc == MPI_SUCCESS && !mpii_external_size(*type, packing->count, bytes))
        rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_COUNT,
                        "count is %lld: that would be 2^63 bytes or more", (long long)packing->count);
    return rc;
}

static int buffers_check(const struct packing *packing, const struct mpii_type *type,
                         const void *typed, const void *packed, MPI_Count bytes)
{
    const char *function = packing->function;
    int rc = mpii_check_result(function, packing->position, "position");

    if (rc != MPI_SUCCESS)
        return rc;
    if (*packing->position < 0)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_ARG, "*position is %lld",
                          (long long)*packing->position);
    if (*packing->position > packing->size || bytes > packing->size - *packing->position)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_TRUNCATE,
                          "%s is %lld, too small for %lld bytes at position %lld", packing->size_name,
                          (long long)packing->size, (long long)bytes, (long long)*packing->position);
    // NULL is MPI_BOTTOM too, to which displacements may be added that are addresses.
    if (bytes > 0 && (!packed || (!typed && type->dense)))
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_BUFFER, "%s is NULL",
                          packed ? "the typed buffer" : "the packed buffer");
    return MPI_SUCCESS;
}

static int pack(const struct packing *packing, const void *inbuf, void *outbuf)
{
    struct mpii_type *type;
    MPI_Count bytes;
    int rc = arguments_check(packing, &type, &bytes);

    if (rc == MPI_SUCCESS)
        rc = buffers_check(packing, type, inbuf, outbuf, bytes);
    if (rc != MPI_SUCCESS || bytes == 0)
        return rc;
    if (!mpii_external_pack((char *)outbuf + *packing->position, inbuf, packing->count, type))
        return mpii_error(packing->function, MPI_COMM_NULL, MPI_ERR_CONVERSION,
                          "a value does not fit into external32, where long has 4 bytes and "
                          "wchar_t 2");
    *packing->position += bytes;
    return MPI_SUCCESS;
}

static int unpack(const struct packing *packing, const void *inbuf, void *outbuf)
{
    struct mpii_type *type;
    MPI_Count bytes;
    int rc = arguments_check(packing, &type, &bytes);

    if (rc == MPI_SUCCESS)
        rc = buffers_check(packing, type, outbuf, inbuf, bytes);
    if (rc != MPI_SUCCESS || bytes == 0)
        return rc;
    mpii_external_unpack(outbuf, packing->count, type, (const char *)inbuf + *packing->position);
    *packing->position += bytes;
    return MPI_SUCCESS;
}

// NOLINTBEGIN(readability-non-const-parameter): *position is set, through struct packing

#pragma weak MPI_Pack_external = PMPI_Pack_external
int PMPI_Pack_external(const char *datarep, const void *inbuf, int incount, MPI_Datatype datatype,
                       void *outbuf, MPI_Aint outsize, MPI_Aint *position)
{
    struct packing packing = {__func__, datarep, incount, datatype, "outsize", outsize, position};

    return pack(&packing, inbuf, outbuf);
}

#pragma weak MPI_Pack_external_c = PMPI_Pack_external_c
int PMPI_Pack_external_c(const char *datarep, const void *inbuf, MPI_Count incount,
                         MPI_Datatype datatype, void *outbuf, MPI_Count outsize, MPI_Count *position)
{
    struct packing packing = {__func__, datarep, incount, datatype, "outsize", outsize, position};

    return pack(&packing, inbuf, outbuf);
}

#pragma weak MPI_Unpack_external = PMPI_Unpack_external
int PMPI_Unpack_external(const char datarep[], const void *inbuf, MPI_Aint insize,
                         MPI_Aint *position, void *outbuf, int outcount, MPI_Datatype datatype)
{
    struct packing packing = {__func__, datarep, outcount, datatype, "insize", insize, position};

    return unpack(&packing, inbuf, outbuf);
}

#pragma weak MPI_Unpack_external_c = PMPI_Unpack_external_c
int PMPI_Unpack_external_c(const char datarep[], const void *inbuf, MPI_Count insize,
                           MPI_Count *position, void *outbuf, MPI_Count outcount,
                           MPI_Datatype datatype)
{
    struct packing packing = {__func__, datarep, outcount, datatype, "insize", insize, position};

    return unpack(&packing, inbuf, outbuf);
}

// NOLINTEND(readability-non-const-parameter)

static int size_get(const char *function, const char *datarep, MPI_Count count,
                    MPI_Datatype datatype, MPI_Count *size)
{
    struct packing packing = {
        .function = function, .datarep = datarep, .count = count, .datatype = datatype};
    struct mpii_type *type;
    MPI_Count bytes;
    int rc = arguments_check(&packing, &type, &bytes);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, size, "size");
    if (rc == MPI_SUCCESS)
        *size = bytes;
    return rc;
}

#pragma weak MPI_Pack_external_size = PMPI_Pack_external_size
int PMPI_Pack_external_size(const char *datarep, int incount, MPI_Datatype datatype, MPI_Aint *size)
{
    return size_get(__func__, datarep, incount, datatype, size);
}

#pragma weak MPI_Pack_external_size_c = PMPI_Pack_external_size_c
int PMPI_Pack_external_size_c(const char *datarep, MPI_Count incount, MPI_Datatype datatype,
                              MPI_Count *size)
{
    return size_get(__func__, datarep, incount, datatype, size);
}
