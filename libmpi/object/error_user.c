// SPDX-License-Identifier: BSD-2-Clause
// error_user.c: error classes, codes and texts that users add and remove (MPI 4.1, 9.5).
//
// Classes and codes share one sequence of numbers above MPI_ERR_LASTCODE. A removed number is given out
// again. All of it works before MPI_Init and after MPI_Finalize (11.4.1).
#include "libmpi/object/error.h"
#include <stdlib.h>
#include <string.h>

// MPI_LASTUSEDCODE follows the highest number in use.
static void last_used_update(void)
{
    const struct mpii_error_user *entry = mpii_error_users.entry;
    int last = entry ? mpii_error_users.count : 0;

    while (last > 0 && entry[last - 1].class == 0)
        last--;
    mpii_last_used_code = MPI_ERR_LASTCODE + last;
}

// A free entry, or NULL: no memory.
static struct mpii_error_user *entry_new(void)
{
    struct mpii_error_users *users = &mpii_error_users;
    struct mpii_error_user *more;
    int index, count;

    for (index = 0; index < users->count; index++)
        if (users->entry[index].class == 0)
            return &users->entry[index];
    count = users->count ? 2 * users->count : 8;
    more = realloc(users->entry, (size_t)count * sizeof *more);
    if (!more)
        return NULL;
    memset(more + users->count, 0, (size_t)(count - users->count) * sizeof *more);
    users->entry = more;
    users->count = count;
    return &more[index];
}

static struct mpii_error_user *entry_of(int code)
{
    return mpii_error_user(code) ? &mpii_error_users.entry[code - MPI_ERR_LASTCODE - 1] : NULL;
}

static int number_of(const struct mpii_error_user *entry)
{
    return MPI_ERR_LASTCODE + 1 + (int)(entry - mpii_error_users.entry);
}

static void entry_delete(struct mpii_error_user *entry)
{
    free(entry->text);
    memset(entry, 0, sizeof *entry);
    last_used_update();
}

#pragma weak MPI_Add_error_class = PMPI_Add_error_class
int PMPI_Add_error_class(int *errorclass)
{
    struct mpii_error_user *entry;
    int rc = mpii_check_result(__func__, errorclass, "errorclass");

    if (rc != MPI_SUCCESS)
        return rc;
    entry = entry_new();
    if (!entry)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory for another class");
    *errorclass = entry->class = number_of(entry);
    last_used_update();
    return MPI_SUCCESS;
}

#pragma weak MPI_Remove_error_class = PMPI_Remove_error_class
int PMPI_Remove_error_class(int errorclass)
{
    struct mpii_error_user *entry = entry_of(errorclass);

    if (!entry || entry->class != errorclass)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG,
                          "%d is not an error class that was added", errorclass);
    if (entry->codes > 0)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG, "error class %d still has %d codes",
                          errorclass, entry->codes);
    entry_delete(entry);
    return MPI_SUCCESS;
}

#pragma weak MPI_Add_error_code = PMPI_Add_error_code
int PMPI_Add_error_code(int errorclass, int *errorcode)
{
    struct mpii_error_user *class, *code;
    int rc = mpii_check_result(__func__, errorcode, "errorcode");

    if (rc != MPI_SUCCESS)
        return rc;
    // A class is its own class; success is none, and 0 marks a free entry.
    class = entry_of(errorclass);
    if (errorclass == MPI_SUCCESS || !mpii_error_known(errorclass) ||
        (class && class->class != errorclass))
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG, "%d is not an error class",
                          errorclass);
    code = entry_new();
    if (!code)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory for another code");
    class = entry_of(errorclass); // again: it may have moved
    if (class)
        class->codes++;
    code->class = errorclass;
    *errorcode = number_of(code);
    last_used_update();
    return MPI_SUCCESS;
}

#pragma weak MPI_Remove_error_code = PMPI_Remove_error_code
int PMPI_Remove_error_code(int errorcode)
{
    struct mpii_error_user *entry = entry_of(errorcode), *class;

    if (!entry || entry->class == errorcode)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG,
                          "%d is not an error code that was added", errorcode);
    class = entry_of(entry->class);
    if (class)
        class->codes--;
    entry_delete(entry);
    return MPI_SUCCESS;
}

#pragma weak MPI_Add_error_string = PMPI_Add_error_string
int PMPI_Add_error_string(int errorcode, const char *string)
{
    struct mpii_error_user *entry = entry_of(errorcode);
    int rc = mpii_check_result(__func__, string, "string");
    char *text;

    if (rc != MPI_SUCCESS)
        return rc;
    if (!entry)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG,
                          "%d is not an error class or code that was added", errorcode);
    if (strlen(string) >= MPI_MAX_ERROR_STRING)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG,
                          "string has %zu characters, more than %d", strlen(string),
                          MPI_MAX_ERROR_STRING - 1);
    text = strdup(string);
    if (!text)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory for the string");
    free(entry->text);
    entry->text = text;
    return MPI_SUCCESS;
}

#pragma weak MPI_Remove_error_string = PMPI_Remove_error_string
int PMPI_Remove_error_string(int errorcode)
{
    struct mpii_error_user *entry = entry_of(errorcode);

    if (!entry || !entry->text)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG, "no string was added for %d",
                          errorcode);
    free(entry->text);
    entry->text = NULL;
    return MPI_SUCCESS;
}
