// SPDX-License-Identifier: BSD-2-Clause
// attribute.c: the attributes of an object, and the callbacks as they come, go and are copied
// (MPI 4.1, 7.7).
//
// A callback that does not return MPI_SUCCESS fails the call: with the callback's own code if that is an
// error code, else with MPI_ERR_OTHER.
#include "libmpi/object/attribute.h"
#include <stdlib.h>
#include <string.h>

static int callback_failed(const char *function, enum mpii_kind kind, void *handle,
                           const char *what, int keyval, int code)
{
    return mpii_error_of(kind, handle, function, mpii_error_known(code) ? code : MPI_ERR_OTHER,
                         "the %s callback of key %d returned %d", what, keyval, code);
}

int mpii_attribute_find(const struct mpii_object *object, int keyval)
{
    const struct mpii_attributes *attributes = object->attributes;

    for (int i = 0; attributes && i < attributes->count; i++)
        if (attributes->entry[i].keyval == keyval)
            return i;
    return -1;
}

static int callback_delete(const struct mpii_keyval *key, void *handle, int keyval, void *value)
{
    if (!key || !key->delete.comm) // NULL is MPI_COMM_NULL_DELETE_FN and its kin (20.3)
        return MPI_SUCCESS;
    switch (key->kind) {
    case MPII_COMM:
        return key->delete.comm(handle, keyval, value, key->extra_state);
    case MPII_TYPE:
        return key->delete.type(handle, keyval, value, key->extra_state);
    default:
        return key->delete.win(handle, keyval, value, key->extra_state);
    }
}

static int callback_copy(const struct mpii_keyval *key, void *handle, int keyval, void *in,
                         void **out, int *flag)
{
    *flag = 0;
    if (!key || !key->copy.comm) // MPI_COMM_NULL_COPY_FN
        return MPI_SUCCESS;
    if (key->copy.comm == MPI_COMM_DUP_FN) {
        *out = in;
        *flag = 1;
        return MPI_SUCCESS;
    }
    switch (key->kind) {
    case MPII_COMM:
        return key->copy.comm(handle, keyval, key->extra_state, in, out, flag);
    case MPII_TYPE:
        return key->copy.type(handle, keyval, key->extra_state, in, out, flag);
    default:
        return key->copy.win(handle, keyval, key->extra_state, in, out, flag);
    }
}

int mpii_attribute_delete(const char *function, MPI_Comm comm, struct mpii_object *object,
                          void *handle, int index)
{
    struct mpii_attribute attribute = object->attributes->entry[index];
    struct mpii_keyval *key = mpii_keyval(attribute.keyval);
    int rc;

    rc = callback_delete(key, handle, attribute.keyval, attribute.value);
    if (rc != MPI_SUCCESS && mpii_object_kind(object) == MPII_WIN)
        return callback_failed(function, MPII_WIN, handle, "delete", attribute.keyval, rc);
    if (rc != MPI_SUCCESS)
        return callback_failed(function, MPII_COMM, comm, "delete", attribute.keyval, rc);
    index = mpii_attribute_find(object, attribute.keyval);
    if (index < 0)
        return MPI_SUCCESS; // the callback deleted it too
    object->attributes->count--;
    memmove(&object->attributes->entry[index], &object->attributes->entry[index + 1],
            (size_t)(object->attributes->count - index) * sizeof attribute);
    if (key)
        mpii_keyval_drop(key);
    return MPI_SUCCESS;
}

static int attributes_delete_all(const char *function, MPI_Comm comm, struct mpii_object *object,
                                 void *handle)
{
    int rc = MPI_SUCCESS;

    // Newest first: what 11.2.4 wants of MPI_COMM_SELF at MPI_Finalize is a good order for all.
    while (rc == MPI_SUCCESS && object->attributes->count > 0)
        rc = mpii_attribute_delete(function, comm, object, handle, object->attributes->count - 1);
    return rc;
}

// Undoes a copy. What the callbacks say now can be told to nobody.
static void attributes_give_up(struct mpii_object *object, void *handle)
{
    while (object->attributes && object->attributes->count > 0) {
        struct mpii_attribute last = object->attributes->entry[--object->attributes->count];
        struct mpii_keyval *key = mpii_keyval(last.keyval);

        callback_delete(key, handle, last.keyval, last.value);
        if (key)
            mpii_keyval_drop(key);
    }
}

static int attributes_copy_all(const char *function, MPI_Comm comm, struct mpii_object *to,
                               void *to_handle, const struct mpii_object *from, void *from_handle)
{
    for (int i = 0; i < from->attributes->count; i++) {
        struct mpii_attribute attribute = from->attributes->entry[i];
        void *value = NULL;
        int flag, rc;

        rc = callback_copy(mpii_keyval(attribute.keyval), from_handle, attribute.keyval,
                           attribute.value, &value, &flag);
        if (rc == MPI_SUCCESS && (!flag || mpii_attribute_put(to, attribute.keyval, value)))
            continue;
        attributes_give_up(to, to_handle);
        if (rc != MPI_SUCCESS)
            return callback_failed(function, MPII_COMM, comm, "copy", attribute.keyval, rc);
        return mpii_error(function, comm, MPI_ERR_NO_MEM, "no memory for an attribute");
    }
    return MPI_SUCCESS;
}

bool mpii_attribute_put(struct mpii_object *object, int keyval, void *value)
{
    struct mpii_attributes *attributes = object->attributes;
    struct mpii_keyval *key = mpii_keyval(keyval);

    if (!attributes || attributes->count == attributes->capacity) {
        int capacity = attributes ? 2 * attributes->capacity : 4;

        attributes = realloc(object->attributes,
                             sizeof *attributes + (size_t)capacity * sizeof *attributes->entry);
        if (!attributes)
            return false;
        if (!object->attributes)
            *attributes = (struct mpii_attributes){.delete_all = attributes_delete_all,
                                                   .copy_all = attributes_copy_all};
        attributes->capacity = capacity;
        object->attributes = attributes;
    }
    attributes->entry[attributes->count++] = (struct mpii_attribute){keyval, value};
    if (key)
        key->uses++;
    return true;
}

bool mpii_attribute_predefine(struct mpii_object *object, int keyval, void *value)
{
    return mpii_attribute_put(object, keyval, value);
}
