// SPDX-License-Identifier: BSD-2-Clause
// pset.c: process sets: the two that every MPI has (MPI 4.1, 11.3.2).
#include "libmpi/comm.h"
#include "libmpi/session/session.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct pset {
    const char *name;
    const struct mpii_comm *comm;
} psets[] = {{"mpi://WORLD", &mpii_world}, {"mpi://SELF", &mpii_self}};

#define PSETS ((int)(sizeof psets / sizeof *psets))

// Names are in any case, as those of the Internet are. NULL after an error.
static const struct pset *check_pset(const char *function, MPI_Session session, const char *name,
                                     const void *result, int *rc)
{
    if (!mpii_check_session(function, session, rc))
        return NULL;
    if (!name || !result) {
        *rc = mpii_error_of(MPII_SESSION, session, function, MPI_ERR_ARG,
                            name ? "the address of the result is NULL" : "pset_name is NULL");
        return NULL;
    }
    for (int i = 0; i < PSETS; i++)
        if (strcasecmp(name, psets[i].name) == 0)
            return &psets[i];
    *rc = mpii_error_of(MPII_SESSION, session, function, MPI_ERR_ARG,
                        "there is no process set called %.80s", name);
    return NULL;
}

static int check_info(const char *function, MPI_Session session, MPI_Info info, const void *result)
{
    int rc;

    if (!mpii_check_session(function, session, &rc))
        return rc;
    if (!result)
        return mpii_error_of(MPII_SESSION, session, function, MPI_ERR_ARG,
                             "the address of the result is NULL");
    return mpii_check_info(function, MPI_COMM_NULL, info);
}

#pragma weak MPI_Session_get_num_psets = PMPI_Session_get_num_psets
int PMPI_Session_get_num_psets(MPI_Session session, MPI_Info info, int *npset_names)
{
    int rc = check_info(__func__, session, info, npset_names);

    if (rc == MPI_SUCCESS)
        *npset_names = PSETS;
    return rc;
}

// *pset_len is the room for the name; 0: only the length is wanted. It becomes what all of it takes.
#pragma weak MPI_Session_get_nth_pset = PMPI_Session_get_nth_pset
int PMPI_Session_get_nth_pset(MPI_Session session, MPI_Info info, int n, int *pset_len,
                              char *pset_name)
{
    int rc = check_info(__func__, session, info, pset_len);

    if (rc != MPI_SUCCESS)
        return rc;
    if (n < 0 || n >= PSETS)
        return mpii_error_of(MPII_SESSION, session, __func__, MPI_ERR_ARG,
                             "n is %d, and there are %d process sets", n, PSETS);
    if (*pset_len > 0 && !pset_name)
        return mpii_error_of(MPII_SESSION, session, __func__, MPI_ERR_ARG, "pset_name is NULL");
    if (*pset_len > 0)
        snprintf(pset_name, (size_t)*pset_len, "%s", psets[n].name);
    *pset_len = (int)strlen(psets[n].name) + 1;
    return MPI_SUCCESS;
}

#pragma weak MPI_Session_get_pset_info = PMPI_Session_get_pset_info
int PMPI_Session_get_pset_info(MPI_Session session, const char *pset_name, MPI_Info *info)
{
    const struct pset *pset;
    char size[16];
    MPI_Info made;
    int rc;

    pset = check_pset(__func__, session, pset_name, info, &rc);
    if (!pset)
        return rc;
    snprintf(size, sizeof size, "%d", pset->comm->size);
    made = mpii_info_copy(MPI_INFO_NULL);
    if (made == MPI_INFO_NULL || !mpii_info_tell(made, "mpi_size", size)) {
        mpii_info_drop(made);
        return mpii_error_of(MPII_SESSION, session, __func__, MPI_ERR_NO_MEM,
                             "no memory for an info object");
    }
    *info = made;
    return MPI_SUCCESS;
}

#pragma weak MPI_Group_from_session_pset = PMPI_Group_from_session_pset
int PMPI_Group_from_session_pset(MPI_Session session, const char *pset_name, MPI_Group *newgroup)
{
    const struct pset *pset;
    int rc;

    pset = check_pset(__func__, session, pset_name, newgroup, &rc);
    if (!pset)
        return rc;
    mpii_object_keep(&pset->comm->group->object);
    *newgroup = mpii_group_handle(pset->comm->group);
    return MPI_SUCCESS;
}
