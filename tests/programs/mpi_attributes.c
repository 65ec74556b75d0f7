// SPDX-License-Identifier: BSD-2-Clause
// mpi_attributes.c: attributes and names of communicators and datatypes, with any MPI and any number of
// ranks: no call communicates. Prints `done N`.
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int cases;

#define CHECK(condition) check(condition, #condition, __LINE__)

static void check(int holds, const char *text, int line)
{
    cases++;
    if (holds)
        return;
    printf("mpi_attributes.c:%d: %s\n", line, text);
    fflush(stdout);
    MPI_Abort(MPI_COMM_WORLD, 1);
}

// What the callbacks saw, in order, as letters.
static char seen[100];
static int delete_result;

static void note(char letter)
{
    size_t length = strlen(seen);

    if (length + 1 < sizeof seen)
        seen[length] = letter;
}

static int saw(const char *text)
{
    int same = strcmp(seen, text) == 0;

    if (!same)
        printf("saw \"%s\"\n", seen);
    memset(seen, 0, sizeof seen);
    return same;
}

static int delete_comm(MPI_Comm comm, int key, void *value, void *extra)
{
    (void)comm;
    (void)key;
    (void)extra;
    note(*(char *)value);
    return delete_result;
}

static void check_predefined(void)
{
    int *value, flag, size;

    MPI_Comm_size(MPI_COMM_WORLD, &size);
    CHECK(MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, &value, &flag) == MPI_SUCCESS && flag);
    CHECK(*value >= 32767);
    CHECK(MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_WTIME_IS_GLOBAL, &value, &flag) == MPI_SUCCESS);
    CHECK(!flag || *value == 0 || *value == 1);
    CHECK(MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_UNIVERSE_SIZE, &value, &flag) == MPI_SUCCESS);
    CHECK(!flag || *value >= 1);
    CHECK(MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_APPNUM, &value, &flag) == MPI_SUCCESS);
    CHECK(!flag || *value == 0);
    CHECK(MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_IO, &value, &flag) == MPI_SUCCESS && flag);
    CHECK(MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_HOST, &value, &flag) == MPI_SUCCESS);
    CHECK(!flag || *value == MPI_PROC_NULL || (*value >= 0 && *value < size));
    CHECK(MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_LASTUSEDCODE, &value, &flag) == MPI_SUCCESS && flag);
    CHECK(*value >= MPI_ERR_LASTCODE);
}

static void check_keys(void)
{
    int key, same, flag;
    char *value = NULL;

    CHECK(MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, delete_comm, &key, NULL) == MPI_SUCCESS);
    CHECK(MPI_Comm_get_attr(MPI_COMM_SELF, key, &value, &flag) == MPI_SUCCESS && !flag);
    CHECK(MPI_Comm_set_attr(MPI_COMM_SELF, key, "a") == MPI_SUCCESS);
    CHECK(MPI_Comm_get_attr(MPI_COMM_SELF, key, &value, &flag) == MPI_SUCCESS && flag &&
          *value == 'a');
    CHECK(MPI_Comm_get_attr(MPI_COMM_WORLD, key, &value, &flag) == MPI_SUCCESS && !flag);
    CHECK(MPI_Comm_set_attr(MPI_COMM_SELF, key, "b") == MPI_SUCCESS && saw("a"));
    delete_result = MPI_ERR_OTHER;
    CHECK(MPI_Comm_delete_attr(MPI_COMM_SELF, key) != MPI_SUCCESS && saw("b"));
    CHECK(MPI_Comm_set_attr(MPI_COMM_SELF, key, "c") != MPI_SUCCESS && saw("b"));
    CHECK(MPI_Comm_get_attr(MPI_COMM_SELF, key, &value, &flag) == MPI_SUCCESS && flag &&
          *value == 'b');
    delete_result = MPI_SUCCESS;
    same = key;
    CHECK(MPI_Comm_free_keyval(&key) == MPI_SUCCESS && key == MPI_KEYVAL_INVALID);
    CHECK(MPI_Comm_delete_attr(MPI_COMM_SELF, same) == MPI_SUCCESS && saw("b"));
    CHECK(MPI_Comm_delete_attr(MPI_COMM_SELF, MPI_KEYVAL_INVALID) != MPI_SUCCESS);
    key = MPI_TAG_UB;
    CHECK(MPI_Comm_free_keyval(&key) != MPI_SUCCESS);
    CHECK(MPI_Comm_set_attr(MPI_COMM_WORLD, MPI_TAG_UB, NULL) != MPI_SUCCESS);
}

