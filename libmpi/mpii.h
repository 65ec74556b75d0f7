// SPDX-License-Identifier: BSD-2-Clause
// mpii.h: what the files of libmpi share.
//
// libmpi is linked into the program, once per rank, and its archive shares the program's namespace:
// it defines MPI_*, PMPI_* and torito_*, and everything of its own begins with mpii_.
// The threads of a rank share one core and are switched only where they block, so the state here
// needs no locks, at any thread level.
#pragma once
#include "abi/services.h"
#include "mpi.h"
#include <pthread.h>
#include <stdbool.h>

#pragma GCC visibility push(hidden)

enum mpii_state { MPII_BEFORE, MPII_RUNNING, MPII_AFTER };

struct mpii_process {
    // The life of the rank as MPI sees it: running while `users` is not 0. With sessions it may run again.
    enum mpii_state state;
    int users;             // open sessions, and the program between MPI_Init and MPI_Finalize
    enum mpii_state world; // the World Model (11.2): moved on by MPI_Init and MPI_Finalize only
    // So many calls may take the short ways, which leave out what only the long ones do (records of mpiexec
    // --trace): one less with each call that has such a way, MPII_CALLS_ALL while nobody wants to see them,
    // 0 or less while MPI does not run or all calls are wanted. A test of it costs what that of a flag does.
    int64_t short_calls;
    bool checks_collectives; // coll/match.h
    int thread_level;        // MPI_THREAD_*, as granted by MPI_Init_thread
    pthread_t main_thread;   // the one that called MPI_Init
};

#define MPII_CALLS_ALL INT64_MAX // at a call each ns: 292 years

extern struct mpii_process mpii_process;

// The first thing in a short way: may it be taken? Once per call.
static inline bool mpii_short_way(void)
{
    return --mpii_process.short_calls >= 0;
}

// One user more of the library, which starts with the first, or one less: with the last it stops, when all
// that was sent is under way.
void mpii_process_open(void);
void mpii_process_close(void);

// The kernel's function table. Where there is none, because the program was not linked as an image,
// says so on standard error and ends the program with status 1. Any thread, any time.
const struct services *mpii_services(void);
const struct services *mpii_services_or_none(void); // NULL where there is none

// A call found something wrong: invokes the error handler that MPI 4.1, 9.3 names for it, that of
// `comm` or, where that is no communicator, that of MPI_COMM_SELF. MPI_ERRORS_ARE_FATAL says the
// function, the error class and `text`, as printf would, and ends the job with the class as its status.
// `function` is __func__ of the PMPI_ function, `class` may also be a code the user added.
// Returns `class`, for the caller to return. Errors of windows, files and sessions: object.h.
int mpii_error(const char *function, MPI_Comm comm, int class, const char *text, ...)
    __attribute__((format(printf, 4, 5)));

// MPI_SUCCESS between MPI_Init and MPI_Finalize, otherwise an error of `function`.
int mpii_check_running(const char *function);

// MPI_SUCCESS for a communicator, otherwise MPI_ERR_COMM as an error of `function`.
int mpii_check_comm(const char *function, MPI_Comm comm);

// MPI_SUCCESS if `pointer`, the address of a result, is not NULL; otherwise an error that says `name`.
int mpii_check_result(const char *function, const void *pointer, const char *name);

// The same as an error of `comm`.
int mpii_check_pointer(const char *function, MPI_Comm comm, const void *pointer, const char *name);

// Ends the job at once, after writing out what the program has printed. See services.h.
_Noreturn void mpii_abort(int status, const char *message);

#pragma GCC visibility pop
