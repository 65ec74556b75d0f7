// SPDX-License-Identifier: BSD-2-Clause
// init.c: the life of an MPI process: MPI_Init to MPI_Finalize (MPI 4.1, 11.2 and 11.6).
//
// mpii_process.world goes BEFORE -> RUNNING -> AFTER and never back; sessions (session/session.c) start and
// stop the library as well. The kernel hears of both, so that the launcher can tell a rank that left in
// between.
#include "libmpi/coll/match.h"
#include "libmpi/request.h"
#include "libmpi/trace.h"

// Threads are cooperative and share one core, so every level is granted as asked.
static bool is_thread_level(int level)
{
    return level == MPI_THREAD_SINGLE || level == MPI_THREAD_FUNNELED ||
           level == MPI_THREAD_SERIALIZED || level == MPI_THREAD_MULTIPLE;
}

void mpii_process_open(void)
{
    static bool started;

    if (mpii_process.users++)
        return;
    mpii_process.state = MPII_RUNNING;
    mpii_services()->mpi_state(1, 0);
    if (!started) {
        mpii_trace_init();
        mpii_comm_init();
        mpii_match_init();
        mpii_engine_init();
    }
    started = true;
    mpii_process.short_calls =
        mpii_trace == NULL && !mpii_process.checks_collectives ? MPII_CALLS_ALL : 0;
}

void mpii_process_close(void)
{
    if (--mpii_process.users)
        return;
    mpii_requests_drain();
    mpii_process.state = MPII_AFTER;
    mpii_trace_close();
    mpii_process.short_calls = 0;
    mpii_services()->mpi_state(1, 1);
}

static int process_init(const char *function, int thread_level)
{
    if (mpii_process.world == MPII_RUNNING)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_OTHER, "MPI is initialized already");
    if (mpii_process.world == MPII_AFTER)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_OTHER,
                          "MPI was finalized and cannot be initialized again");
    if (!is_thread_level(thread_level))
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_ARG,
                          "required is %d, not one of the four MPI_THREAD_ levels", thread_level);
    mpii_process.thread_level = thread_level;
    mpii_process.main_thread = pthread_self();
    mpii_process.world = MPII_RUNNING;
    mpii_process_open();
    return MPI_SUCCESS;
}

#pragma weak MPI_Init = PMPI_Init
// NOLINTNEXTLINE(readability-non-const-parameter): the standard has them so
int PMPI_Init(int *argc, char ***argv)
{
    (void)argc; // the launcher's own arguments never reach the program: nothing to take out
    (void)argv;
    return process_init(__func__, MPI_THREAD_SINGLE);
}

#pragma weak MPI_Init_thread = PMPI_Init_thread
// NOLINTNEXTLINE(readability-non-const-parameter)
int PMPI_Init_thread(int *argc, char ***argv, int required, int *provided)
{
    int rc = mpii_check_result(__func__, provided, "provided");

    (void)argc;
    (void)argv;
    if (rc == MPI_SUCCESS)
        rc = process_init(__func__, required);
    if (rc == MPI_SUCCESS)
        *provided = mpii_process.thread_level;
    return rc;
}

#pragma weak MPI_Finalize = PMPI_Finalize
int PMPI_Finalize(void)
{
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS && mpii_process.world != MPII_RUNNING)
        rc =
            mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_OTHER,
                       "MPI_Init has not been called, or MPI_Finalize has: only sessions are open");
    // First of all, for the callbacks may still use MPI (11.2.4).
    if (rc == MPI_SUCCESS)
        rc = mpii_attributes_delete(__func__, MPI_COMM_SELF, &mpii_self.object, MPI_COMM_SELF);
    if (rc != MPI_SUCCESS)
        return rc;
    mpii_process.world = MPII_AFTER;
    mpii_process_close();
    return MPI_SUCCESS;
}

#pragma weak MPI_Initialized = PMPI_Initialized
int PMPI_Initialized(int *flag)
{
    int rc = mpii_check_result(__func__, flag, "flag");

    if (rc == MPI_SUCCESS)
        *flag = mpii_process.world != MPII_BEFORE;
    return rc;
}

#pragma weak MPI_Finalized = PMPI_Finalized
int PMPI_Finalized(int *flag)
{
    int rc = mpii_check_result(__func__, flag, "flag");

    if (rc == MPI_SUCCESS)
        *flag = mpii_process.world == MPII_AFTER;
    return rc;
}

#pragma weak MPI_Query_thread = PMPI_Query_thread
int PMPI_Query_thread(int *provided)
{
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, provided, "provided");
    if (rc == MPI_SUCCESS)
        *provided = mpii_process.thread_level;
    return rc;
}

#pragma weak MPI_Is_thread_main = PMPI_Is_thread_main
int PMPI_Is_thread_main(int *flag)
{
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, flag, "flag");
    if (rc == MPI_SUCCESS)
        *flag = pthread_equal(pthread_self(), mpii_process.main_thread) != 0;
    return rc;
}

#pragma weak MPI_Abort = PMPI_Abort
int PMPI_Abort(MPI_Comm comm, int errorcode)
{
    int rc = mpii_check_running(__func__);
    int status = errorcode & 0xff; // what a process can hand to its parent

    (void)comm; // the whole job ends, as 9.4 allows; nor is a bad handle a reason to go on
    if (rc != MPI_SUCCESS)
        return rc;
    if (status == 0 && errorcode != 0)
        status = 1; // 256 is a failure too
    mpii_abort(status, NULL);
}
