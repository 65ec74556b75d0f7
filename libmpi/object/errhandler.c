// SPDX-License-Identifier: BSD-2-Clause
// errhandler.c: error handlers of communicators, windows, files and sessions (MPI 4.1, 9.3).
//
// The four families of calls differ in their handle only; the functions on top do the work for all.
#include "libmpi/comm.h"
#include "libmpi/object/error.h"
#include <stdio.h>

// A live handler behind a handle, or NULL.
static struct mpii_errhandler *errhandler_find(MPI_Errhandler handle)
{
    if (handle == MPI_ERRORS_ARE_FATAL)
        return &mpii_errors_are_fatal;
    if (handle == MPI_ERRORS_ABORT)
        return &mpii_errors_abort;
    if (handle == MPI_ERRORS_RETURN)
        return &mpii_errors_return;
    return mpii_object_ok(handle, MPII_ERRHANDLER) ? (struct mpii_errhandler *)handle : NULL;
}

static const char *kind_name(enum mpii_kind kind)
{
    switch (kind) {
    case MPII_COMM:
        return "communicator";
    case MPII_WIN:
        return "window";
    case MPII_FILE:
        return "file";
    default:
        return "session";
    }
}

static int kind_class(enum mpii_kind kind)
{
    switch (kind) {
    case MPII_COMM:
        return MPI_ERR_COMM;
    case MPII_WIN:
        return MPI_ERR_WIN;
    case MPII_FILE:
        return MPI_ERR_FILE;
    default:
        return MPI_ERR_SESSION;
    }
}

// The object whose handler a call is about, or NULL with the error of `function`. MPI_FILE_NULL
// stands for files not open yet (14.7).
static int owner_find(const char *function, enum mpii_kind kind, void *handle,
                      struct mpii_object **owner)
{
    struct mpii_comm *comm;

    *owner = NULL;
    // Sessions have handlers of their own and work before MPI_Init, and after MPI_Finalize.
    if (kind != MPII_SESSION) {
        int rc = mpii_check_running(function);

        if (rc != MPI_SUCCESS)
            return rc;
    }
    if (kind == MPII_COMM) {
        comm = mpii_comm(handle);
        if (comm)
            *owner = &comm->object;
    } else if (kind == MPII_FILE && handle == MPI_FILE_NULL) {
        *owner = &mpii_file_default;
    } else if (mpii_object_ok(handle, kind)) {
        *owner = handle;
    }
    if (*owner)
        return MPI_SUCCESS;
    return mpii_error_of(kind, handle, function, kind_class(kind), "%p is not a %s", handle,
                         kind_name(kind));
}

// A handler without its function yet, or NULL after the error of `function`; *rc says which.
static struct mpii_errhandler *handler_new(const char *function, enum mpii_kind kind, bool callable,
                                           MPI_Errhandler *errhandler, int *rc)
{
    struct mpii_errhandler *handler;

    *rc = MPI_SUCCESS;
    if (!callable)
        *rc = mpii_check_result(function, NULL, "the handler's function");
    if (*rc == MPI_SUCCESS)
        *rc = mpii_check_result(function, errhandler, "errhandler");
    if (*rc != MPI_SUCCESS)
        return NULL;
    handler = mpii_object_new(MPII_ERRHANDLER, sizeof *handler);
    if (!handler) {
        *rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory for an error handler");
        return NULL;
    }
    handler->kind = kind;
    handler->handle = (MPI_Errhandler)handler;
    *errhandler = handler->handle;
    return handler;
}

