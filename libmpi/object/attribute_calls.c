// SPDX-License-Identifier: BSD-2-Clause
// attribute_calls.c: setting, getting and deleting attributes of communicators, datatypes and windows
// (MPI 4.1, 7.7), and the attributes that are there from the start (9.1.2).
#include "libmpi/comm.h"
#include "libmpi/object/attribute.h"
#include "libmpi/object/error.h"
#include "libmpi/type.h"
#include <stdlib.h>
#include <string.h>

// What a call is about: an object of one kind, the communicator whose error handler counts (datatypes:
// none), and the key.
struct attribute_call {
    const char *function;
    enum mpii_kind kind;
    void *handle;
    MPI_Comm comm;
    struct mpii_object *object;
};

static int call_error(const struct attribute_call *call, int class, const char *text, int keyval)
{
    // NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): one of the texts below
    if (call->kind == MPII_WIN)
        return mpii_error_of(MPII_WIN, call->handle, call->function, class, "key %d %s", keyval,
                             text);
    return mpii_error(call->function, call->comm, class, "key %d %s", keyval, text);
}

// Finds the object. MPI_SUCCESS, or the error of the call.
static int call_begin(struct attribute_call *call, const char *function, enum mpii_kind kind,
                      void *handle)
{
    int rc = mpii_check_running(function);

    *call = (struct attribute_call){function, kind, handle, MPI_COMM_NULL, NULL};
    if (rc != MPI_SUCCESS)
        return rc;
    if (kind == MPII_COMM) {
        call->comm = handle;
        rc = mpii_check_comm(function, handle);
        if (rc == MPI_SUCCESS)
            call->object = &mpii_comm(handle)->object;
        return rc;
    }
    if (kind == MPII_TYPE) {
        struct mpii_type *type = mpii_type(handle);

        if (!type)
            return mpii_error(function, MPI_COMM_NULL, MPI_ERR_TYPE, "datatype %p is no datatype",
                              handle);
        call->object = &type->object;
        return MPI_SUCCESS;
    }
    if (!mpii_object_ok(handle, kind))
        return mpii_error_of(kind, handle, function, MPI_ERR_WIN, "win is %p, not a window", handle);
    call->object = handle;
    return MPI_SUCCESS;
}

static bool is_predefined(enum mpii_kind kind, int keyval)
{
    return (kind == MPII_COMM && keyval >= MPI_TAG_UB && keyval <= MPI_UNIVERSE_SIZE) ||
           (kind == MPII_WIN && keyval >= MPI_WIN_BASE && keyval <= MPI_WIN_MODEL);
}

// May the user set or delete attributes with this key?
static int key_check(const struct attribute_call *call, int keyval)
{
    const struct mpii_keyval *key = mpii_keyval(keyval);

    if (is_predefined(call->kind, keyval))
        return call_error(call, MPI_ERR_KEYVAL, "is predefined and cannot be changed", keyval);
    if (keyval == MPI_KEYVAL_INVALID)
        return call_error(call, MPI_ERR_KEYVAL, "is MPI_KEYVAL_INVALID", keyval);
    if (!key)
        return call_error(call, MPI_ERR_KEYVAL, "does not exist", keyval);
    if (key->kind != call->kind)
        return call_error(call, MPI_ERR_KEYVAL, "was made for another kind of object", keyval);
    return MPI_SUCCESS;
}

// The attributes of MPI_COMM_WORLD (9.1.2), here those of every communicator: all of them are constants
// of the job. The user gets the address of an int.
static int *environment_attribute(int keyval)
{
    static int tag_ub = MPII_TAG_UB, host = MPI_PROC_NULL, any = MPI_ANY_SOURCE, one = 1;
    static int appnum, universe_size;

    switch (keyval) {
    case MPI_TAG_UB:
        return &tag_ub;
    case MPI_HOST: // no process is the host's
        return &host;
    case MPI_IO: // every process can do language-standard I/O
        return &any;
    case MPI_WTIME_IS_GLOBAL:
        return &one;
    case MPI_APPNUM:
        appnum = (int)mpii_services()->section;
        return &appnum;
    case MPI_UNIVERSE_SIZE: // no process can be added to a job
        universe_size = (int)mpii_services()->ranks;
        return &universe_size;
    default: // MPI_LASTUSEDCODE
        return &mpii_last_used_code;
    }
}

static int set(const struct attribute_call *call, struct mpii_attribute attribute)
{
    int at, rc = key_check(call, attribute.keyval);

    if (rc != MPI_SUCCESS)
        return rc;
    if (mpii_keyval(attribute.keyval)->freed)
        return call_error(call, MPI_ERR_KEYVAL, "was freed", attribute.keyval);
    at = mpii_attribute_find(call->object, attribute.keyval);
    if (at >= 0) { // "as if MPI_COMM_DELETE_ATTR was first called" (7.7.2)
        rc = mpii_attribute_delete(call->function, call->comm, call->object, call->handle, at);
        if (rc != MPI_SUCCESS)
            return rc;
    }
    if (!mpii_attribute_put(call->object, attribute))
        return call_error(call, MPI_ERR_NO_MEM, "found no memory for an attribute", attribute.keyval);
    return MPI_SUCCESS;
}

int mpii_attribute_set(const char *function, enum mpii_kind kind, void *handle,
                       struct mpii_attribute attribute)
{
    struct attribute_call call;
    int rc = call_begin(&call, function, kind, handle);

    if (call.object && rc == MPI_SUCCESS)
        rc = set(&call, attribute);
    if (rc != MPI_SUCCESS && attribute.cell)
        free(attribute.value);
    return rc;
}

