// SPDX-License-Identifier: BSD-2-Clause
// error.c: what happens to an error: the handler of the right object is invoked (MPI 4.1, 9.3).
#include "libmpi/object/error.h"
#include "libmpi/comm.h"
#include "libmpi/object/number.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define PREDEFINED \
    { \
        .head.magic = MPII_MAGIC | MPII_ERRHANDLER, .predefined = true, .uses = 1 \
    }

struct mpii_errhandler mpii_errors_are_fatal = {.object = PREDEFINED, .handle = MPI_ERRORS_ARE_FATAL};
struct mpii_errhandler mpii_errors_abort = {.object = PREDEFINED, .handle = MPI_ERRORS_ABORT};
struct mpii_errhandler mpii_errors_return = {.object = PREDEFINED, .handle = MPI_ERRORS_RETURN};

#undef PREDEFINED

struct mpii_object mpii_file_default = {.head.magic = MPII_MAGIC | MPII_FILE, .predefined = true};

// What `mpiexec -initial-errhandler` chose for MPI_COMM_WORLD and MPI_COMM_SELF (11.5).
static struct mpii_errhandler *errhandler_initial(void)
{
    const char *name = getenv("TORITO_INITIAL_ERRHANDLER");

    if (name && strcasecmp(name, "mpi_errors_return") == 0)
        return &mpii_errors_return;
    if (name && strcasecmp(name, "mpi_errors_abort") == 0)
        return &mpii_errors_abort;
    return &mpii_errors_are_fatal;
}

struct mpii_errhandler *mpii_errhandler_of(const struct mpii_object *object)
{
    if (object->errhandler)
        return object->errhandler;
    switch (mpii_object_kind(object)) {
    case MPII_COMM:
        return errhandler_initial();
    case MPII_FILE:
        return &mpii_errors_return; // 14.7
    default:
        return &mpii_errors_are_fatal;
    }
}

void mpii_errhandler_inherit(struct mpii_object *to, const struct mpii_object *from)
{
    to->errhandler = from->errhandler;
    if (to->errhandler)
        mpii_object_keep(&to->errhandler->object);
}

void mpii_errhandler_drop(struct mpii_errhandler *handler)
{
    if (mpii_object_drop(&handler->object))
        mpii_object_delete(handler);
}

// The object whose handler is meant. Where `*handle` is none, that is MPI_COMM_SELF.
static const struct mpii_object *handler_owner(enum mpii_kind *kind, void **handle)
{
    const struct mpii_comm *comm;

    if (*kind != MPII_COMM && mpii_object_ok(*handle, *kind))
        return *handle;
    if (*kind == MPII_FILE) {
        *handle = MPI_FILE_NULL;
        return &mpii_file_default;
    }
    comm = *kind == MPII_COMM ? mpii_comm(*handle) : NULL;
    if (!comm)
        comm = &mpii_self;
    *kind = MPII_COMM;
    *handle = comm->handle;
    return &comm->object;
}

static _Noreturn void end_job(const char *function, int code, const char *what)
{
    char name[MPI_MAX_ERROR_STRING], message[3 * MPI_MAX_ERROR_STRING];
    int status = code & 0xff; // what a process can hand to its parent

    mpii_error_name(code, name, sizeof name);
    // The user wrote MPI_X, whichever of the two names the linker took.
    snprintf(message, sizeof message, "%s: %s (%s)", function + (*function == 'P'), what, name);
    mpii_abort(status ? status : 1, message);
}

// A handler of Fortran gets the number of the handle where one of C gets the handle.
static void call_fortran(const struct mpii_errhandler *handler, const void *handle, int *code)
{
    typedef void fortran_function(int *handle, int *code);
    int number = mpii_number_of(handle);

    ((fortran_function *)(void (*)(void))handler->call.comm)(&number, code);
}

void mpii_errhandler_invoke(enum mpii_kind kind, void *handle, const char *function, int code,
                            const char *what)
{
    struct mpii_errhandler *handler = mpii_errhandler_of(handler_owner(&kind, &handle));
    MPI_Comm comm = handle;
    MPI_Win win = handle;
    MPI_File file = handle;
    MPI_Session session = handle;

    if (handler == &mpii_errors_return)
        return;
    if (!handler->kind)
        end_job(function, code, what);  // MPI_ERRORS_ABORT ends the whole job too, as 9.4 allows
    mpii_object_keep(&handler->object); // it may set another one
    if (handler->fortran)
        call_fortran(handler, handle, &code);
    else if (handler->kind == MPII_COMM)
        handler->call.comm(&comm, &code);
    else if (handler->kind == MPII_WIN)
        handler->call.win(&win, &code);
    else if (handler->kind == MPII_FILE)
        handler->call.file(&file, &code);
    else
        handler->call.session(&session, &code);
    mpii_errhandler_drop(handler);
}

int mpii_error(const char *function, MPI_Comm comm, int class, const char *text, ...)
{
    char what[2 * MPI_MAX_ERROR_STRING];
    va_list list;

    va_start(list, text);
    vsnprintf(what, sizeof what, text, list);
    va_end(list);
    mpii_errhandler_invoke(MPII_COMM, comm, function, class, what);
    return class;
}

int mpii_error_of(enum mpii_kind kind, void *handle, const char *function, int class,
                  const char *text, ...)
{
    char what[2 * MPI_MAX_ERROR_STRING];
    va_list list;

    va_start(list, text);
    vsnprintf(what, sizeof what, text, list);
    va_end(list);
    mpii_errhandler_invoke(kind, handle, function, class, what);
    return class;
}

int mpii_check_running(const char *function)
{
    if (mpii_process.state == MPII_RUNNING)
        return MPI_SUCCESS;
    return mpii_error(function, MPI_COMM_NULL, MPI_ERR_OTHER,
                      mpii_process.state == MPII_BEFORE ? "called before MPI_Init"
                                                        : "called after MPI_Finalize");
}

int mpii_check_result(const char *function, const void *pointer, const char *name)
{
    return mpii_check_pointer(function, MPI_COMM_NULL, pointer, name);
}

int mpii_check_pointer(const char *function, MPI_Comm comm, const void *pointer, const char *name)
{
    if (pointer)
        return MPI_SUCCESS;
    return mpii_error(function, comm, MPI_ERR_ARG, "%s is NULL", name);
}