static int handler_set(const char *function, enum mpii_kind kind, void *handle,
                       MPI_Errhandler errhandler)
{
    struct mpii_errhandler *handler = errhandler_find(errhandler), *before;
    struct mpii_object *owner;
    int rc = owner_find(function, kind, handle, &owner);

    if (!owner)
        return rc;
    if (!handler)
        return mpii_error_of(kind, handle, function, MPI_ERR_ERRHANDLER,
                             errhandler == MPI_ERRHANDLER_NULL ? "errhandler is MPI_ERRHANDLER_NULL"
                                                               : "errhandler is no error handler");
    if (handler->kind && handler->kind != kind)
        return mpii_error_of(kind, handle, function, MPI_ERR_ERRHANDLER,
                             "errhandler was made for a %s, not for a %s", kind_name(handler->kind),
                             kind_name(kind));
    before = owner->errhandler;
    mpii_object_keep(&handler->object);
    owner->errhandler = handler;
    if (before)
        mpii_errhandler_drop(before);
    return MPI_SUCCESS;
}

// The caller gets a use of its own and frees it (9.3.4).
static int handler_get(const char *function, enum mpii_kind kind, void *handle,
                       MPI_Errhandler *errhandler)
{
    struct mpii_errhandler *handler;
    struct mpii_object *owner;
    int rc = owner_find(function, kind, handle, &owner);

    if (!owner)
        return rc;
    if (!errhandler)
        return mpii_error_of(kind, handle, function, MPI_ERR_ARG, "errhandler is NULL");
    handler = mpii_errhandler_of(owner);
    mpii_object_keep(&handler->object);
    *errhandler = handler->handle;
    return MPI_SUCCESS;
}

static int handler_call(const char *function, enum mpii_kind kind, void *handle, int errorcode)
{
    char text[MPI_MAX_ERROR_STRING];
    struct mpii_object *owner;
    int length, rc = owner_find(function, kind, handle, &owner);

    if (!owner)
        return rc;
    if (!mpii_error_known(errorcode))
        return mpii_error_of(kind, handle, function, MPI_ERR_ARG, "%d is not an error code",
                             errorcode);
    PMPI_Error_string(errorcode, text, &length);
    mpii_errhandler_invoke(kind, handle, function, errorcode, text);
    return MPI_SUCCESS; // the handler was called and came back (9.6)
}

#pragma weak MPI_Errhandler_free = PMPI_Errhandler_free
int PMPI_Errhandler_free(MPI_Errhandler *errhandler)
{
    struct mpii_errhandler *handler;
    int rc = mpii_check_result(__func__, errhandler, "errhandler");

    if (rc != MPI_SUCCESS)
        return rc;
    handler = errhandler_find(*errhandler);
    if (!handler)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ERRHANDLER,
                          "errhandler is %p, not an error handler", (void *)*errhandler);
    mpii_errhandler_drop(handler);
    *errhandler = MPI_ERRHANDLER_NULL;
    return MPI_SUCCESS;
}

#pragma weak MPI_Comm_create_errhandler = PMPI_Comm_create_errhandler
int PMPI_Comm_create_errhandler(MPI_Comm_errhandler_function *comm_errhandler_fn,
                                MPI_Errhandler *errhandler)
{
    struct mpii_errhandler *handler;
    int rc;

    handler = handler_new(__func__, MPII_COMM, comm_errhandler_fn != NULL, errhandler, &rc);
    if (handler)
        handler->call.comm = comm_errhandler_fn;
    return rc;
}

#pragma weak MPI_Comm_set_errhandler = PMPI_Comm_set_errhandler
int PMPI_Comm_set_errhandler(MPI_Comm comm, MPI_Errhandler errhandler)
{
    return handler_set(__func__, MPII_COMM, comm, errhandler);
}

#pragma weak MPI_Comm_get_errhandler = PMPI_Comm_get_errhandler
int PMPI_Comm_get_errhandler(MPI_Comm comm, MPI_Errhandler *errhandler)
{
    return handler_get(__func__, MPII_COMM, comm, errhandler);
}

#pragma weak MPI_Comm_call_errhandler = PMPI_Comm_call_errhandler
int PMPI_Comm_call_errhandler(MPI_Comm comm, int errorcode)
{
    return handler_call(__func__, MPII_COMM, comm, errorcode);
}

