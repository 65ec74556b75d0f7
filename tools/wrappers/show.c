// SPDX-License-Identifier: BSD-2-Clause
// show.c: -show, -showme:*, -compile_info, -link_info, -help.
#include "tools/wrappers/show.h"

#include <string.h>

// Blanks are common in paths, and CMake's FindMPI knows double quotes only.
static void show_word(FILE *stream, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_=+,./:@%^";

    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        fputs(word, stream);
        return;
    }
    fputc('"', stream);
    for (; *word != '\0'; word++) {
        if (strchr("\\\"$`", *word) != NULL)
            fputc('\\', stream);
        fputc(*word, stream);
    }
    fputc('"', stream);
}

void show_command(FILE *stream, const struct words *command)
{
    for (size_t i = 0; i < command->count; i++) {
        if (i > 0)
            fputc(' ', stream);
        show_word(stream, command->word[i]);
    }
    fputc('\n', stream);
}

static void show_version(const struct wrapper *wrapper)
{
    static const char *const names[] = {
        [LANGUAGE_C] = "C", [LANGUAGE_CXX] = "C++", [LANGUAGE_FORTRAN] = "Fortran"};

    printf("%s: Torito %s (Language: %s)\n", wrapper->name, TORITO_VERSION,
           names[wrapper->flags.language]);
}

bool show_topic(const struct wrapper *wrapper, const char *topic)
{
    static const struct {
        const char *topic;
        void (*collect)(const struct flags *, struct words *);
    } lists[] = {
        {"compile", flags_compile},      {"link", flags_link},      {"incdirs", flags_include_dirs},
        {"libdirs", flags_library_dirs}, {"libs", flags_libraries},
    };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (strcmp(topic, lists[i].topic) == 0) {
            struct words words = {0};

            lists[i].collect(&wrapper->flags, &words);
            show_command(stdout, &words);
            return true;
        }
    }
    if (strcmp(topic, "command") == 0)
        show_command(stdout, &wrapper->compiler);
    else if (strcmp(topic, "version") == 0)
        show_version(wrapper);
    else if (strcmp(topic, "help") == 0)
        show_help(wrapper);
    else
        return false;
    return true;
}

void show_compile_info(const struct wrapper *wrapper)
{
    struct words command = {0};

    words_append(&command, &wrapper->compiler);
    flags_compile(&wrapper->flags, &command);
    show_command(stdout, &command);
}

void show_link_info(const struct wrapper *wrapper)
{
    struct words command = {0};

    words_append(&command, &wrapper->compiler);
    flags_link(&wrapper->flags, &command);
    show_command(stdout, &command);
}

void show_help(const struct wrapper *wrapper)
{
    printf("Usage: %s [OPTION]... [COMPILER ARGUMENT]...\n"
           "Compiles and links MPI programs; a link makes a Torito image, which runs as a Linux\n"
           "process and boots as a virtual machine. All other arguments go to the compiler.\n"
           "\n"
           "  -show, -showme          print the compiler's command line instead of running it\n"
           "  -showme:TOPIC           print one part: command, compile, link, incdirs, libdirs,\n"
           "                          libs, version, help\n"
           "  -compile_info           print how to compile\n"
           "  -link_info              print how to link\n"
           "  -echo                   print the command line, then run it\n"
           "  -cc=NAME, -cxx=NAME, -fc=NAME\n"
           "                          the compiler to use, as the environment's TORITO_CC,\n"
           "                          TORITO_CXX, TORITO_FC (MPICH_CC..., OMPI_CC... also work)\n"
           "  -v                      print the version, then what the compiler does\n"
           "  -help                   this text; --help is the compiler's own\n",
           wrapper->name);
}
