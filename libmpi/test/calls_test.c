// SPDX-License-Identifier: BSD-2-Clause
// calls_test.c: every call of libmpi, used rightly and wrongly.
#include "libmpi/test/fake_kernel.h"
#include "mpi.h"
#include "torito.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int cases;

#define CHECK(condition) check(condition, #condition, __LINE__)

static void check(int holds, const char *text, int line)
{
    cases++;
    if (holds)
        return;
    printf("calls_test.c:%d: %s\n(last abort: status %d, \"%s\")\n", line, text, fake_kernel.status,
           fake_kernel.message);
    exit(1);
}

// The job ended with this class, and the message names function, class and what was wrong.
static int ended_as(int class, const char *function, const char *text)
{
    return fake_kernel.status == class &&
           strncmp(fake_kernel.message, function, strlen(function)) == 0 &&
           fake_kernel.message[strlen(function)] == ':' && strstr(fake_kernel.message, text);
}

static void check_any_time(void)
{
    char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int version, subversion, length, class;

    CHECK(MPI_Get_version(&version, &subversion) == MPI_SUCCESS);
    CHECK(version == MPI_VERSION && subversion == MPI_SUBVERSION);
    CHECK(MPI_Abi_get_version(&version, &subversion) == MPI_SUCCESS);
    CHECK(version == 1 && subversion == 0);
    CHECK(MPI_Get_library_version(text, &length) == MPI_SUCCESS);
    CHECK(strncmp(text, "Torito ", 7) == 0 && (size_t)length == strlen(text));
    CHECK(MPI_Error_class(MPI_ERR_TRUNCATE, &class) == MPI_SUCCESS && class == MPI_ERR_TRUNCATE);
    CHECK(ENDS_JOB(MPI_Error_class(63, &class)));
    CHECK(ended_as(MPI_ERR_ARG, "MPI_Error_class", "63 is not an error code"));
    for (int code = 0; code <= MPI_ERR_ABI; code++) {
        CHECK(MPI_Error_string(code, text, &length) == MPI_SUCCESS);
        CHECK(length > 12 && length < MPI_MAX_ERROR_STRING && (size_t)length == strlen(text));
    }
    CHECK(MPI_Error_string(MPI_ERR_COMM, text, &length) == MPI_SUCCESS);
    CHECK(strcmp(text, "MPI_ERR_COMM: invalid communicator") == 0);
    CHECK(ENDS_JOB(MPI_Error_string(-1, text, &length)));
    CHECK(ended_as(MPI_ERR_ARG, "MPI_Error_string", "-1"));
    CHECK(torito_core() == 1 && torito_cores() == 3 && strcmp(torito_machine(), "linux") == 0);
}

static void check_outside(const char *when)
{
    void *memory;
    int number;

    CHECK(ENDS_JOB(MPI_Comm_rank(MPI_COMM_WORLD, &number)));
    CHECK(ended_as(MPI_ERR_OTHER, "MPI_Comm_rank", when));
    CHECK(ENDS_JOB(MPI_Comm_size(MPI_COMM_WORLD, &number)));
    CHECK(ENDS_JOB(MPI_Finalize()));
    CHECK(ended_as(MPI_ERR_OTHER, "MPI_Finalize", when));
    CHECK(ENDS_JOB(MPI_Query_thread(&number)));
    CHECK(ENDS_JOB(MPI_Is_thread_main(&number)));
    CHECK(ENDS_JOB(MPI_Alloc_mem(8, MPI_INFO_NULL, (void *)&memory)));
    CHECK(ENDS_JOB(MPI_Abort(MPI_COMM_WORLD, 3)));
    CHECK(ended_as(MPI_ERR_OTHER, "MPI_Abort", when));
}

static void check_communicators(void)
{
    MPI_Comm nonsense = (MPI_Comm)(intptr_t)0x4711;
    int number;

    CHECK(MPI_Comm_rank(MPI_COMM_WORLD, &number) == MPI_SUCCESS && number == 2);
    CHECK(MPI_Comm_size(MPI_COMM_WORLD, &number) == MPI_SUCCESS && number == 5);
    CHECK(MPI_Comm_rank(MPI_COMM_SELF, &number) == MPI_SUCCESS && number == 0);
    CHECK(MPI_Comm_size(MPI_COMM_SELF, &number) == MPI_SUCCESS && number == 1);
    CHECK(ENDS_JOB(MPI_Comm_rank(MPI_COMM_NULL, &number)));
    CHECK(ended_as(MPI_ERR_COMM, "MPI_Comm_rank", "comm is MPI_COMM_NULL"));
    CHECK(strstr(fake_kernel.message, "MPI_ERR_COMM") != NULL);
    CHECK(ENDS_JOB(MPI_Comm_size(nonsense, &number)));
    CHECK(ended_as(MPI_ERR_COMM, "MPI_Comm_size", "0x4711"));
    CHECK(ENDS_JOB(MPI_Comm_size(MPI_COMM_WORLD, NULL)));
    CHECK(ended_as(MPI_ERR_ARG, "MPI_Comm_size", "size is NULL"));
}