static int attribute_set(const char *function, enum mpii_kind kind, void *handle, int keyval,
                         void *value)
{
    return mpii_attribute_set(function, kind, handle, (struct mpii_attribute){keyval, false, value});
}

int mpii_attribute_get(const char *function, enum mpii_kind kind, void *handle, int keyval,
                       struct mpii_attribute *found, int *flag)
{
    struct attribute_call call;
    int at, rc = call_begin(&call, function, kind, handle);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(function, call.comm, flag, "flag");
    if (rc == MPI_SUCCESS && !is_predefined(kind, keyval))
        rc = key_check(&call, keyval);
    if (!call.object || rc != MPI_SUCCESS)
        return rc;
    if (kind == MPII_COMM && is_predefined(kind, keyval)) {
        *found = (struct mpii_attribute){keyval, false, environment_attribute(keyval)};
        *flag = 1;
        return MPI_SUCCESS;
    }
    at = mpii_attribute_find(call.object, keyval);
    *flag = at >= 0;
    if (at >= 0)
        *found = call.object->attributes->entry[at];
    return MPI_SUCCESS;
}

static int attribute_get(const char *function, enum mpii_kind kind, void *handle, int keyval,
                         void *value, int *flag)
{
    struct mpii_attribute found;
    int rc = mpii_attribute_get(function, kind, handle, keyval, &found, flag);

    if (rc == MPI_SUCCESS && !value)
        return kind == MPII_WIN
                   ? mpii_error_of(kind, handle, function, MPI_ERR_ARG, "attribute_val is NULL")
                   : mpii_check_pointer(function, kind == MPII_COMM ? handle : MPI_COMM_NULL, value,
                                        "attribute_val");
    if (rc == MPI_SUCCESS && *flag)
        memcpy(value, &found.value, sizeof found.value); // a void ** in disguise, of any pointer type
    return rc;
}

static int attribute_remove(const char *function, enum mpii_kind kind, void *handle, int keyval)
{
    struct attribute_call call;
    int at, rc = call_begin(&call, function, kind, handle);

    if (rc == MPI_SUCCESS)
        rc = key_check(&call, keyval);
    if (!call.object || rc != MPI_SUCCESS)
        return rc;
    at = mpii_attribute_find(call.object, keyval);
    return at < 0 ? MPI_SUCCESS // nothing to delete is no error
                  : mpii_attribute_delete(function, call.comm, call.object, handle, at);
}

#pragma weak MPI_Comm_set_attr = PMPI_Comm_set_attr
int PMPI_Comm_set_attr(MPI_Comm comm, int comm_keyval, void *attribute_val)
{
    return attribute_set(__func__, MPII_COMM, comm, comm_keyval, attribute_val);
}

#pragma weak MPI_Comm_get_attr = PMPI_Comm_get_attr
int PMPI_Comm_get_attr(MPI_Comm comm, int comm_keyval, void *attribute_val, int *flag)
{
    return attribute_get(__func__, MPII_COMM, comm, comm_keyval, attribute_val, flag);
}

#pragma weak MPI_Comm_delete_attr = PMPI_Comm_delete_attr
int PMPI_Comm_delete_attr(MPI_Comm comm, int comm_keyval)
{
    return attribute_remove(__func__, MPII_COMM, comm, comm_keyval);
}

#pragma weak MPI_Type_set_attr = PMPI_Type_set_attr
int PMPI_Type_set_attr(MPI_Datatype datatype, int type_keyval, void *attribute_val)
{
    return attribute_set(__func__, MPII_TYPE, datatype, type_keyval, attribute_val);
}

#pragma weak MPI_Type_get_attr = PMPI_Type_get_attr
int PMPI_Type_get_attr(MPI_Datatype datatype, int type_keyval, void *attribute_val, int *flag)
{
    return attribute_get(__func__, MPII_TYPE, datatype, type_keyval, attribute_val, flag);
}

#pragma weak MPI_Type_delete_attr = PMPI_Type_delete_attr
int PMPI_Type_delete_attr(MPI_Datatype datatype, int type_keyval)
{
    return attribute_remove(__func__, MPII_TYPE, datatype, type_keyval);
}

#pragma weak MPI_Win_set_attr = PMPI_Win_set_attr
int PMPI_Win_set_attr(MPI_Win win, int win_keyval, void *attribute_val)
{
    return attribute_set(__func__, MPII_WIN, win, win_keyval, attribute_val);
}

#pragma weak MPI_Win_get_attr = PMPI_Win_get_attr
int PMPI_Win_get_attr(MPI_Win win, int win_keyval, void *attribute_val, int *flag)
{
    return attribute_get(__func__, MPII_WIN, win, win_keyval, attribute_val, flag);
}

#pragma weak MPI_Win_delete_attr = PMPI_Win_delete_attr
int PMPI_Win_delete_attr(MPI_Win win, int win_keyval)
{
    return attribute_remove(__func__, MPII_WIN, win, win_keyval);
}

#pragma weak MPI_Attr_put = PMPI_Attr_put
int PMPI_Attr_put(MPI_Comm comm, int keyval, void *attribute_val)
{
    return attribute_set(__func__, MPII_COMM, comm, keyval, attribute_val);
}

#pragma weak MPI_Attr_get = PMPI_Attr_get
int PMPI_Attr_get(MPI_Comm comm, int keyval, void *attribute_val, int *flag)
{
    return attribute_get(__func__, MPII_COMM, comm, keyval, attribute_val, flag);
}

#pragma weak MPI_Attr_delete = PMPI_Attr_delete
int PMPI_Attr_delete(MPI_Comm comm, int keyval)
{
    return attribute_remove(__func__, MPII_COMM, comm, keyval);
}
