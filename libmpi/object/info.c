// SPDX-License-Identifier: BSD-2-Clause
// info.c: the calls on info objects (MPI 4.1, chapter 10). They work before MPI_Init and after
// MPI_Finalize (11.4.1); their errors are MPI_COMM_SELF's.
#include "libmpi/object/info.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The object of a handle, or NULL after the error of `function`.
static struct mpii_info *info_check(const char *function, MPI_Info handle, int *rc)
{
    struct mpii_info *info = mpii_info(handle);

    *rc = MPI_SUCCESS;
    if (info)
        return info;
    if (handle == MPI_INFO_NULL)
        *rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_INFO, "info is MPI_INFO_NULL");
    else
        *rc = mpii_check_info(function, MPI_COMM_NULL, handle);
    return NULL;
}

// As info_check, for calls that change the object.
static struct mpii_info *info_check_own(const char *function, MPI_Info handle, int *rc)
{
    if (handle != MPI_INFO_ENV)
        return info_check(function, handle, rc);
    *rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_INFO, "MPI_INFO_ENV cannot be changed");
    return NULL;
}

static int key_check(const char *function, const char *key)
{
    if (!key)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_INFO_KEY, "key is NULL");
    if (!*key)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_INFO_KEY, "key is empty");
    if (strnlen(key, MPI_MAX_INFO_KEY) == MPI_MAX_INFO_KEY)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_INFO_KEY,
                          "key is longer than %d characters", MPI_MAX_INFO_KEY - 1);
    return MPI_SUCCESS;
}

static int no_memory(const char *function)
{
    return mpii_error(function, MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory for an info object");
}

#pragma weak MPI_Info_create = PMPI_Info_create
int PMPI_Info_create(MPI_Info *info)
{
    struct mpii_info *made;
    int rc = mpii_check_result(__func__, info, "info");

    if (rc != MPI_SUCCESS)
        return rc;
    made = mpii_info_new();
    if (!made)
        return no_memory(__func__);
    *info = (MPI_Info)made;
    return MPI_SUCCESS;
}

#pragma weak MPI_Info_dup = PMPI_Info_dup
int PMPI_Info_dup(MPI_Info info, MPI_Info *newinfo)
{
    MPI_Info copy;
    int rc;

    if (!info_check(__func__, info, &rc))
        return rc;
    rc = mpii_check_result(__func__, newinfo, "newinfo");
    if (rc != MPI_SUCCESS)
        return rc;
    copy = mpii_info_copy(info);
    if (copy == MPI_INFO_NULL)
        return no_memory(__func__);
    *newinfo = copy;
    return MPI_SUCCESS;
}

#pragma weak MPI_Info_free = PMPI_Info_free
int PMPI_Info_free(MPI_Info *info)
{
    int rc = mpii_check_result(__func__, info, "info");

    if (rc != MPI_SUCCESS || !info_check_own(__func__, *info, &rc))
        return rc;
    mpii_info_drop(*info);
    *info = MPI_INFO_NULL;
    return MPI_SUCCESS;
}

#pragma weak MPI_Info_set = PMPI_Info_set
int PMPI_Info_set(MPI_Info info, const char *key, const char *value)
{
    struct mpii_info *object;
    int rc;

    object = info_check_own(__func__, info, &rc);
    if (object)
        rc = key_check(__func__, key);
    if (rc != MPI_SUCCESS)
        return rc;
    if (!value)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_INFO_VALUE, "value is NULL");
    if (strnlen(value, MPI_MAX_INFO_VAL) == MPI_MAX_INFO_VAL)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_INFO_VALUE,
                          "value is longer than %d characters", MPI_MAX_INFO_VAL - 1);
    return mpii_info_put(object, key, value) ? MPI_SUCCESS : no_memory(__func__);
}

