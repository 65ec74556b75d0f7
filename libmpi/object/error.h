// SPDX-License-Identifier: BSD-2-Clause
// error.h: error codes of the user and error handlers, between the files that deal with them.
#pragma once
#include "libmpi/object.h"

#pragma GCC visibility push(hidden)

// A class or code of the user's: number MPI_ERR_LASTCODE + 1 + its index.
struct mpii_error_user {
    int class;  // its own number: it is a class; 0: the number is free
    int codes;  // of a class: how many codes belong to it
    char *text; // malloc'ed; NULL: none
};

struct mpii_error_users {
    struct mpii_error_user *entry;
    int count;
};

extern struct mpii_error_users mpii_error_users;
extern int mpii_last_used_code; // MPI_LASTUSEDCODE

// NULL if `code` is none of the user's.
const struct mpii_error_user *mpii_error_user(int code);

// For messages: "MPI_ERR_COMM", the user's text, or "error code N".
void mpii_error_name(int code, char *name, size_t bytes);

// An error handler. Its function takes the address of a handle: `kind` says which of them is meant.
struct mpii_errhandler {
    struct mpii_object object;
    MPI_Errhandler handle; // the user's: a constant or this address
    enum mpii_kind kind;   // 0: predefined, for all kinds
    bool fortran;          // its function takes the handle as Fortran's number
    union {
        MPI_Comm_errhandler_function *comm;
        MPI_Win_errhandler_function *win;
        MPI_File_errhandler_function *file;
        MPI_Session_errhandler_function *session;
    } call;
};

extern struct mpii_errhandler mpii_errors_are_fatal, mpii_errors_abort, mpii_errors_return;
extern struct mpii_object mpii_file_default; // carries the error handler of MPI_FILE_NULL

// The handler in force for an object: what was set, or what objects of its kind begin with.
struct mpii_errhandler *mpii_errhandler_of(const struct mpii_object *object);

// Invokes the handler in force for `handle` with `code`; `what` is for messages. Returns if the handler does.
void mpii_errhandler_invoke(enum mpii_kind kind, void *handle, const char *function, int code,
                            const char *what);

void mpii_errhandler_drop(struct mpii_errhandler *handler);

#pragma GCC visibility pop
