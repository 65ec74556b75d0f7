// SPDX-License-Identifier: BSD-2-Clause
// mpi_errors.c: error handlers, and error classes, codes and texts of the user's, with any MPI and any
// number of ranks: no call communicates. Prints `done N`.
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
    printf("mpi_errors.c:%d: %s\n", line, text);
    fflush(stdout);
    MPI_Abort(MPI_COMM_WORLD, 1);
}

// Where the standard leaves open whether a mistake is noticed, or other libraries fall short of it.
static int strict(void)
{
    char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;

    MPI_Get_library_version(text, &length);
    return strncmp(text, "Torito ", 7) == 0;
}

static int class_of(int code)
{
    int class = -1;

    MPI_Error_class(code, &class);
    return class;
}

static int calls, last_code;
static MPI_Comm last_comm;

// NOLINTNEXTLINE(readability-non-const-parameter): the standard has it so
static void count_calls(MPI_Comm *comm, int *code, ...)
{
    calls++;
    last_comm = *comm;
    last_code = *code;
}

static void check_handlers(void)
{
    MPI_Errhandler mine, got;
    MPI_Comm none = MPI_COMM_NULL;
    int size;

    CHECK(MPI_Comm_create_errhandler(count_calls, &mine) == MPI_SUCCESS);
    CHECK(MPI_Comm_set_errhandler(MPI_COMM_WORLD, mine) == MPI_SUCCESS);
    CHECK(MPI_Comm_get_errhandler(MPI_COMM_WORLD, &got) == MPI_SUCCESS && got == mine);
    CHECK(MPI_Errhandler_free(&got) == MPI_SUCCESS && got == MPI_ERRHANDLER_NULL);
    CHECK(MPI_Errhandler_free(&mine) == MPI_SUCCESS); // lives on in MPI_COMM_WORLD
    CHECK(class_of(MPI_Comm_set_attr(MPI_COMM_WORLD, MPI_KEYVAL_INVALID, NULL)) == MPI_ERR_KEYVAL);
    CHECK(calls == 1 && last_comm == MPI_COMM_WORLD && class_of(last_code) == MPI_ERR_KEYVAL);
    CHECK(MPI_Comm_call_errhandler(MPI_COMM_WORLD, MPI_ERR_TAG) == MPI_SUCCESS);
    CHECK(calls == 2 && class_of(last_code) == MPI_ERR_TAG);
    CHECK(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN) == MPI_SUCCESS);
    CHECK(MPI_Comm_call_errhandler(MPI_COMM_WORLD, MPI_ERR_TAG) == MPI_SUCCESS && calls == 2);
    CHECK(MPI_Comm_get_errhandler(MPI_COMM_WORLD, &got) == MPI_SUCCESS && got == MPI_ERRORS_RETURN);
    CHECK(class_of(MPI_Comm_size(none, &size)) == MPI_ERR_COMM);
    CHECK(class_of(MPI_Comm_free(&none)) == MPI_ERR_COMM);
    none = MPI_COMM_WORLD;
    CHECK(class_of(MPI_Comm_free(&none)) == MPI_ERR_COMM && none == MPI_COMM_WORLD);
    if (strict())
        CHECK(class_of(MPI_Comm_remote_size(MPI_COMM_WORLD, &size)) == MPI_ERR_COMM);
    CHECK(class_of(MPI_Group_size(MPI_GROUP_NULL, &size)) == MPI_ERR_GROUP);
    CHECK(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRHANDLER_NULL) != MPI_SUCCESS);
}

// NOLINTNEXTLINE(readability-non-const-parameter)
static void count_file_calls(MPI_File *file, int *code, ...)
{
    calls++;
    last_comm = *file == MPI_FILE_NULL ? MPI_COMM_NULL : MPI_COMM_WORLD;
    last_code = *code;
}

