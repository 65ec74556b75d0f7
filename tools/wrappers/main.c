// SPDX-License-Identifier: BSD-2-Clause
// main.c: mpicc, mpicxx, mpifort and their other names: one program that looks at how it is called.
//
// A wrapper adds to the user's arguments, in MPICH's order (the user's first), what makes the
// compiler find Torito. The link alone makes the image; the wrapper then only checks it.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/wrappers/command.h"
#include "tools/wrappers/flags.h"
#include "tools/wrappers/link.h"
#include "tools/wrappers/show.h"

#define VARIABLES_MAX 8

static const struct {
    const char *name;
    enum language language;
} names[] = {
    {"mpicc", LANGUAGE_C},        {"mpicxx", LANGUAGE_CXX},      {"mpic++", LANGUAGE_CXX},
    {"mpiCC", LANGUAGE_CXX},      {"mpifort", LANGUAGE_FORTRAN}, {"mpif90", LANGUAGE_FORTRAN},
    {"mpif77", LANGUAGE_FORTRAN},
};

// Which compiler: -cc=, then the environment, ours first, then the build's default.
static const struct compiler_choice {
    const char *option[3];
    const char *variable[VARIABLES_MAX];
    const char *fallback;
} choices[] = {
    [LANGUAGE_C] = {{"-cc="}, {"TORITO_CC", "MPICH_CC", "OMPI_CC"}, TORITO_DEFAULT_CC},
    [LANGUAGE_CXX] = {{"-cxx=", "-CC="}, {"TORITO_CXX", "MPICH_CXX", "OMPI_CXX"}, TORITO_DEFAULT_CXX},
    [LANGUAGE_FORTRAN] = {{"-fc=", "-f90=", "-f77="},
                          {"TORITO_FC", "MPICH_FC", "MPICH_F90", "MPICH_F77", "OMPI_FC", "OMPI_F90",
                           "OMPI_F77"},
                          TORITO_DEFAULT_FC},
};

// The wrapper's own options.
struct options {
    bool show, echo, version, compile_info, link_info, help;
    const char *topic;    // of -showme:TOPIC
    const char *compiler; // of -cc=
    struct words user;    // all other arguments
};

static enum language language_of(const char *name)
{
    size_t length = strlen(name);
    static const char suffix[] = ".torito"; // as Debian's alternatives call it

    if (length > strlen(suffix) && strcmp(name + length - strlen(suffix), suffix) == 0)
        length -= strlen(suffix);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (length == strlen(names[i].name) && strncmp(name, names[i].name, length) == 0)
            return names[i].language;
    fprintf(stderr,
            "%s: call this program mpicc, mpicxx or mpifort: its name chooses the "
            "language\n",
            name);
    exit(1);
}

// Finds the file that execvp would run.
static bool find_program(const char *name, struct stat *found)
{
    const char *path = getenv("PATH");

    if (strchr(name, '/') != NULL)
        return stat(name, found) == 0;
    if (path == NULL)
        return false;
    while (*path != '\0') { // ends with PATH
        size_t length = strcspn(path, ":");
        char *file = words_format("%.*s/%s", (int)length, path, name);
        bool is = access(file, X_OK) == 0 && stat(file, found) == 0 && S_ISREG(found->st_mode);

        free(file);
        if (is)
            return true;
        path += length + (path[length] == ':');
    }
    return false;
}

// CMake's FindMPI sets MPICH_CC to CMAKE_C_COMPILER, which may be mpicc: no wrapper wraps itself.
static bool is_wrapper(const char *compiler)
{
    struct words words = {0};
    struct stat program, self;

    words_add_split(&words, compiler);
    return words.count == 0 ||
           (find_program(words.word[0], &program) && stat("/proc/self/exe", &self) == 0 &&
            program.st_dev == self.st_dev && program.st_ino == self.st_ino);
}

static struct words compiler_choose(enum language language, const char *option)
{
    const struct compiler_choice *choice = &choices[language];
    struct words compiler = {0};

    for (size_t i = 0; i < VARIABLES_MAX && option == NULL && choice->variable[i] != NULL; i++) {
        option = getenv(choice->variable[i]);
        if (option != NULL && is_wrapper(option))
            option = NULL;
    }
    words_add_split(&compiler, option != NULL ? option : choice->fallback);
    return compiler;
}

static bool starts_with(const char *word, const char *prefix)
{
    return strncmp(word, prefix, strlen(prefix)) == 0;
}

