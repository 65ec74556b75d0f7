// SPDX-License-Identifier: BSD-2-Clause
// mpi_info.c: info objects, with any MPI and any number of ranks: no call communicates. Prints `done N`.
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
    printf("mpi_info.c:%d: %s\n", line, text);
    fflush(stdout);
    MPI_Abort(MPI_COMM_WORLD, 1);
}

static int class_of(int code)
{
    int class = -1;

    MPI_Error_class(code, &class);
    return class;
}

// Where the standard leaves open whether a mistake is noticed, or other libraries fall short of it.
static int strict(void)
{
    char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;

    MPI_Get_library_version(text, &length);
    return strncmp(text, "Torito ", 7) == 0;
}

static void check_order(MPI_Info info)
{
    char key[MPI_MAX_INFO_KEY];
    int count;

    CHECK(MPI_Info_get_nkeys(info, &count) == MPI_SUCCESS && count == 3);
    CHECK(MPI_Info_get_nthkey(info, 0, key) == MPI_SUCCESS && strcmp(key, "one") == 0);
    CHECK(MPI_Info_get_nthkey(info, 1, key) == MPI_SUCCESS && strcmp(key, "two") == 0);
    CHECK(MPI_Info_get_nthkey(info, 2, key) == MPI_SUCCESS && strcmp(key, "three") == 0);
}

static void check_values(void)
{
    char value[MPI_MAX_INFO_VAL], *longest;
    int flag, length;
    MPI_Info info, twin;

    CHECK(MPI_Info_create(&info) == MPI_SUCCESS && info != MPI_INFO_NULL);
    CHECK(MPI_Info_set(info, "one", "1") == MPI_SUCCESS);
    CHECK(MPI_Info_set(info, "two", "22") == MPI_SUCCESS);
    CHECK(MPI_Info_set(info, "three", "") == MPI_SUCCESS);
    CHECK(MPI_Info_set(info, "one", "eleven") == MPI_SUCCESS);
    check_order(info);
    if (strict()) {
        CHECK(MPI_Info_get(info, "one", 3, value, &flag) == MPI_SUCCESS && flag);
        CHECK(strcmp(value, "ele") == 0);
    }
    CHECK(MPI_Info_get(info, "four", 3, value, &flag) == MPI_SUCCESS && !flag);
    CHECK(MPI_Info_get_valuelen(info, "two", &length, &flag) == MPI_SUCCESS && flag && length == 2);
    CHECK(MPI_Info_get_valuelen(info, "four", &length, &flag) == MPI_SUCCESS && !flag);
    length = 4;
    CHECK(MPI_Info_get_string(info, "one", &length, value, &flag) == MPI_SUCCESS && flag);
    CHECK(strcmp(value, "ele") == 0 && length == 7);
    CHECK(MPI_Info_get_string(info, "one", &length, value, &flag) == MPI_SUCCESS && flag);
    CHECK(strcmp(value, "eleven") == 0 && length == 7);
    length = 0;
    CHECK(MPI_Info_get_string(info, "three", &length, value, &flag) == MPI_SUCCESS && flag);
    CHECK(length == 1 && strcmp(value, "eleven") == 0);
    CHECK(MPI_Info_dup(info, &twin) == MPI_SUCCESS);
    CHECK(MPI_Info_delete(info, "two") == MPI_SUCCESS);
    CHECK(class_of(MPI_Info_delete(info, "two")) == MPI_ERR_INFO_NOKEY);
    check_order(twin);
    longest = calloc(1, MPI_MAX_INFO_VAL + 1);
    memset(longest, 'v', MPI_MAX_INFO_VAL - 1);
    CHECK(MPI_Info_set(info, "long", longest) == MPI_SUCCESS);
    CHECK(MPI_Info_get(info, "long", MPI_MAX_INFO_VAL - 1, value, &flag) == MPI_SUCCESS && flag);
    CHECK(strcmp(value, longest) == 0);
    free(longest);
    CHECK(MPI_Info_free(&twin) == MPI_SUCCESS && twin == MPI_INFO_NULL);
    CHECK(MPI_Info_free(&info) == MPI_SUCCESS && info == MPI_INFO_NULL);
}