#pragma weak MPI_Win_create_errhandler = PMPI_Win_create_errhandler
int PMPI_Win_create_errhandler(MPI_Win_errhandler_function *win_errhandler_fn,
                               MPI_Errhandler *errhandler)
{
    struct mpii_errhandler *handler;
    int rc;

    handler = handler_new(__func__, MPII_WIN, win_errhandler_fn != NULL, errhandler, &rc);
    if (handler)
        handler->call.win = win_errhandler_fn;
    return rc;
}

#pragma weak MPI_Win_set_errhandler = PMPI_Win_set_errhandler
int PMPI_Win_set_errhandler(MPI_Win win, MPI_Errhandler errhandler)
{
    return handler_set(__func__, MPII_WIN, win, errhandler);
}

#pragma weak MPI_Win_get_errhandler = PMPI_Win_get_errhandler
int PMPI_Win_get_errhandler(MPI_Win win, MPI_Errhandler *errhandler)
{
    return handler_get(__func__, MPII_WIN, win, errhandler);
}

#pragma weak MPI_Win_call_errhandler = PMPI_Win_call_errhandler
int PMPI_Win_call_errhandler(MPI_Win win, int errorcode)
{
    return handler_call(__func__, MPII_WIN, win, errorcode);
}

#pragma weak MPI_File_create_errhandler = PMPI_File_create_errhandler
int PMPI_File_create_errhandler(MPI_File_errhandler_function *file_errhandler_fn,
                                MPI_Errhandler *errhandler)
{
    struct mpii_errhandler *handler;
    int rc;

    handler = handler_new(__func__, MPII_FILE, file_errhandler_fn != NULL, errhandler, &rc);
    if (handler)
        handler->call.file = file_errhandler_fn;
    return rc;
}

#pragma weak MPI_File_set_errhandler = PMPI_File_set_errhandler
int PMPI_File_set_errhandler(MPI_File file, MPI_Errhandler errhandler)
{
    return handler_set(__func__, MPII_FILE, file, errhandler);
}

#pragma weak MPI_File_get_errhandler = PMPI_File_get_errhandler
int PMPI_File_get_errhandler(MPI_File file, MPI_Errhandler *errhandler)
{
    return handler_get(__func__, MPII_FILE, file, errhandler);
}

#pragma weak MPI_File_call_errhandler = PMPI_File_call_errhandler
int PMPI_File_call_errhandler(MPI_File fh, int errorcode)
{
    return handler_call(__func__, MPII_FILE, fh, errorcode);
}

#pragma weak MPI_Session_create_errhandler = PMPI_Session_create_errhandler
int PMPI_Session_create_errhandler(MPI_Session_errhandler_function *session_errhandler_fn,
                                   MPI_Errhandler *errhandler)
{
    struct mpii_errhandler *handler;
    int rc;

    handler = handler_new(__func__, MPII_SESSION, session_errhandler_fn != NULL, errhandler, &rc);
    if (handler)
        handler->call.session = session_errhandler_fn;
    return rc;
}

#pragma weak MPI_Session_set_errhandler = PMPI_Session_set_errhandler
int PMPI_Session_set_errhandler(MPI_Session session, MPI_Errhandler errhandler)
{
    return handler_set(__func__, MPII_SESSION, session, errhandler);
}

#pragma weak MPI_Session_get_errhandler = PMPI_Session_get_errhandler
int PMPI_Session_get_errhandler(MPI_Session session, MPI_Errhandler *errhandler)
{
    return handler_get(__func__, MPII_SESSION, session, errhandler);
}

#pragma weak MPI_Session_call_errhandler = PMPI_Session_call_errhandler
int PMPI_Session_call_errhandler(MPI_Session session, int errorcode)
{
    return handler_call(__func__, MPII_SESSION, session, errorcode);
}