// Takes -cc=NAME and its like. Returns false if `word` is something else.
static bool read_compiler_option(struct options *options, const struct compiler_choice *choice,
                                 const char *word)
{
    for (size_t i = 0; i < sizeof(choice->option) / sizeof(choice->option[0]); i++) {
        if (choice->option[i] != NULL && starts_with(word, choice->option[i])) {
            options->compiler = word + strlen(choice->option[i]);
            return true;
        }
    }
    return false;
}

static void read_option(struct options *options, const struct compiler_choice *choice,
                        const char *word)
{
    // One dash or two, as Open MPI's users write it.
    const char *name = starts_with(word, "--showme") ? word + 1 : word;

    if (strcmp(name, "-show") == 0 || strcmp(name, "-showme") == 0)
        options->show = true;
    else if (starts_with(name, "-showme:"))
        options->topic = name + strlen("-showme:");
    else if (strcmp(name, "-compile_info") == 0 || strcmp(name, "-compile-info") == 0)
        options->compile_info = true;
    else if (strcmp(name, "-link_info") == 0 || strcmp(name, "-link-info") == 0)
        options->link_info = true;
    else if (strcmp(name, "-echo") == 0)
        options->echo = true;
    else if (strcmp(name, "-help") == 0)
        options->help = true;
    else if (strcmp(name, "-static-mpi") == 0 || strcmp(name, "-mpi-abi") == 0)
        return; // always so
    else if (!read_compiler_option(options, choice, word))
        words_add(&options->user, word);
    if (strcmp(word, "-v") == 0)
        options->version = true; // and on to the compiler
}

// The whole command line for the compiler.
static struct words command_line(const struct wrapper *wrapper, const struct command *user,
                                 bool complete)
{
    bool link = complete || user->kind == COMMAND_LINK_IMAGE;
    struct words line = {0};

    words_append(&line, &wrapper->compiler);
    // First, so that an option of the user's overrides it; compilers that make PIEs anyway abound.
    if (complete || user->kind != COMMAND_QUERY)
        words_add(&line, "-fPIE");
    if (link && user->arguments.count > 0)
        words_add(&line, "-Wl,-Bstatic"); // the user's -l, too, mean static libraries
    words_append(&line, &user->arguments);
    if (complete || user->kind != COMMAND_QUERY)
        flags_compile(&wrapper->flags, &line);
    if (link) {
        words_add(&line, "-pie");
        // As C++ and Fortran compilers do by themselves: a shared library would bring the libm that it
        // needs, a static one does not. Autoconf's FLIBS are such: -lm goes before -lquadmath there.
        if (wrapper->flags.language == LANGUAGE_C && user->arguments.count > 0)
            words_add(&line, "-lm");
        flags_link(&wrapper->flags, &line);
    }
    return line;
}

// Returns whether the options asked for something to be printed, and prints it.
static bool show_information(const struct wrapper *wrapper, const struct options *options)
{
    if (options->topic != NULL) {
        if (!show_topic(wrapper, options->topic)) {
            fprintf(stderr, "%s: no topic %s: -showme:help lists them\n", wrapper->name,
                    options->topic);
            exit(1);
        }
    } else if (options->compile_info) {
        show_compile_info(wrapper);
    } else if (options->link_info) {
        show_link_info(wrapper);
    } else if (options->help) {
        show_help(wrapper);
    } else {
        return false;
    }
    return true;
}

int main(int argc, char *argv[])
{
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    struct wrapper wrapper = {.name = slash != NULL ? slash + 1 : argc > 0 ? argv[0] : "mpicc"};
    enum language language = language_of(wrapper.name);
    struct options options = {0};
    struct command user;
    struct words line;

    for (int i = 1; i < argc; i++)
        read_option(&options, &choices[language], argv[i]);
    wrapper.flags = flags_find(wrapper.name, language);
    wrapper.compiler = compiler_choose(language, options.compiler);
    if (wrapper.compiler.count == 0) {
        fprintf(stderr, "%s: no compiler named: give one, as in -cc=gcc\n", wrapper.name);
        return 1;
    }
    if (show_information(&wrapper, &options))
        return 0;

    command_read(&user, &options.user);
    line = command_line(&wrapper, &user, options.show && options.user.count == 0);
    if (options.show) {
        show_command(stdout, &line);
        return 0;
    }
    if (options.version)
        printf("%s for Torito version %s\n", wrapper.name, TORITO_VERSION);
    if (options.echo)
        show_command(stderr, &line);
    if (user.kind == COMMAND_LINK_IMAGE && !link_is_possible(wrapper.name, &user))
        return 1;
    if (user.kind == COMMAND_LINK_IMAGE && !user.dry_run)
        return link_image(wrapper.name, &line, user.output);
    compiler_become(wrapper.name, &line);
}
