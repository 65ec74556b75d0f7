// SPDX-License-Identifier: BSD-2-Clause
// buffer_calls.c: attaching, detaching and flushing the buffers of buffered sends (MPI 4.1, 3.6).
#include "libmpi/pt2pt/buffer.h"
#include <limits.h>
#include <stdlib.h>

// Where the buffer of the process, or of a communicator, is kept.
static struct mpii_buffer **place(struct mpii_comm *comm)
{
    return comm ? &comm->buffer : &mpii_buffer_process;
}

// The communicator has gone, and so have its messages.
static void comm_delete(struct mpii_comm *comm)
{
    if (!comm->buffer)
        return;
    (void)mpii_buffer_reclaim(comm->buffer, 0);
    mpii_buffer_drop(comm->buffer);
}

// Looks up the communicator if the call has one: `handle` is not NULL then.
static int look_up(const char *function, const MPI_Comm *handle, struct mpii_comm **comm)
{
    int rc = mpii_check_running(function);

    *comm = NULL;
    if (rc == MPI_SUCCESS && handle)
        rc = mpii_check_comm(function, *handle);
    if (rc == MPI_SUCCESS && handle)
        *comm = mpii_comm(*handle);
    return rc;
}

static int attach(const char *function, const MPI_Comm *handle, void *address, MPI_Count bytes)
{
    MPI_Comm at = handle ? *handle : MPI_COMM_NULL;
    struct mpii_comm *comm;
    int rc = look_up(function, handle, &comm);

    if (rc != MPI_SUCCESS)
        return rc;
    if (bytes < 0)
        return mpii_error(function, at, MPI_ERR_ARG, "size is %lld, less than 0", (long long)bytes);
    if (!address && bytes)
        return mpii_error(function, at, MPI_ERR_BUFFER, "buffer is NULL");
    if (*place(comm))
        return mpii_error(function, at, MPI_ERR_BUFFER, "a buffer is attached already");
    *place(comm) = mpii_buffer_new(address, bytes);
    if (!*place(comm))
        return mpii_error(function, at, MPI_ERR_NO_MEM, "no memory to manage the buffer with");
    if (comm)
        comm->buffer_delete = comm_delete;
    return MPI_SUCCESS;
}

// Ends when all messages have left the buffer. Without one the result is NULL and 0 bytes.
static int detach(const char *function, const MPI_Comm *handle, void *address, MPI_Count max,
                  MPI_Count *bytes)
{
    struct mpii_buffer *buffer;
    struct mpii_comm *comm;
    int rc = look_up(function, handle, &comm);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, address, "buffer_addr");
    if (rc != MPI_SUCCESS)
        return rc;
    buffer = *place(comm);
    *(void **)address = NULL;
    *bytes = 0;
    if (!buffer)
        return MPI_SUCCESS;
    if (buffer->bytes > max)
        return mpii_error(function, handle ? *handle : MPI_COMM_NULL, MPI_ERR_VALUE_TOO_LARGE,
                          "the buffer has %lld bytes, too many for an int", (long long)buffer->bytes);
    *place(comm) = NULL;
    mpii_buffer_flush(buffer);
    *(void **)address = buffer->address;
    *bytes = buffer->bytes;
    mpii_buffer_drop(buffer);
    return MPI_SUCCESS;
}

static int detach_int(const char *function, const MPI_Comm *handle, void *address, int *size)
{
    MPI_Count bytes;
    int rc = mpii_check_result(function, size, "size");

    if (rc == MPI_SUCCESS)
        rc = detach(function, handle, address, INT_MAX, &bytes);
    if (rc == MPI_SUCCESS)
        *size = (int)bytes;
    return rc;
}

static int detach_count(const char *function, const MPI_Comm *handle, void *address, MPI_Count *size)
{
    MPI_Count bytes;
    int rc = mpii_check_result(function, size, "size");

    if (rc == MPI_SUCCESS)
        rc = detach(function, handle, address, LLONG_MAX, &bytes);
    if (rc == MPI_SUCCESS)
        *size = bytes;
    return rc;
}

static int flush(const char *function, const MPI_Comm *handle)
{
    struct mpii_comm *comm;
    int rc = look_up(function, handle, &comm);

    if (rc == MPI_SUCCESS && *place(comm))
        mpii_buffer_flush(*place(comm));
    return rc;
}

#pragma weak MPI_Buffer_attach = PMPI_Buffer_attach
int PMPI_Buffer_attach(void *buffer, int size)
{
    return attach(__func__, NULL, buffer, size);
}

#pragma weak MPI_Buffer_attach_c = PMPI_Buffer_attach_c
int PMPI_Buffer_attach_c(void *buffer, MPI_Count size)
{
    return attach(__func__, NULL, buffer, size);
}

#pragma weak MPI_Comm_attach_buffer = PMPI_Comm_attach_buffer
int PMPI_Comm_attach_buffer(MPI_Comm comm, void *buffer, int size)
{
    return attach(__func__, &comm, buffer, size);
}

#pragma weak MPI_Comm_attach_buffer_c = PMPI_Comm_attach_buffer_c
int PMPI_Comm_attach_buffer_c(MPI_Comm comm, void *buffer, MPI_Count size)
{
    return attach(__func__, &comm, buffer, size);
}

#pragma weak MPI_Buffer_detach = PMPI_Buffer_detach
int PMPI_Buffer_detach(void *buffer_addr, int *size)
{
    return detach_int(__func__, NULL, buffer_addr, size);
}

#pragma weak MPI_Buffer_detach_c = PMPI_Buffer_detach_c
int PMPI_Buffer_detach_c(void *buffer_addr, MPI_Count *size)
{
    return detach_count(__func__, NULL, buffer_addr, size);
}

#pragma weak MPI_Comm_detach_buffer = PMPI_Comm_detach_buffer
int PMPI_Comm_detach_buffer(MPI_Comm comm, void *buffer_addr, int *size)
{
    return detach_int(__func__, &comm, buffer_addr, size);
}

#pragma weak MPI_Comm_detach_buffer_c = PMPI_Comm_detach_buffer_c
int PMPI_Comm_detach_buffer_c(MPI_Comm comm, void *buffer_addr, MPI_Count *size)
{
    return detach_count(__func__, &comm, buffer_addr, size);
}

#pragma weak MPI_Buffer_flush = PMPI_Buffer_flush
int PMPI_Buffer_flush(void)
{
    return flush(__func__, NULL);
}

#pragma weak MPI_Comm_flush_buffer = PMPI_Comm_flush_buffer
int PMPI_Comm_flush_buffer(MPI_Comm comm)
{
    return flush(__func__, &comm);
}
