// SPDX-License-Identifier: BSD-2-Clause
// link.c: runs the compiler, checks the image.
#define _GNU_SOURCE
#include "tools/wrappers/link.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/torito/image_check.h"
#include "tools/wrappers/hint.h"

_Noreturn void compiler_become(const char *wrapper, const struct words *command)
{
    fflush(NULL);
    // execvp does not write to the words, its type is older than const.
    execvp(command->word[0], (char *const *)(uintptr_t)command->word);
    if (errno == ENOENT)
        fprintf(stderr,
                "%s: compiler %s not found: install it, or name another by TORITO_CC, "
                "TORITO_CXX or TORITO_FC\n",
                wrapper, command->word[0]);
    else
        fprintf(stderr, "%s: cannot run the compiler %s: %s\n", wrapper, command->word[0],
                strerror(errno));
    _exit(127);
}

bool link_is_possible(const char *wrapper, const struct command *user)
{
    if (user->no_pie != NULL)
        fprintf(stderr,
                "%s: %s cannot make an image, since images are position independent: drop "
                "it (and -fno-pie when compiling)\n",
                wrapper, user->no_pie);
    else if (user->linker != NULL)
        fprintf(stderr,
                "%s: linker %s cannot make an image, which takes the linker script of GNU "
                "ld: drop -fuse-ld or use -fuse-ld=bfd\n",
                wrapper, user->linker);
    else if (user->shared_library != NULL)
        fprintf(stderr,
                "%s: %s is a shared library, which no image can load: link its static "
                "library (.a) instead\n",
                wrapper, user->shared_library);
    else if (user->sanitizer != NULL)
        fprintf(stderr,
                "%s: %s needs a dynamic libc, which no image has: drop it, or test the "
                "program with another MPI\n",
                wrapper, user->sanitizer);
    else if (user->profile != NULL)
        fprintf(stderr,
                "%s: %s needs a start file that is not position independent, and all ranks would "
                "write one gmon.out: drop it, or use perf(1) on the process\n",
                wrapper, user->profile);
    else
        return true;
    return false;
}

static int compiler_run(const char *wrapper, const struct words *command)
{
    int status;
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child < 0) {
        fprintf(stderr, "%s: cannot start the compiler: %s\n", wrapper, strerror(errno));
        return 1;
    }
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM); // who ends the wrapper means the compiler
        compiler_become(wrapper, command);
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

// Says why the file is no image, if it is none.
static bool output_check(const char *wrapper, const char *path)
{
    char error[IMAGE_FILE_ERROR_BYTES];
    char why[IMAGE_WHY_BYTES];
    struct image_file image;
    bool ok;

    if (image_file_open(&image, path, error) != IMAGE_FILE_GOOD) {
        fprintf(stderr, "%s: the link made no image: %s\n", wrapper, error);
        return false;
    }
    ok = image_check(&image, why);
    image_file_close(&image);
    if (!ok)
        fprintf(stderr, "%s: \"%s\" would be no image: %s\n", wrapper, path, why);
    return ok;
}

int link_image(const char *wrapper, const struct words *command, const char *output)
{
    struct stat before, after;
    bool existed = stat(output, &before) == 0;
    int status = compiler_run(wrapper, command);

    if (status != 0) {
        hint_static_libraries(wrapper, command);
        return status;
    }
    // No file, /dev/null, or an old one that the compiler left alone: nothing of ours to judge.
    if (stat(output, &after) != 0 || !S_ISREG(after.st_mode) ||
        (existed && same_file(&before, &after)))
        return 0;
    if (output_check(wrapper, output))
        return 0;
    unlink(output);
    return 1;
}
