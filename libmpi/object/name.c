// SPDX-License-Identifier: BSD-2-Clause
// name.c: names of communicators and windows (MPI 4.1, 7.8). Those of datatypes are in type/name.c.
#include "libmpi/comm.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Leading blanks are the name's own; a longer name is cut, as the standard asks for.
static int name_set(const char *function, MPI_Comm comm, struct mpii_object *object, const char *name)
{
    char *copy;
    int rc = mpii_check_pointer(function, comm, name, "name");

    if (rc != MPI_SUCCESS)
        return rc;
    copy = strndup(name, MPI_MAX_OBJECT_NAME - 1);
    if (!copy)
        return mpii_error(function, comm, MPI_ERR_NO_MEM, "no memory for a name");
    if (object->name_owned)
        free(object->name);
    object->name = copy;
    object->name_owned = true;
    return MPI_SUCCESS;
}

static int name_get(const char *function, MPI_Comm comm, const char *name, char *to, int *resultlen)
{
    int rc = mpii_check_pointer(function, comm, to, "name");

    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(function, comm, resultlen, "resultlen");
    if (rc == MPI_SUCCESS)
        *resultlen = snprintf(to, MPI_MAX_OBJECT_NAME, "%s", name ? name : "");
    return rc;
}

static int win_check(const char *function, MPI_Win win)
{
    int rc = mpii_check_running(function);

    if (rc != MPI_SUCCESS || mpii_object_ok(win, MPII_WIN))
        return rc;
    return mpii_error_of(MPII_WIN, win, function, MPI_ERR_WIN, "win is %p, not a window",
                         (void *)win);
}

#pragma weak MPI_Comm_set_name = PMPI_Comm_set_name
int PMPI_Comm_set_name(MPI_Comm comm, const char *comm_name)
{
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_comm(__func__, comm);
    return rc == MPI_SUCCESS ? name_set(__func__, comm, &mpii_comm(comm)->object, comm_name) : rc;
}

#pragma weak MPI_Comm_get_name = PMPI_Comm_get_name
int PMPI_Comm_get_name(MPI_Comm comm, char *comm_name, int *resultlen)
{
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS && comm == MPI_COMM_NULL) // the null handles have names too
        return name_get(__func__, comm, "MPI_COMM_NULL", comm_name, resultlen);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_comm(__func__, comm);
    if (rc != MPI_SUCCESS)
        return rc;
    return name_get(__func__, comm, mpii_comm(comm)->object.name, comm_name, resultlen);
}

#pragma weak MPI_Win_set_name = PMPI_Win_set_name
int PMPI_Win_set_name(MPI_Win win, const char *win_name)
{
    int rc = win_check(__func__, win);

    if (rc == MPI_SUCCESS && !win_name)
        return mpii_error_of(MPII_WIN, win, __func__, MPI_ERR_ARG, "win_name is NULL");
    return rc == MPI_SUCCESS ? name_set(__func__, MPI_COMM_NULL, (struct mpii_object *)win, win_name)
                             : rc;
}

#pragma weak MPI_Win_get_name = PMPI_Win_get_name
int PMPI_Win_get_name(MPI_Win win, char *win_name, int *resultlen)
{
    int rc;

    if (win == MPI_WIN_NULL)
        return name_get(__func__, MPI_COMM_NULL, "MPI_WIN_NULL", win_name, resultlen);
    rc = win_check(__func__, win);
    if (rc == MPI_SUCCESS && (!win_name || !resultlen))
        return mpii_error_of(MPII_WIN, win, __func__, MPI_ERR_ARG, "%s is NULL",
                             win_name ? "resultlen" : "win_name");
    return rc == MPI_SUCCESS ? name_get(__func__, MPI_COMM_NULL, ((struct mpii_object *)win)->name,
                                        win_name, resultlen)
                             : rc;
}
