// SPDX-License-Identifier: BSD-2-Clause
// error_class.c: error classes and codes and their texts (MPI 4.1, 9.4 and 9.5).
//
// A code below MPI_ERR_LASTCODE is a class of the standard; this library makes no other codes. Above it
// lie those that the user added (error_user.c).
#include "libmpi/object/error.h"
#include <stdio.h>

struct error_class {
    int class;
    const char *name;
    const char *text;
};

#define CLASS(name, text) \
    { \
        name, #name, text \
    }

static const struct error_class error_classes[] = {
    CLASS(MPI_SUCCESS, "no error"),
    CLASS(MPI_ERR_BUFFER, "invalid buffer pointer"),
    CLASS(MPI_ERR_COUNT, "invalid count"),
    CLASS(MPI_ERR_TYPE, "invalid datatype"),
    CLASS(MPI_ERR_TAG, "invalid tag"),
    CLASS(MPI_ERR_COMM, "invalid communicator"),
    CLASS(MPI_ERR_RANK, "invalid rank"),
    CLASS(MPI_ERR_REQUEST, "invalid request"),
    CLASS(MPI_ERR_ROOT, "invalid root"),
    CLASS(MPI_ERR_GROUP, "invalid group"),
    CLASS(MPI_ERR_OP, "invalid operation"),
    CLASS(MPI_ERR_TOPOLOGY, "invalid topology"),
    CLASS(MPI_ERR_DIMS, "invalid dimensions"),
    CLASS(MPI_ERR_ARG, "invalid argument"),
    CLASS(MPI_ERR_UNKNOWN, "unknown error"),
    CLASS(MPI_ERR_TRUNCATE, "message longer than the receive buffer"),
    CLASS(MPI_ERR_OTHER, "error of no other class"),
    CLASS(MPI_ERR_INTERN, "internal error of the MPI library"),
    CLASS(MPI_ERR_PENDING, "request not yet complete"),
    CLASS(MPI_ERR_IN_STATUS, "error code is in the status"),
    CLASS(MPI_ERR_ACCESS, "permission denied"),
    CLASS(MPI_ERR_AMODE, "invalid access mode"),
    CLASS(MPI_ERR_ASSERT, "invalid assertion"),
    CLASS(MPI_ERR_BAD_FILE, "invalid file name"),
    CLASS(MPI_ERR_BASE, "invalid base address"),
    CLASS(MPI_ERR_CONVERSION, "error in a data conversion function"),
    CLASS(MPI_ERR_DISP, "invalid displacement"),
    CLASS(MPI_ERR_DUP_DATAREP, "data representation defined already"),
    CLASS(MPI_ERR_FILE_EXISTS, "file exists"),
    CLASS(MPI_ERR_FILE_IN_USE, "file is in use"),
    CLASS(MPI_ERR_FILE, "invalid file handle"),
    CLASS(MPI_ERR_INFO_KEY, "invalid info key"),
    CLASS(MPI_ERR_INFO_NOKEY, "no such info key"),
    CLASS(MPI_ERR_INFO_VALUE, "invalid info value"),
    CLASS(MPI_ERR_INFO, "invalid info object"),
    CLASS(MPI_ERR_IO, "input or output error"),
    CLASS(MPI_ERR_KEYVAL, "invalid attribute key"),
    CLASS(MPI_ERR_LOCKTYPE, "invalid lock type"),
    CLASS(MPI_ERR_NAME, "service name not published"),
    CLASS(MPI_ERR_NO_MEM, "out of memory"),
    CLASS(MPI_ERR_NOT_SAME, "argument differs between processes"),
    CLASS(MPI_ERR_NO_SPACE, "no space left for the file"),
    CLASS(MPI_ERR_NO_SUCH_FILE, "no such file"),
    CLASS(MPI_ERR_PORT, "invalid port name"),
    CLASS(MPI_ERR_QUOTA, "quota exceeded"),
    CLASS(MPI_ERR_READ_ONLY, "read-only file or file system"),
    CLASS(MPI_ERR_RMA_ATTACH, "memory cannot be attached to the window"),
    CLASS(MPI_ERR_RMA_CONFLICT, "conflicting accesses to a window"),
    CLASS(MPI_ERR_RMA_RANGE, "target memory is not in the window"),
    CLASS(MPI_ERR_RMA_SHARED, "memory cannot be shared"),
    CLASS(MPI_ERR_RMA_SYNC, "wrong synchronization of a window"),
    CLASS(MPI_ERR_SERVICE, "invalid service name"),
    CLASS(MPI_ERR_SIZE, "invalid size"),
    CLASS(MPI_ERR_SPAWN, "processes could not be started"),
    CLASS(MPI_ERR_UNSUPPORTED_DATAREP, "unsupported data representation"),
    CLASS(MPI_ERR_UNSUPPORTED_OPERATION, "unsupported operation"),
    CLASS(MPI_ERR_WIN, "invalid window"),
    CLASS(MPI_ERR_RMA_FLAVOR, "wrong flavor of window"),
    CLASS(MPI_ERR_PROC_ABORTED, "a peer process has aborted"),
    CLASS(MPI_ERR_VALUE_TOO_LARGE, "value too large for its type"),
    CLASS(MPI_ERR_SESSION, "invalid session"),
    CLASS(MPI_ERR_ERRHANDLER, "invalid error handler"),
    CLASS(MPI_ERR_ABI, "error of the binary interface"),
    CLASS(MPI_T_ERR_CANNOT_INIT, "tool interface cannot be initialized"),
    CLASS(MPI_T_ERR_NOT_ACCESSIBLE, "tool object is not accessible"),
    CLASS(MPI_T_ERR_NOT_INITIALIZED, "tool interface is not initialized"),
    CLASS(MPI_T_ERR_NOT_SUPPORTED, "not supported by the tool interface"),
    CLASS(MPI_T_ERR_MEMORY, "tool interface is out of memory"),
    CLASS(MPI_T_ERR_INVALID, "invalid use of the tool interface"),
    CLASS(MPI_T_ERR_INVALID_INDEX, "invalid index"),
    CLASS(MPI_T_ERR_INVALID_ITEM, "invalid item of an enumeration"),
    CLASS(MPI_T_ERR_INVALID_SESSION, "invalid tool session"),
    CLASS(MPI_T_ERR_INVALID_HANDLE, "invalid tool handle"),
    CLASS(MPI_T_ERR_INVALID_NAME, "invalid name"),
    CLASS(MPI_T_ERR_OUT_OF_HANDLES, "no more tool handles"),
    CLASS(MPI_T_ERR_OUT_OF_SESSIONS, "no more tool sessions"),
    CLASS(MPI_T_ERR_CVAR_SET_NOT_NOW, "control variable cannot be set now"),
    CLASS(MPI_T_ERR_CVAR_SET_NEVER, "control variable cannot be set"),
    CLASS(MPI_T_ERR_PVAR_NO_WRITE, "performance variable cannot be written"),
    CLASS(MPI_T_ERR_PVAR_NO_STARTSTOP, "performance variable cannot be started or stopped"),
    CLASS(MPI_T_ERR_PVAR_NO_ATOMIC, "performance variable cannot be read and reset at once"),
};

