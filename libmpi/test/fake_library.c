// SPDX-License-Identifier: BSD-2-Clause
// fake_library.c: see fake_library.h.
#include "libmpi/test/fake_library.h"
#include "libmpi/object.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct fake_library fake_library;

int mpii_error(const char *function, MPI_Comm comm, int class, const char *text, ...)
{
    va_list list;
    int length = snprintf(fake_library.message, sizeof fake_library.message, "%s: ", function + 1);

    (void)comm;
    va_start(list, text);
    vsnprintf(fake_library.message + length, sizeof fake_library.message - (size_t)length, text,
              list);
    va_end(list);
    fake_library.class = class;
    return class;
}

int mpii_check_running(const char *function)
{
    (void)function;
    return MPI_SUCCESS;
}

int mpii_check_comm(const char *function, MPI_Comm comm)
{
    if (comm == MPI_COMM_WORLD || comm == MPI_COMM_SELF)
        return MPI_SUCCESS;
    return mpii_error(function, comm, MPI_ERR_COMM, "comm is none");
}

int mpii_check_pointer(const char *function, MPI_Comm comm, const void *pointer, const char *name)
{
    return pointer ? MPI_SUCCESS : mpii_error(function, comm, MPI_ERR_ARG, "%s is NULL", name);
}

int mpii_check_result(const char *function, const void *pointer, const char *name)
{
    return mpii_check_pointer(function, MPI_COMM_NULL, pointer, name);
}

void *mpii_object_new(enum mpii_kind kind, size_t bytes)
{
    struct mpii_object *object = calloc(1, bytes);

    object->head.magic = MPII_MAGIC | (uint32_t)kind;
    object->uses = 1;
    fake_library.objects++;
    return object;
}

void mpii_object_delete(void *pointer)
{
    struct mpii_object *object = pointer;

    if (object->name_owned)
        free(object->name);
    free(object);
    fake_library.objects--;
}

int mpii_attributes_delete(const char *function, MPI_Comm comm, struct mpii_object *object,
                           void *handle)
{
    (void)function, (void)comm, (void)object, (void)handle;
    return MPI_SUCCESS;
}

int mpii_attributes_copy(const char *function, MPI_Comm comm, struct mpii_object *to,
                         void *to_handle, const struct mpii_object *from, void *from_handle)
{
    (void)function, (void)comm, (void)to, (void)to_handle, (void)from, (void)from_handle;
    return MPI_SUCCESS;
}