static void check_memory(void)
{
    char *memory;

    CHECK(MPI_Alloc_mem(1000, MPI_INFO_NULL, (void *)&memory) == MPI_SUCCESS);
    CHECK((uintptr_t)memory % 64 == 0);
    memset(memory, 1, 1000);
    CHECK(MPI_Free_mem(memory) == MPI_SUCCESS);
    CHECK(MPI_Alloc_mem(0, MPI_INFO_ENV, (void *)&memory) == MPI_SUCCESS);
    CHECK(MPI_Free_mem(memory) == MPI_SUCCESS);
    CHECK(ENDS_JOB(MPI_Alloc_mem(-1, MPI_INFO_NULL, (void *)&memory)));
    CHECK(ended_as(MPI_ERR_ARG, "MPI_Alloc_mem", "size is -1"));
    CHECK(ENDS_JOB(MPI_Alloc_mem(INTPTR_MAX, MPI_INFO_NULL, (void *)&memory)));
    CHECK(fake_kernel.status == MPI_ERR_NO_MEM);
    CHECK(ENDS_JOB(MPI_Alloc_mem(8, (MPI_Info)(intptr_t)5, (void *)&memory)));
    CHECK(fake_kernel.status == MPI_ERR_INFO);
    CHECK(MPI_Aint_add(MPI_Aint_diff(40, 50), 10) == 0);
    CHECK(MPI_Aint_add(INTPTR_MAX, 1) == INTPTR_MIN);
}

static void *is_main_thread(void *flag)
{
    MPI_Is_thread_main(flag);
    return NULL;
}

static void check_running(void)
{
    char name[MPI_MAX_PROCESSOR_NAME];
    pthread_t thread;
    int flag, length;
    double start = MPI_Wtime();

    CHECK(MPI_Initialized(&flag) == MPI_SUCCESS && flag == 1);
    CHECK(MPI_Finalized(&flag) == MPI_SUCCESS && flag == 0);
    CHECK(fake_kernel.initialized == 1 && fake_kernel.finalized == 0);
    CHECK(MPI_Query_thread(&flag) == MPI_SUCCESS && flag == MPI_THREAD_MULTIPLE);
    CHECK(MPI_Is_thread_main(&flag) == MPI_SUCCESS && flag == 1);
    CHECK(pthread_create(&thread, NULL, is_main_thread, &flag) == 0);
    CHECK(pthread_join(thread, NULL) == 0 && flag == 0);
    CHECK(MPI_Get_processor_name(name, &length) == MPI_SUCCESS);
    CHECK((size_t)length == strlen(name) && strstr(name, ":core1"));
    CHECK(MPI_Pcontrol(1, "anything") == MPI_SUCCESS);
    CHECK(MPI_Wtick() > 0 && MPI_Wtick() < 1e-3);
    CHECK(MPI_Wtime() >= start);
    CHECK(ENDS_JOB(MPI_Init(NULL, NULL)));
    CHECK(ended_as(MPI_ERR_OTHER, "MPI_Init", "initialized already"));
    CHECK(ENDS_JOB(MPI_Abort(MPI_COMM_WORLD, 7)) && fake_kernel.status == 7);
    CHECK(ENDS_JOB(MPI_Abort(MPI_COMM_NULL, -1)) && fake_kernel.status == 255);
    CHECK(ENDS_JOB(MPI_Abort(MPI_COMM_SELF, 256)) && fake_kernel.status == 1);
    CHECK(*fake_kernel.message == 0);
}

// MPI_Init where there is no kernel: one sentence that names mpicc, status 1.
static void check_without_kernel(void)
{
    char text[400] = "";
    int ends[2], status;
    pid_t child;

    CHECK(pipe(ends) == 0);
    child = fork();
    if (child == 0) {
        fake_kernel.absent = true;
        dup2(ends[1], STDERR_FILENO);
        MPI_Init(NULL, NULL);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    CHECK(read(ends[0], text, sizeof text - 1) > 0);
    CHECK(strstr(text, "link it with mpicc") && strchr(text, '\n') == text + strlen(text) - 1);
}

int main(void)
{
    int flag, provided = -1;

    check_without_kernel();
    CHECK(MPI_Initialized(&flag) == MPI_SUCCESS && flag == 0);
    CHECK(MPI_Finalized(&flag) == MPI_SUCCESS && flag == 0);
    check_any_time();
    check_outside("called before MPI_Init");
    CHECK(ENDS_JOB(MPI_Init_thread(NULL, NULL, 17, &provided)));
    CHECK(ended_as(MPI_ERR_ARG, "MPI_Init_thread", "required is 17"));
    CHECK(MPI_Init_thread(NULL, NULL, MPI_THREAD_MULTIPLE, &provided) == MPI_SUCCESS);
    CHECK(provided == MPI_THREAD_MULTIPLE);
    check_running();
    check_communicators();
    check_memory();
    CHECK(MPI_Finalize() == MPI_SUCCESS && fake_kernel.finalized == 1);
    CHECK(MPI_Initialized(&flag) == MPI_SUCCESS && flag == 1);
    CHECK(MPI_Finalized(&flag) == MPI_SUCCESS && flag == 1);
    check_any_time();
    check_outside("called after MPI_Finalize");
    CHECK(ENDS_JOB(MPI_Init(NULL, NULL)));
    CHECK(ended_as(MPI_ERR_OTHER, "MPI_Init", "cannot be initialized again"));
    printf("done %d\n", cases);
    return 0;
}