#undef CLASS

struct mpii_error_users mpii_error_users;
int mpii_last_used_code = MPI_ERR_LASTCODE;

// NULL if `class` is none of the standard's.
static const struct error_class *class_find(int class)
{
    for (size_t i = 0; i < sizeof error_classes / sizeof *error_classes; i++)
        if (error_classes[i].class == class)
            return &error_classes[i];
    return NULL;
}

const struct mpii_error_user *mpii_error_user(int code)
{
    int index = code - MPI_ERR_LASTCODE - 1;

    if (code <= MPI_ERR_LASTCODE || index >= mpii_error_users.count)
        return NULL;
    return mpii_error_users.entry[index].class ? &mpii_error_users.entry[index] : NULL;
}

bool mpii_error_known(int code)
{
    return class_find(code) || mpii_error_user(code);
}

void mpii_error_name(int code, char *name, size_t bytes)
{
    const struct error_class *found = class_find(code);
    const struct mpii_error_user *user = mpii_error_user(code);

    if (found)
        snprintf(name, bytes, "%s", found->name);
    else if (user && user->text)
        snprintf(name, bytes, "%s", user->text);
    else
        snprintf(name, bytes, "error code %d", code);
}

#pragma weak MPI_Error_class = PMPI_Error_class
int PMPI_Error_class(int errorcode, int *errorclass)
{
    const struct mpii_error_user *user = mpii_error_user(errorcode);
    int rc = mpii_check_result(__func__, errorclass, "errorclass");

    if (rc != MPI_SUCCESS)
        return rc;
    if (!user && !class_find(errorcode))
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG, "%d is not an error code", errorcode);
    *errorclass = user ? user->class : errorcode;
    return MPI_SUCCESS;
}

#pragma weak MPI_Error_string = PMPI_Error_string
int PMPI_Error_string(int errorcode, char *string, int *resultlen)
{
    const struct error_class *found = class_find(errorcode);
    const struct mpii_error_user *user = mpii_error_user(errorcode);
    int rc = mpii_check_result(__func__, string, "string");

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, resultlen, "resultlen");
    if (rc != MPI_SUCCESS)
        return rc;
    if (found)
        *resultlen = snprintf(string, MPI_MAX_ERROR_STRING, "%s: %s", found->name, found->text);
    else if (user) // without a text: the empty string (9.5)
        *resultlen = snprintf(string, MPI_MAX_ERROR_STRING, "%s", user->text ? user->text : "");
    else
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG, "%d is not an error code", errorcode);
    return MPI_SUCCESS;
}
