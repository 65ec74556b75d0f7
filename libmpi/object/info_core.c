// SPDX-License-Identifier: BSD-2-Clause
// info_core.c: info objects as the library uses them: hints of communicators and the like.
#include "libmpi/object/info.h"
#include <stdlib.h>
#include <string.h>

struct mpii_info *mpii_info(MPI_Info handle)
{
    if (handle == MPI_INFO_ENV)
        return mpii_info_env();
    return mpii_object_ok(handle, MPII_INFO) ? (struct mpii_info *)handle : NULL;
}

struct mpii_info *mpii_info_new(void)
{
    return mpii_object_new(MPII_INFO, sizeof(struct mpii_info));
}

int mpii_info_find(const struct mpii_info *info, const char *key)
{
    for (int i = 0; i < info->count; i++)
        if (strcmp(info->pair[i].key, key) == 0)
            return i;
    return -1;
}

static bool info_grow(struct mpii_info *info)
{
    int capacity = info->capacity ? 2 * info->capacity : 4;
    struct mpii_info_pair *pair = realloc(info->pair, (size_t)capacity * sizeof *pair);

    if (!pair)
        return false;
    info->pair = pair;
    info->capacity = capacity;
    return true;
}

bool mpii_info_put(struct mpii_info *info, const char *key, const char *value)
{
    int at = mpii_info_find(info, key);
    char *value_copy = strdup(value), *key_copy = NULL;

    if (!value_copy)
        return false;
    if (at >= 0) {
        free(info->pair[at].value);
        info->pair[at].value = value_copy;
        return true;
    }
    if (info->count < info->capacity || info_grow(info))
        key_copy = strdup(key);
    if (!key_copy) {
        free(value_copy);
        return false;
    }
    info->pair[info->count++] = (struct mpii_info_pair){key_copy, value_copy};
    return true;
}

const char *mpii_info_get(MPI_Info info, const char *key)
{
    const struct mpii_info *object = mpii_info(info);
    int at = object ? mpii_info_find(object, key) : -1;

    return at < 0 ? NULL : object->pair[at].value;
}

int mpii_check_info(const char *function, MPI_Comm comm, MPI_Info info)
{
    if (info == MPI_INFO_NULL || mpii_info(info))
        return MPI_SUCCESS;
    return mpii_error(function, comm, MPI_ERR_INFO, "info is %p, not an info object", (void *)info);
}

bool mpii_info_tell(MPI_Info info, const char *key, const char *value)
{
    return !mpii_object_ok(info, MPII_INFO) || mpii_info_put((struct mpii_info *)info, key, value);
}

// Those whose keys begin with `prefix`. False: no memory.
static bool put_all(struct mpii_info *to, const struct mpii_info *from, const char *prefix)
{
    for (int i = 0; from && i < from->count; i++)
        if (strncmp(from->pair[i].key, prefix, strlen(prefix)) == 0 &&
            !mpii_info_put(to, from->pair[i].key, from->pair[i].value))
            return false;
    return true;
}

static MPI_Info merge(MPI_Info first, MPI_Info second, const char *prefix)
{
    struct mpii_info *to = mpii_info_new();

    if (to && put_all(to, mpii_info(first), prefix) && put_all(to, mpii_info(second), prefix))
        return (MPI_Info)to;
    if (to)
        mpii_info_delete(to);
    return MPI_INFO_NULL;
}

MPI_Info mpii_info_copy(MPI_Info info)
{
    return merge(info, MPI_INFO_NULL, "");
}

MPI_Info mpii_hints_merge(MPI_Info first, MPI_Info second)
{
    return merge(first, second, "mpi_"); // the names that the standard keeps for itself (10)
}
