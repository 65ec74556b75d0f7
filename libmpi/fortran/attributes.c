// SPDX-License-Identifier: BSD-2-Clause
// attributes.c: attributes of Fortran are numbers, of INTEGER(KIND=MPI_ADDRESS_KIND) or, with MPI 1's calls,
// of INTEGER. What C makes of them, and Fortran of C's, is MPI 4.1, 19.3.7.
#include "libmpi/fortran/attributes.h"
#include <stdlib.h>

static MPI_Aint number_of(const struct mpii_attribute *attribute)
{
    return attribute->cell ? *(const MPI_Aint *)attribute->value : (MPI_Aint)attribute->value;
}

// A predefined attribute is for C the address of a number, but MPI_WIN_BASE, which is an address itself.
static MPI_Aint number_found(enum mpii_kind kind, const struct mpii_attribute *found)
{
    if (kind == MPII_COMM && found->keyval >= MPI_TAG_UB && found->keyval <= MPI_UNIVERSE_SIZE)
        return *(const int *)found->value;
    if (kind == MPII_WIN && found->keyval == MPI_WIN_SIZE)
        return *(const MPI_Aint *)found->value;
    if (kind == MPII_WIN && found->keyval > MPI_WIN_BASE && found->keyval <= MPI_WIN_MODEL)
        return *(const int *)found->value;
    return number_of(found);
}

int mpii_fortran_attribute_set(const char *function, enum mpii_kind kind, int handle, int keyval,
                               MPI_Aint number)
{
    struct mpii_attribute attribute;

    if (!mpii_attribute_number(&attribute, keyval, number))
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory for an attribute");
    return mpii_attribute_set(function, kind, mpii_handle_of(handle), attribute);
}

int mpii_fortran_attribute_get(const char *function, enum mpii_kind kind, int handle, int keyval,
                               MPI_Aint *number, int *flag)
{
    struct mpii_attribute found;
    int rc = mpii_attribute_get(function, kind, mpii_handle_of(handle), keyval, &found, flag);

    *number = rc == MPI_SUCCESS && *flag ? number_found(kind, &found) : 0;
    return rc;
}

typedef void copy_function(int *handle, int *keyval, MPI_Aint *extra_state, MPI_Aint *in,
                           MPI_Aint *out, int *flag, int *ierror);
typedef void delete_function(int *handle, int *keyval, MPI_Aint *value, MPI_Aint *extra_state,
                             int *ierror);
typedef void copy_function_old(int *handle, int *keyval, int *extra_state, int *in, int *out,
                               int *flag, int *ierror);
typedef void delete_function_old(int *handle, int *keyval, int *value, int *extra_state, int *ierror);

static int copied(int rc, int keyval, MPI_Aint number, struct mpii_attribute *out, int flag)
{
    if (rc == MPI_SUCCESS && flag && !mpii_attribute_number(out, keyval, number))
        return MPI_ERR_NO_MEM;
    return rc;
}

static int call_copy(const struct mpii_keyval *key, void *handle, const struct mpii_attribute *in,
                     struct mpii_attribute *out, int *flag)
{
    MPI_Aint extra_state = (MPI_Aint)key->extra_state, from = number_of(in), to = 0;
    int number = mpii_number_of(handle), keyval = in->keyval, rc = MPI_SUCCESS;

    ((copy_function *)(void (*)(void))key->copy.comm)(&number, &keyval, &extra_state, &from, &to,
                                                      flag, &rc);
    return copied(rc, in->keyval, to, out, *flag);
}

static int call_delete(const struct mpii_keyval *key, void *handle,
                       const struct mpii_attribute *attribute)
{
    MPI_Aint extra_state = (MPI_Aint)key->extra_state, value = number_of(attribute);
    int number = mpii_number_of(handle), keyval = attribute->keyval, rc = MPI_SUCCESS;

    ((delete_function *)(void (*)(void))key->delete.comm)(&number, &keyval, &value, &extra_state,
                                                          &rc);
    return rc;
}

static int call_copy_old(const struct mpii_keyval *key, void *handle,
                         const struct mpii_attribute *in, struct mpii_attribute *out, int *flag)
{
    int extra_state = (int)(MPI_Aint)key->extra_state, from = (int)number_of(in), to = 0;
    int number = mpii_number_of(handle), keyval = in->keyval, rc = MPI_SUCCESS;

    ((copy_function_old *)(void (*)(void))key->copy.comm)(&number, &keyval, &extra_state, &from,
                                                          &to, flag, &rc);
    return copied(rc, in->keyval, to, out, *flag);
}

static int call_delete_old(const struct mpii_keyval *key, void *handle,
                           const struct mpii_attribute *attribute)
{
    int extra_state = (int)(MPI_Aint)key->extra_state, value = (int)number_of(attribute);
    int number = mpii_number_of(handle), keyval = attribute->keyval, rc = MPI_SUCCESS;

    ((delete_function_old *)(void (*)(void))key->delete.comm)(&number, &keyval, &value,
                                                              &extra_state, &rc);
    return rc;
}

void mpii_fortran_key_made(int rc, int keyval, bool old, int *ierror)
{
    struct mpii_keyval *key = rc == MPI_SUCCESS ? mpii_keyval(keyval) : NULL;

    if (key) {
        key->call_copy = old ? call_copy_old : call_copy;
        key->call_delete = old ? call_delete_old : call_delete;
    }
    mpii_fortran_return(ierror, rc);
}
