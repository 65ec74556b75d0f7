// SPDX-License-Identifier: BSD-2-Clause
// info.c: values of info objects and names of process sets: CHARACTER variables have no end that counts.
#include "libmpi/fortran/fortran.h"
#include <limits.h>

// Fortran has no arguments of main.
void pmpi_info_create_env_(int *info, int *ierror)
{
    MPI_Info made = MPI_INFO_NULL;
    int rc = PMPI_Info_create_env(0, NULL, &made);

    if (rc == MPI_SUCCESS)
        *info = mpii_number_of(made);
    mpii_fortran_return(ierror, rc);
}
FORTRAN_PROCEDURE(info_create_env);
FORTRAN_F08(info_create_env);

// What came, handed to `to`, of which at most `length` characters are to be used.
static void value_give(char *to, size_t to_bytes, int length, const char *value)
{
    char cut[MPI_MAX_INFO_VAL];
    size_t i;

    for (i = 0; i < sizeof cut - 1 && i < (size_t)length && value[i]; i++)
        cut[i] = value[i];
    cut[i] = '\0';
    (void)mpii_fortran_text(to, to_bytes, cut);
}

void pmpi_info_get_(const int *info, const char *key, const int *valuelen, char *value, int *flag,
                    int *ierror, size_t key_bytes, size_t value_bytes)
{
    char room[MPII_FORTRAN_TEXT], found[MPI_MAX_INFO_VAL];
    int rc = MPI_SUCCESS;
    char *c_key = mpii_fortran_string(&rc, room, key, key_bytes, true);

    if (rc == MPI_SUCCESS) // a negative length is for C to refuse
        rc = PMPI_Info_get(mpii_handle_of(*info), c_key,
                           *valuelen < MPI_MAX_INFO_VAL ? *valuelen : MPI_MAX_INFO_VAL - 1, found,
                           flag);
    if (rc == MPI_SUCCESS && *flag)
        value_give(value, value_bytes, *valuelen, found);
    mpii_fortran_free(c_key, room);
    mpii_fortran_return(ierror, rc);
}
FORTRAN_PROCEDURE(info_get);
FORTRAN_F08(info_get);

// buflen is the length without an end, as it comes and as it goes.
void pmpi_info_get_string_(const int *info, const char *key, int *buflen, char *value, int *flag,
                           int *ierror, size_t key_bytes, size_t value_bytes)
{
    char room[MPII_FORTRAN_TEXT], found[MPI_MAX_INFO_VAL];
    int rc = MPI_SUCCESS;
    char *c_key = mpii_fortran_string(&rc, room, key, key_bytes, true);
    int length = *buflen < 0 ? *buflen : MPI_MAX_INFO_VAL;

    if (rc == MPI_SUCCESS)
        rc = PMPI_Info_get_string(mpii_handle_of(*info), c_key, &length, found, flag);
    if (rc == MPI_SUCCESS && *flag) {
        if (*buflen > 0)
            value_give(value, value_bytes, *buflen, found);
        *buflen = length - 1;
    }
    mpii_fortran_free(c_key, room);
    mpii_fortran_return(ierror, rc);
}
FORTRAN_PROCEDURE(info_get_string);
FORTRAN_F08(info_get_string);

void pmpi_session_get_nth_pset_(const int *session, const int *info, const int *n, int *pset_len,
                                char *pset_name, int *ierror, size_t pset_name_bytes)
{
    char name[MPI_MAX_PSET_NAME_LEN];
    int length = *pset_len < 0 ? *pset_len : MPI_MAX_PSET_NAME_LEN;
    int rc = PMPI_Session_get_nth_pset(mpii_handle_of(*session), mpii_handle_of(*info), *n, &length,
                                       name);

    if (rc == MPI_SUCCESS) {
        if (*pset_len > 0)
            value_give(pset_name, pset_name_bytes, *pset_len, name);
        *pset_len = length - 1;
    }
    mpii_fortran_return(ierror, rc);
}
FORTRAN_PROCEDURE(session_get_nth_pset);
FORTRAN_F08(session_get_nth_pset);