static int copy_type(MPI_Datatype type, int key, void *extra, void *in, void *out, int *flag)
{
    (void)type;
    (void)key;
    note('(');
    note(*(char *)in);
    *(void **)out = extra;
    *flag = *(char *)in != 'n';
    return *(char *)in == 'f' ? MPI_ERR_OTHER : MPI_SUCCESS;
}

static int delete_type(MPI_Datatype type, int key, void *value, void *extra)
{
    (void)type;
    (void)key;
    (void)extra;
    note(*(char *)value);
    return delete_result;
}

static void check_types(void)
{
    MPI_Datatype type, twin;
    int copied, shared, hidden, flag;
    char *value;

    CHECK(MPI_Type_create_keyval(copy_type, delete_type, &copied, "x") == MPI_SUCCESS);
    CHECK(MPI_Type_create_keyval(MPI_TYPE_DUP_FN, delete_type, &shared, NULL) == MPI_SUCCESS);
    CHECK(MPI_Type_create_keyval(MPI_TYPE_NULL_COPY_FN, MPI_TYPE_NULL_DELETE_FN, &hidden, NULL) ==
          MPI_SUCCESS);
    CHECK(MPI_Type_contiguous(3, MPI_INT, &type) == MPI_SUCCESS);
    CHECK(MPI_Type_set_attr(type, copied, "a") == MPI_SUCCESS);
    CHECK(MPI_Type_set_attr(type, shared, "b") == MPI_SUCCESS);
    CHECK(MPI_Type_set_attr(type, hidden, "c") == MPI_SUCCESS);
    CHECK(MPI_Type_dup(type, &twin) == MPI_SUCCESS && saw("(a"));
    CHECK(MPI_Type_get_attr(twin, copied, &value, &flag) == MPI_SUCCESS && flag && *value == 'x');
    CHECK(MPI_Type_get_attr(twin, shared, &value, &flag) == MPI_SUCCESS && flag && *value == 'b');
    CHECK(MPI_Type_get_attr(twin, hidden, &value, &flag) == MPI_SUCCESS && !flag);
    CHECK(MPI_Type_delete_attr(twin, shared) == MPI_SUCCESS && saw("b"));
    CHECK(MPI_Type_free(&twin) == MPI_SUCCESS && saw("x"));
    CHECK(MPI_Type_set_attr(type, copied, "n") == MPI_SUCCESS && saw("a"));
    CHECK(MPI_Type_dup(type, &twin) == MPI_SUCCESS && saw("(n"));
    CHECK(MPI_Type_get_attr(twin, copied, &value, &flag) == MPI_SUCCESS && !flag);
    CHECK(MPI_Type_free(&twin) == MPI_SUCCESS && saw("b"));
    CHECK(MPI_Type_set_attr(type, copied, "f") == MPI_SUCCESS && saw("n"));
    CHECK(MPI_Type_dup(type, &twin) != MPI_SUCCESS);
    memset(seen, 0, sizeof seen); // whether copies made before the failure are deleted is not said
    CHECK(MPI_Type_free_keyval(&copied) == MPI_SUCCESS && copied == MPI_KEYVAL_INVALID);
    CHECK(MPI_Type_free_keyval(&shared) == MPI_SUCCESS &&
          MPI_Type_free_keyval(&hidden) == MPI_SUCCESS);
    CHECK(MPI_Type_free(&type) == MPI_SUCCESS && strlen(seen) == 2);
    memset(seen, 0, sizeof seen);
}

