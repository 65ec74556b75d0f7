// SPDX-License-Identifier: BSD-2-Clause
// session.c: MPI_Session_init, MPI_Session_finalize and what a session is told (MPI 4.1, 11.3).
#include "libmpi/session/session.h"
#include <string.h>

// All are granted: threads of a rank are switched only where they block.
static const char *const thread_levels[] = {"MPI_THREAD_SINGLE", "MPI_THREAD_FUNNELED",
                                            "MPI_THREAD_SERIALIZED", "MPI_THREAD_MULTIPLE"};

static const char *level_granted(const char *asked)
{
    for (int i = 0; asked && i < 4; i++)
        if (strcmp(asked, thread_levels[i]) == 0)
            return thread_levels[i];
    return thread_levels[3];
}

int mpii_error_early(MPI_Errhandler errhandler, const char *function, int class, const char *text)
{
    return errhandler == MPI_ERRORS_RETURN ? class : mpii_error(function, MPI_COMM_NULL, class, "%s", text);
}

struct mpii_session *mpii_check_session(const char *function, MPI_Session handle, int *rc)
{
    if (mpii_object_ok(handle, MPII_SESSION)) {
        *rc = MPI_SUCCESS;
        return (struct mpii_session *)handle;
    }
    *rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_SESSION,
                     handle == MPI_SESSION_NULL ? "session is MPI_SESSION_NULL"
                                                : "session is not a session");
    return NULL;
}

#pragma weak MPI_Session_init = PMPI_Session_init
int PMPI_Session_init(MPI_Info info, MPI_Errhandler errhandler, MPI_Session *session)
{
    struct mpii_session *made;
    int rc;

    if (!session)
        return mpii_error_early(errhandler, __func__, MPI_ERR_ARG, "session is NULL");
    rc = mpii_check_info(__func__, MPI_COMM_NULL, info);
    if (rc != MPI_SUCCESS)
        return rc;
    made = mpii_object_new(MPII_SESSION, sizeof *made);
    if (!made)
        return mpii_error_early(errhandler, __func__, MPI_ERR_NO_MEM, "no memory for a session");
    made->thread_level = level_granted(mpii_info_get(info, "thread_level"));
    rc = PMPI_Session_set_errhandler((MPI_Session)made, errhandler);
    if (rc != MPI_SUCCESS) {
        mpii_object_delete(made);
        return rc;
    }
    mpii_process_open();
    *session = (MPI_Session)made;
    return MPI_SUCCESS;
}

#pragma weak MPI_Session_finalize = PMPI_Session_finalize
int PMPI_Session_finalize(MPI_Session *session)
{
    struct mpii_session *object;
    int rc = mpii_check_result(__func__, session, "session");

    if (rc != MPI_SUCCESS)
        return rc;
    object = mpii_check_session(__func__, *session, &rc);
    if (!object)
        return rc;
    mpii_process_close();
    if (mpii_object_drop(&object->object))
        mpii_object_delete(object);
    *session = MPI_SESSION_NULL;
    return MPI_SUCCESS;
}

#pragma weak MPI_Session_get_info = PMPI_Session_get_info
int PMPI_Session_get_info(MPI_Session session, MPI_Info *info_used)
{
    const struct mpii_session *object;
    MPI_Info info;
    int rc;

    object = mpii_check_session(__func__, session, &rc);
    if (!object)
        return rc;
    if (!info_used)
        return mpii_error_of(MPII_SESSION, session, __func__, MPI_ERR_ARG, "info_used is NULL");
    info = mpii_info_copy(MPI_INFO_NULL);
    if (info == MPI_INFO_NULL || !mpii_info_tell(info, "thread_level", object->thread_level) ||
        !mpii_info_tell(info, "mpi_memory_alloc_kinds", "mpi,system")) {
        mpii_info_drop(info);
        return mpii_error_of(MPII_SESSION, session, __func__, MPI_ERR_NO_MEM,
                             "no memory for an info object");
    }
    *info_used = info;
    return MPI_SUCCESS;
}
