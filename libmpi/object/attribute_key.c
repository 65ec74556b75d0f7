// SPDX-License-Identifier: BSD-2-Clause
// attribute_key.c: keys of attributes (MPI 4.1, 7.7.2 to 7.7.4, and 16.1 for the old names).
//
// A key's number is KEY_FIRST and more, above those of the standard; the number of a key that is gone is
// given out again.
#include "libmpi/object/attribute.h"
#include <stdlib.h>

#define KEY_FIRST 0x10000

static struct mpii_keyval **keys; // by number - KEY_FIRST; NULL: the number is free
static int keys_count;

struct mpii_keyval *mpii_keyval(int keyval)
{
    int index = keyval - KEY_FIRST;

    return keyval >= KEY_FIRST && index < keys_count ? keys[index] : NULL;
}

void mpii_keyval_drop(struct mpii_keyval *key)
{
    if (--key->uses > 0)
        return;
    keys[key->number - KEY_FIRST] = NULL;
    free(key);
}

static struct mpii_keyval *key_new(enum mpii_kind kind, void *extra_state)
{
    struct mpii_keyval *key = calloc(1, sizeof *key);
    int index = 0;

    while (index < keys_count && keys[index])
        index++;
    if (key && index == keys_count) {
        int count = keys_count ? 2 * keys_count : 8;
        struct mpii_keyval **more = realloc(keys, (size_t)count * sizeof(struct mpii_keyval *));

        if (!more) {
            free(key);
            return NULL;
        }
        keys = more;
        while (keys_count < count)
            keys[keys_count++] = NULL;
    }
    if (!key)
        return NULL;
    key->kind = kind;
    key->number = KEY_FIRST + index;
    key->uses = 1;
    key->extra_state = extra_state;
    keys[index] = key;
    return key;
}

// A key without its callbacks yet, or NULL after the error of `function`; *rc says which.
static struct mpii_keyval *key_create(const char *function, enum mpii_kind kind, int *keyval,
                                      void *extra_state, int *rc)
{
    struct mpii_keyval *key;

    *rc = mpii_check_running(function);
    if (*rc == MPI_SUCCESS)
        *rc = mpii_check_result(function, keyval, "keyval");
    if (*rc != MPI_SUCCESS)
        return NULL;
    key = key_new(kind, extra_state);
    if (!key) {
        *rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory for a key");
        return NULL;
    }
    *keyval = key->number;
    return key;
}

static int key_free(const char *function, enum mpii_kind kind, int *keyval)
{
    struct mpii_keyval *key;
    int rc = mpii_check_running(function);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, keyval, "keyval");
    if (rc != MPI_SUCCESS)
        return rc;
    key = mpii_keyval(*keyval);
    if (!key || key->kind != kind)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_KEYVAL,
                          "keyval is %d, not a key that can be freed", *keyval);
    // Freeing it once more, through another copy of the number, is harmless: programs do that from
    // delete callbacks.
    if (!key->freed) {
        key->freed = true;
        mpii_keyval_drop(key);
    }
    *keyval = MPI_KEYVAL_INVALID;
    return MPI_SUCCESS;
}

#pragma weak MPI_Comm_create_keyval = PMPI_Comm_create_keyval
int PMPI_Comm_create_keyval(MPI_Comm_copy_attr_function *comm_copy_attr_fn,
                            MPI_Comm_delete_attr_function *comm_delete_attr_fn, int *comm_keyval,
                            void *extra_state)
{
    struct mpii_keyval *key;
    int rc;

    key = key_create(__func__, MPII_COMM, comm_keyval, extra_state, &rc);
    if (key) {
        key->copy.comm = comm_copy_attr_fn;
        key->delete.comm = comm_delete_attr_fn;
    }
    return rc;
}

#pragma weak MPI_Type_create_keyval = PMPI_Type_create_keyval
int PMPI_Type_create_keyval(MPI_Type_copy_attr_function *type_copy_attr_fn,
                            MPI_Type_delete_attr_function *type_delete_attr_fn, int *type_keyval,
                            void *extra_state)
{
    struct mpii_keyval *key;
    int rc;

    key = key_create(__func__, MPII_TYPE, type_keyval, extra_state, &rc);
    if (key) {
        key->copy.type = type_copy_attr_fn;
        key->delete.type = type_delete_attr_fn;
    }
    return rc;
}

#pragma weak MPI_Win_create_keyval = PMPI_Win_create_keyval
int PMPI_Win_create_keyval(MPI_Win_copy_attr_function *win_copy_attr_fn,
                           MPI_Win_delete_attr_function *win_delete_attr_fn, int *win_keyval,
                           void *extra_state)
{
    struct mpii_keyval *key;
    int rc;

    key = key_create(__func__, MPII_WIN, win_keyval, extra_state, &rc);
    if (key) {
        key->copy.win = win_copy_attr_fn;
        key->delete.win = win_delete_attr_fn;
    }
    return rc;
}

#pragma weak MPI_Keyval_create = PMPI_Keyval_create
int PMPI_Keyval_create(MPI_Copy_function *copy_fn, MPI_Delete_function *delete_fn, int *keyval,
                       void *extra_state)
{
    struct mpii_keyval *key;
    int rc;

    key = key_create(__func__, MPII_COMM, keyval, extra_state, &rc);
    if (key) {
        key->copy.comm = copy_fn;
        key->delete.comm = delete_fn;
    }
    return rc;
}

#pragma weak MPI_Comm_free_keyval = PMPI_Comm_free_keyval
int PMPI_Comm_free_keyval(int *comm_keyval)
{
    return key_free(__func__, MPII_COMM, comm_keyval);
}

#pragma weak MPI_Type_free_keyval = PMPI_Type_free_keyval
int PMPI_Type_free_keyval(int *type_keyval)
{
    return key_free(__func__, MPII_TYPE, type_keyval);
}

#pragma weak MPI_Win_free_keyval = PMPI_Win_free_keyval
int PMPI_Win_free_keyval(int *win_keyval)
{
    return key_free(__func__, MPII_WIN, win_keyval);
}

#pragma weak MPI_Keyval_free = PMPI_Keyval_free
int PMPI_Keyval_free(int *keyval)
{
    return key_free(__func__, MPII_COMM, keyval);
}
