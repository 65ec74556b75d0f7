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

static int callback_delete(const struct mpii_keyval *key, void *handle,
                           const struct mpii_attribute *attribute)
{
    if (!key || !key->delete.comm) // NULL is MPI_COMM_NULL_DELETE_FN and its kin (20.3)
        return MPI_SUCCESS;
    if (key->call_delete)
        return key->call_delete(key, handle, attribute);
    switch (key->kind) {
    case MPII_COMM:
        return key->delete.comm(handle, attribute->keyval, attribute->value, key->extra_state);
    case MPII_TYPE:
        return key->delete.type(handle, attribute->keyval, attribute->value, key->extra_state);
    default:
        return key->delete.win(handle, attribute->keyval, attribute->value, key->extra_state);
    }
}

bool mpii_attribute_number(struct mpii_attribute *attribute, int keyval, MPI_Aint number)
{
    MPI_Aint *cell = malloc(sizeof *cell);

    if (!cell)
        return false;
    *cell = number;
    *attribute = (struct mpii_attribute){.keyval = keyval, .cell = true, .value = cell};
    return true;
}

static int callback_copy(const struct mpii_keyval *key, void *handle,
                         const struct mpii_attribute *in, struct mpii_attribute *out, int *flag)
{
    *flag = 0;
    *out = (struct mpii_attribute){.keyval = in->keyval};
    if (!key || !key->copy.comm) // MPI_COMM_NULL_COPY_FN
        return MPI_SUCCESS;
    if (key->call_copy)
        return key->call_copy(key, handle, in, out, flag);
    if (key->copy.comm == MPI_COMM_DUP_FN) {
        *flag = 1;
        if (in->cell)
            return mpii_attribute_number(out, in->keyval, *(const MPI_Aint *)in->value)
                       ? MPI_SUCCESS
                       : MPI_ERR_NO_MEM;
        *out = *in;
        return MPI_SUCCESS;
    }
    switch (key->kind) {
    case MPII_COMM:
        return key->copy.comm(handle, in->keyval, key->extra_state, in->value, &out->value, flag);
    case MPII_TYPE:
        return key->copy.type(handle, in->keyval, key->extra_state, in->value, &out->value, flag);
    default:
        return key->copy.win(handle, in->keyval, key->extra_state, in->value, &out->value, flag);
    }
}

// It is on no object any more.
static void attribute_gone(const struct mpii_attribute *attribute, struct mpii_keyval *key)
{
    if (attribute->cell)
        free(attribute->value);
    if (key)
        mpii_keyval_drop(key);
}

int mpii_attribute_delete(const char *function, MPI_Comm comm, struct mpii_object *object,
                          void *handle, int index)
{
    struct mpii_attribute attribute = object->attributes->entry[index];
    struct mpii_keyval *key = mpii_keyval(attribute.keyval);
    int rc;

    rc = callback_delete(key, handle, &attribute);
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
    attribute_gone(&attribute, key);
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

        callback_delete(key, handle, &last);
        attribute_gone(&last, key);
    }
}

static int attributes_copy_all(const char *function, MPI_Comm comm, struct mpii_object *to,
                               void *to_handle, const struct mpii_object *from, void *from_handle)
{
    for (int i = 0; i < from->attributes->count; i++) {
        struct mpii_attribute attribute = from->attributes->entry[i], copy;
        int flag, rc;

        rc = callback_copy(mpii_keyval(attribute.keyval), from_handle, &attribute, &copy, &flag);
        if (rc == MPI_SUCCESS && (!flag || mpii_attribute_put(to, copy)))
            continue;
        if (copy.cell)
            free(copy.value);
        attributes_give_up(to, to_handle);
        if (rc != MPI_SUCCESS)
            return callback_failed(function, MPII_COMM, comm, "copy", attribute.keyval, rc);
        return mpii_error(function, comm, MPI_ERR_NO_MEM, "no memory for an attribute");
    }
    return MPI_SUCCESS;
}

bool mpii_attribute_put(struct mpii_object *object, struct mpii_attribute attribute)
{
    struct mpii_attributes *attributes = object->attributes;
    struct mpii_keyval *key = mpii_keyval(attribute.keyval);

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
    attributes->entry[attributes->count++] = attribute;
    if (key)
        key->uses++;
    return true;
}