// Where the standard leaves open whether a mistake is noticed, or other libraries fall short of it.
static int strict(void)
{
    char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;

    MPI_Get_library_version(text, &length);
    return strncmp(text, "Torito ", 7) == 0;
}

static void check_names(void)
{
    char name[MPI_MAX_OBJECT_NAME], longest[MPI_MAX_OBJECT_NAME];
    MPI_Datatype type;
    int length;

    CHECK(MPI_Comm_get_name(MPI_COMM_WORLD, name, &length) == MPI_SUCCESS);
    CHECK(strcmp(name, "MPI_COMM_WORLD") == 0 && length == 14);
    CHECK(MPI_Comm_set_name(MPI_COMM_WORLD, " mine ") == MPI_SUCCESS);
    CHECK(MPI_Comm_get_name(MPI_COMM_WORLD, name, &length) == MPI_SUCCESS);
    CHECK(strcmp(name, " mine ") == 0 && length == 6);
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    CHECK(MPI_Comm_set_name(MPI_COMM_WORLD, longest) == MPI_SUCCESS);
    CHECK(MPI_Comm_get_name(MPI_COMM_WORLD, name, &length) == MPI_SUCCESS);
    CHECK(strcmp(name, longest) == 0 && length == MPI_MAX_OBJECT_NAME - 1);
    CHECK(MPI_Comm_get_name(MPI_COMM_SELF, name, &length) == MPI_SUCCESS);
    CHECK(strcmp(name, "MPI_COMM_SELF") == 0);
    if (strict()) {
        CHECK(MPI_Comm_get_name(MPI_COMM_NULL, name, &length) == MPI_SUCCESS);
        CHECK(strcmp(name, "MPI_COMM_NULL") == 0);
    }
    CHECK(MPI_Type_get_name(MPI_INT, name, &length) == MPI_SUCCESS && strcmp(name, "MPI_INT") == 0);
    CHECK(MPI_Type_contiguous(2, MPI_INT, &type) == MPI_SUCCESS);
    CHECK(MPI_Type_get_name(type, name, &length) == MPI_SUCCESS && length == 0 && !*name);
    CHECK(MPI_Type_set_name(type, "pair") == MPI_SUCCESS);
    CHECK(MPI_Type_get_name(type, name, &length) == MPI_SUCCESS && strcmp(name, "pair") == 0);
    CHECK(MPI_Type_free(&type) == MPI_SUCCESS);
}

// MPI_Finalize deletes the attributes of MPI_COMM_SELF first, newest first, while MPI still runs.
static int at_finalize(MPI_Comm comm, int key, void *value, void *extra)
{
    int finalized = 1, rank = -1;

    (void)key;
    (void)extra;
    MPI_Finalized(&finalized);
    if (finalized || MPI_Comm_rank(comm, &rank) != MPI_SUCCESS || rank != 0)
        return MPI_ERR_OTHER;
    note(*(char *)value);
    return MPI_SUCCESS;
}

int main(int argc, char **argv)
{
    int keys[3];

    MPI_Init(&argc, &argv);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    check_predefined();
    check_keys();
    check_types();
    check_names();
    for (int i = 0; i < 3; i++)
        CHECK(MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, at_finalize, &keys[i], NULL) ==
              MPI_SUCCESS);
    CHECK(MPI_Comm_set_attr(MPI_COMM_SELF, keys[1], "1") == MPI_SUCCESS);
    CHECK(MPI_Comm_set_attr(MPI_COMM_SELF, keys[0], "2") == MPI_SUCCESS);
    CHECK(MPI_Comm_set_attr(MPI_COMM_SELF, keys[2], "3") == MPI_SUCCESS);
    MPI_Finalize();
    if (!saw("321"))
        return 1;
    printf("done %d\n", cases);
    return 0;
}
