// SPDX-License-Identifier: BSD-2-Clause
// arguments.c: arguments of Fortran as C has them, and results back.
#include "libmpi/comm.h"
#include "libmpi/fortran/fortran.h"
#include "libmpi/topo/topo.h"
#include <stdlib.h>
#include <string.h>

void *mpii_fortran_buffer_constant(const void *buffer)
{
    if (buffer == &mpiisentinels_.bottom)
        return MPI_BOTTOM;
    if (buffer == &mpiisentinels_.in_place)
        return MPI_IN_PLACE;
    if (buffer == &mpiisentinels_.buffer_automatic)
        return MPI_BUFFER_AUTOMATIC;
    return (void *)(uintptr_t)buffer; // NOLINT: any other variable of that block is a mistake, yet memory
}

int *mpii_fortran_weights(const int *weights)
{
    if (weights == mpiisentinels_.unweighted)
        return MPI_UNWEIGHTED;
    if (weights == mpiisentinels_.weights_empty)
        return MPI_WEIGHTS_EMPTY;
    return (int *)(uintptr_t)weights; // NOLINT: the caller's, in some calls const
}

// Memory for `bytes`: the room if that is enough. NULL: an error before, or now.
static void *room_or_memory(int *rc, void *room, size_t room_bytes, size_t bytes)
{
    void *memory = NULL;

    if (*rc != MPI_SUCCESS)
        return NULL;
    if (bytes <= room_bytes)
        return room;
    memory = malloc(bytes);
    if (!memory)
        *rc = mpii_error("MPI", MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory for arguments of Fortran");
    return memory;
}

void **mpii_fortran_handles(int *rc, void **room, const int *numbers, long long count)
{
    size_t bytes = count > 0 ? (size_t)count * sizeof *room : 0;
    void **handles = room_or_memory(rc, room, MPII_FORTRAN_ROOM * sizeof *room, bytes);

    for (long long i = 0; handles && i < count; i++)
        handles[i] = mpii_handle_of(numbers[i]);
    return handles;
}

void mpii_fortran_numbers(int *numbers, void *const *handles, long long count)
{
    for (long long i = 0; handles && i < count; i++)
        if (handles[i] != mpii_handle_of(numbers[i]))
            numbers[i] = mpii_number_of(handles[i]);
}

int mpii_fortran_peers(MPI_Comm handle)
{
    const struct mpii_comm *comm = mpii_comm(handle);

    return comm ? mpii_comm_peers(comm)->size : 0;
}

int mpii_fortran_neighbors(MPI_Comm handle, bool out)
{
    const struct mpii_comm *comm = mpii_comm(handle);
    const struct mpii_topology *topology = comm ? comm->topology : NULL;

    if (!topology)
        return 0;
    return out ? topology->out.count : topology->in.count;
}

char *mpii_fortran_string(int *rc, char *room, const char *text, size_t bytes, bool both)
{
    char *string;

    while (bytes > 0 && text[bytes - 1] == ' ')
        bytes--;
    for (; both && bytes > 0 && *text == ' '; text++)
        bytes--;
    string = room_or_memory(rc, room, MPII_FORTRAN_TEXT, bytes + 1);
    if (string) {
        memcpy(string, text, bytes);
        string[bytes] = '\0';
    }
    return string;
}

int mpii_fortran_text(char *to, size_t to_bytes, const char *text)
{
    size_t bytes = strnlen(text, to_bytes);

    memcpy(to, text, bytes);
    memset(to + bytes, ' ', to_bytes - bytes);
    return (int)bytes;
}