#pragma weak MPI_Info_delete = PMPI_Info_delete
int PMPI_Info_delete(MPI_Info info, const char *key)
{
    struct mpii_info *object;
    int at, rc;

    object = info_check_own(__func__, info, &rc);
    if (object)
        rc = key_check(__func__, key);
    if (rc != MPI_SUCCESS)
        return rc;
    at = mpii_info_find(object, key);
    if (at < 0)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_INFO_NOKEY, "there is no key \"%s\"", key);
    free(object->pair[at].key);
    free(object->pair[at].value);
    object->count--;
    memmove(&object->pair[at], &object->pair[at + 1],
            (size_t)(object->count - at) * sizeof object->pair[at]);
    return MPI_SUCCESS;
}

// What the lookups have in common: the value of `key`, or NULL with *flag = 0.
static int info_lookup(const char *function, MPI_Info info, const char *key, int *flag,
                       const char **value)
{
    struct mpii_info *object;
    int at, rc;

    object = info_check(function, info, &rc);
    if (object)
        rc = key_check(function, key);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, flag, "flag");
    if (rc != MPI_SUCCESS)
        return rc;
    at = mpii_info_find(object, key);
    *flag = at >= 0;
    *value = at >= 0 ? object->pair[at].value : NULL;
    return MPI_SUCCESS;
}

#pragma weak MPI_Info_get = PMPI_Info_get
int PMPI_Info_get(MPI_Info info, const char *key, int valuelen, char *value, int *flag)
{
    const char *found;
    int rc = info_lookup(__func__, info, key, flag, &found);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, value, "value");
    if (rc != MPI_SUCCESS)
        return rc;
    if (valuelen < 0)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG, "valuelen is %d", valuelen);
    if (found) // valuelen does not count the end, which gets a place of its own
        snprintf(value, (size_t)valuelen + 1, "%s", found);
    return MPI_SUCCESS;
}

#pragma weak MPI_Info_get_string = PMPI_Info_get_string
int PMPI_Info_get_string(MPI_Info info, const char *key, int *buflen, char *value, int *flag)
{
    const char *found;
    int rc = info_lookup(__func__, info, key, flag, &found);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, buflen, "buflen");
    if (rc != MPI_SUCCESS || !found)
        return rc;
    if (*buflen < 0)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG, "buflen is %d", *buflen);
    if (*buflen > 0) { // 0: only the length is wanted
        rc = mpii_check_result(__func__, value, "value");
        if (rc != MPI_SUCCESS)
            return rc;
        snprintf(value, (size_t)*buflen, "%s", found);
    }
    *buflen = (int)strlen(found) + 1; // buflen counts the end (10)
    return MPI_SUCCESS;
}

#pragma weak MPI_Info_get_valuelen = PMPI_Info_get_valuelen
int PMPI_Info_get_valuelen(MPI_Info info, const char *key, int *valuelen, int *flag)
{
    const char *found;
    int rc = info_lookup(__func__, info, key, flag, &found);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, valuelen, "valuelen");
    if (rc == MPI_SUCCESS && found)
        *valuelen = (int)strlen(found);
    return rc;
}

#pragma weak MPI_Info_get_nkeys = PMPI_Info_get_nkeys
int PMPI_Info_get_nkeys(MPI_Info info, int *nkeys)
{
    struct mpii_info *object;
    int rc;

    object = info_check(__func__, info, &rc);
    if (object)
        rc = mpii_check_result(__func__, nkeys, "nkeys");
    if (rc == MPI_SUCCESS)
        *nkeys = object->count;
    return rc;
}

#pragma weak MPI_Info_get_nthkey = PMPI_Info_get_nthkey
int PMPI_Info_get_nthkey(MPI_Info info, int n, char *key)
{
    struct mpii_info *object;
    int rc;

    object = info_check(__func__, info, &rc);
    if (object)
        rc = mpii_check_result(__func__, key, "key");
    if (rc != MPI_SUCCESS)
        return rc;
    if (n < 0 || n >= object->count)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG, "n is %d, and there are %d keys", n,
                          object->count);
    snprintf(key, MPI_MAX_INFO_KEY, "%s", object->pair[n].key);
    return MPI_SUCCESS;
}
