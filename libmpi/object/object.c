// SPDX-License-Identifier: BSD-2-Clause
// object.c: memory of MPI objects.
#include "libmpi/object/attribute.h"
#include "libmpi/object/error.h"
#include "libmpi/object/number.h"
#include <stdlib.h>

void *mpii_object_new(enum mpii_kind kind, size_t bytes)
{
    struct mpii_object *object = calloc(1, bytes);

    if (!object)
        return NULL;
    object->head.magic = MPII_MAGIC | (uint32_t)kind;
    object->uses = 1;
    return object;
}

void mpii_object_delete(void *pointer)
{
    struct mpii_object *object = pointer;

    if (object->name_owned)
        free(object->name);
    if (object->errhandler)
        mpii_errhandler_drop(object->errhandler);
    free(object->attributes); // empty by now, yet still there
    mpii_number_drop(&object->head);
    // The compiler would drop a store to memory that is about to be freed; the handle check needs it.
    *(volatile uint32_t *)&object->head.magic = 0;
    free(object);
}

int mpii_attributes_delete(const char *function, MPI_Comm comm, struct mpii_object *object,
                           void *handle)
{
    return object->attributes ? object->attributes->delete_all(function, comm, object, handle)
                              : MPI_SUCCESS;
}

int mpii_attributes_copy(const char *function, MPI_Comm comm, struct mpii_object *to,
                         void *to_handle, const struct mpii_object *from, void *from_handle)
{
    return from->attributes
               ? from->attributes->copy_all(function, comm, to, to_handle, from, from_handle)
               : MPI_SUCCESS;
}