static void check_refusals(void)
{
    char key[MPI_MAX_INFO_KEY + 1], *value = calloc(1, MPI_MAX_INFO_VAL + 1);
    MPI_Info info, null = MPI_INFO_NULL;
    int count, flag;

    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = 0;
    memset(value, 'v', MPI_MAX_INFO_VAL);
    CHECK(MPI_Info_create(&info) == MPI_SUCCESS);
    if (strict()) { // in C, the limits count the terminating zero
        CHECK(class_of(MPI_Info_set(info, key, "1")) == MPI_ERR_INFO_KEY);
        CHECK(class_of(MPI_Info_set(info, "key", value)) == MPI_ERR_INFO_VALUE);
    }
    CHECK(class_of(MPI_Info_set(info, "", "1")) == MPI_ERR_INFO_KEY);
    key[sizeof key - 2] = 0; // now it fits
    CHECK(MPI_Info_set(info, key, "1") == MPI_SUCCESS);
    CHECK(class_of(MPI_Info_get_nthkey(info, 1, key)) == MPI_ERR_ARG);
    CHECK(class_of(MPI_Info_get_nthkey(info, -1, key)) == MPI_ERR_ARG);
    CHECK(MPI_Info_get_nkeys(MPI_INFO_NULL, &count) != MPI_SUCCESS);
    CHECK(MPI_Info_free(&null) != MPI_SUCCESS);
    if (strict()) {
        CHECK(class_of(MPI_Info_get_nkeys(MPI_INFO_NULL, &count)) == MPI_ERR_INFO);
        CHECK(class_of(MPI_Info_get(info, "key", -1, value, &flag)) == MPI_ERR_ARG);
        CHECK(class_of(MPI_Info_free(&null)) == MPI_ERR_INFO);
    }
    CHECK(MPI_Info_free(&info) == MPI_SUCCESS);
    free(value);
}

static void check_environment(void)
{
    char value[MPI_MAX_INFO_VAL];
    int count, flag;
    MPI_Info info;

    CHECK(MPI_Info_get_nkeys(MPI_INFO_ENV, &count) == MPI_SUCCESS && count >= 0);
    CHECK(MPI_Info_get(MPI_INFO_ENV, "maxprocs", 20, value, &flag) == MPI_SUCCESS);
    CHECK(!flag || atoi(value) >= 1);
    CHECK(MPI_Info_dup(MPI_INFO_ENV, &info) == MPI_SUCCESS);
    CHECK(MPI_Info_set(info, "maxprocs", "many") == MPI_SUCCESS);
    CHECK(MPI_Info_free(&info) == MPI_SUCCESS);
}

static void check_hints(void)
{
    char value[MPI_MAX_INFO_VAL];
    MPI_Info info;
    int flag;

    CHECK(MPI_Info_create(&info) == MPI_SUCCESS);
    CHECK(MPI_Info_set(info, "mpi_assert_no_any_tag", "true") == MPI_SUCCESS);
    CHECK(MPI_Info_set(info, "no_hint_at_all", "true") == MPI_SUCCESS);
    CHECK(MPI_Comm_set_info(MPI_COMM_WORLD, info) == MPI_SUCCESS);
    CHECK(MPI_Info_free(&info) == MPI_SUCCESS);
    CHECK(MPI_Comm_get_info(MPI_COMM_WORLD, &info) == MPI_SUCCESS);
    CHECK(MPI_Info_get(info, "mpi_assert_no_any_tag", 10, value, &flag) == MPI_SUCCESS);
    CHECK(flag && strcmp(value, "true") == 0);
    CHECK(MPI_Info_get(info, "no_hint_at_all", 10, value, &flag) == MPI_SUCCESS && !flag);
    CHECK(MPI_Info_free(&info) == MPI_SUCCESS);
}

int main(int argc, char **argv)
{
    MPI_Info info;

#if MPI_VERSION >= 4
    CHECK(MPI_Info_create_env(argc, argv, &info) == MPI_SUCCESS); // before MPI_Init: 11.4.1
    CHECK(MPI_Info_set(info, "command", "other") == MPI_SUCCESS);
    CHECK(MPI_Info_free(&info) == MPI_SUCCESS);
#endif
    MPI_Init(&argc, &argv);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    check_values();
    check_refusals();
    check_environment();
    check_hints();
    MPI_Finalize();
    printf("done %d\n", cases);
    return 0;
}
