// SPDX-License-Identifier: BSD-2-Clause
// session.h: sessions (MPI 4.1, 11.3), between the files that deal with them.
//
// A session is one user more of the library, and the place of an error handler. What is made from it is
// made from the communicators the library always has, so it is the same as without sessions.
#pragma once
#include "libmpi/object.h"

#pragma GCC visibility push(hidden)

struct mpii_session {
    struct mpii_object object;
    const char *thread_level; // its name
};

// The session behind a handle. NULL after the error of `function`, which *rc then is.
struct mpii_session *mpii_check_session(const char *function, MPI_Session handle, int *rc);

// The error of a call that brings its error handler along and has no object yet: returned as
// MPI_ERRORS_RETURN wants it, otherwise told as any error without an object.
int mpii_error_early(MPI_Errhandler errhandler, const char *function, int class, const char *text);

#pragma GCC visibility pop