static void check_file_handlers(void)
{
    MPI_Errhandler mine, got;

    calls = 0;
    CHECK(MPI_File_get_errhandler(MPI_FILE_NULL, &got) == MPI_SUCCESS && got == MPI_ERRORS_RETURN);
    CHECK(MPI_File_create_errhandler(count_file_calls, &mine) == MPI_SUCCESS);
    if (strict())
        CHECK(MPI_Comm_set_errhandler(MPI_COMM_WORLD, mine) != MPI_SUCCESS);
    CHECK(MPI_File_set_errhandler(MPI_FILE_NULL, mine) == MPI_SUCCESS);
    CHECK(MPI_File_call_errhandler(MPI_FILE_NULL, MPI_ERR_IO) == MPI_SUCCESS);
    CHECK(calls == 1 && last_comm == MPI_COMM_NULL && class_of(last_code) == MPI_ERR_IO);
    CHECK(MPI_File_set_errhandler(MPI_FILE_NULL, MPI_ERRORS_RETURN) == MPI_SUCCESS);
    CHECK(MPI_Errhandler_free(&mine) == MPI_SUCCESS && mine == MPI_ERRHANDLER_NULL);
}

static int last_used(void)
{
    int *value = NULL, flag = 0;

    MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_LASTUSEDCODE, &value, &flag);
    return flag ? *value : -1;
}

static void check_codes(void)
{
    char text[MPI_MAX_ERROR_STRING];
    int class, code, other, length, before = last_used();

    CHECK(MPI_Add_error_class(&class) == MPI_SUCCESS && class > MPI_ERR_LASTCODE);
    CHECK(last_used() >= class && last_used() > before);
    CHECK(MPI_Add_error_code(class, &code) == MPI_SUCCESS && code != class);
    CHECK(MPI_Add_error_code(MPI_ERR_RANK, &other) == MPI_SUCCESS);
    CHECK(class_of(class) == class && class_of(code) == class && class_of(other) == MPI_ERR_RANK);
    CHECK(MPI_Error_string(code, text, &length) == MPI_SUCCESS && length == 0 && !*text);
    CHECK(MPI_Add_error_string(code, "out of coffee") == MPI_SUCCESS);
    CHECK(MPI_Add_error_string(class, "kitchen") == MPI_SUCCESS);
    CHECK(MPI_Error_string(code, text, &length) == MPI_SUCCESS);
    CHECK(strcmp(text, "out of coffee") == 0 && length == 13);
    CHECK(MPI_Error_string(class, text, &length) == MPI_SUCCESS && strcmp(text, "kitchen") == 0);
    CHECK(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN) == MPI_SUCCESS);
    CHECK(MPI_Comm_call_errhandler(MPI_COMM_WORLD, code) == MPI_SUCCESS);
    if (strict())
        CHECK(MPI_Add_error_string(MPI_ERR_RANK, "mine") != MPI_SUCCESS);
#if MPI_VERSION > 4 || (MPI_VERSION == 4 && MPI_SUBVERSION >= 1)
    CHECK(MPI_Remove_error_class(class) != MPI_SUCCESS); // it has a code
    CHECK(MPI_Remove_error_string(code) == MPI_SUCCESS);
    CHECK(MPI_Error_string(code, text, &length) == MPI_SUCCESS && length == 0);
    CHECK(MPI_Remove_error_string(code) != MPI_SUCCESS);
    CHECK(MPI_Remove_error_code(class) != MPI_SUCCESS);
    CHECK(MPI_Remove_error_code(code) == MPI_SUCCESS);
    CHECK(MPI_Remove_error_code(code) != MPI_SUCCESS); // gone
    CHECK(MPI_Remove_error_string(class) == MPI_SUCCESS);
    CHECK(MPI_Remove_error_class(class) == MPI_SUCCESS);
    CHECK(MPI_Remove_error_code(other) == MPI_SUCCESS && last_used() == before);
    CHECK(MPI_Remove_error_class(MPI_ERR_RANK) != MPI_SUCCESS);
    CHECK(MPI_Error_string(class, text, &length) != MPI_SUCCESS);
#endif
}

int main(int argc, char **argv)
{
    MPI_Errhandler got;

    MPI_Init(&argc, &argv);
    CHECK(MPI_Comm_get_errhandler(MPI_COMM_SELF, &got) == MPI_SUCCESS && got == MPI_ERRORS_ARE_FATAL);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    check_handlers();
    check_file_handlers();
    check_codes();
    MPI_Finalize();
    printf("done %d\n", cases);
    return 0;
}
