// SPDX-License-Identifier: BSD-2-Clause
// topo.c: `torito topo IMAGE`: becomes QEMU with the image, whose kernel prints what it finds and ends the
// machine before the program runs (the word torito.topo on its command line).
#include "tools/torito/topo.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/common/image_file.h"

#define WORDS_MAX 256

static const char usage[] =
    "Usage: torito topo IMAGE [OPTION]... [-- QEMU-OPTION...]\n"
    "Prints what the kernel in the image sees of a virtual machine: the front door, CPUs and APIC\n"
    "ids, NUMA nodes, the memory map and each rank's part of it, clock and features. The program\n"
    "does not run.\n"
    "\n"
    "  --machine NAME  QEMU's machine: microvm or q35, with properties if you like (microvm)\n"
    "  --accel NAME    tcg or kvm (tcg)\n"
    "  --cores N       CPUs (1)\n"
    "  --mem SIZE      memory, as QEMU's -m takes it (512M)\n"
    "  --              what follows goes to QEMU as it is: -numa, -cpu\n"
    "\n"
    "Elsewhere the word torito.topo on the kernel's command line does the same:\n"
    "torito iso IMAGE --hold -- torito.topo\n";

struct topo {
    const char *image, *machine, *accel, *cores, *memory;
    char **more; // QEMU's own options
};

static int complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int complain(int status, const char *format, ...)
{
    va_list list;

    fputs("torito topo: ", stderr);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    return status;
}

// Where the value of an option goes, NULL if there is none of that name.
static const char **option(struct topo *topo, const char *name)
{
    if (strcmp(name, "--machine") == 0)
        return &topo->machine;
    if (strcmp(name, "--accel") == 0)
        return &topo->accel;
    if (strcmp(name, "--cores") == 0)
        return &topo->cores;
    return strcmp(name, "--mem") == 0 ? &topo->memory : NULL;
}

// Returns -1 to go on, or the exit status.
static int options_read(struct topo *topo, int argc, char *argv[])
{
    for (int i = 1; i < argc; i++) {
        const char **value = option(topo, argv[i]);

        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(usage, stdout);
            return 0;
        }
        if (strcmp(argv[i], "--") == 0) {
            topo->more = argv + i + 1;
            break;
        }
        if (value != NULL && ++i == argc)
            return complain(2, "a value is missing behind \"%s\"", argv[i - 1]);
        if (value != NULL)
            *value = argv[i];
        else if (argv[i][0] == '-')
            return complain(2, "there is no option \"%s\"; torito topo --help tells more", argv[i]);
        else if (topo->image != NULL)
            return complain(2, "one image at a time, not \"%s\" as well", argv[i]);
        else
            topo->image = argv[i];
    }
    return topo->image != NULL ? -1 : complain(2, "which image? torito topo --help tells more");
}

int topo_command(int argc, char *argv[])
{
    char error[IMAGE_FILE_ERROR_BYTES], accel[64];
    struct topo topo = {.machine = "microvm", .accel = "tcg", .cores = "1", .memory = "512M"};
    struct image_file image;
    int status = options_read(&topo, argc, argv);
    size_t count = 0;

    if (status >= 0)
        return status;
    if (image_file_open(&image, topo.image, error) != IMAGE_FILE_GOOD)
        return complain(1, "%s", error);
    image_file_close(&image);
    snprintf(accel, sizeof accel, "%s%s", topo.accel,
             strcmp(topo.accel, "tcg") == 0 ? ",thread=multi" : "");

    const char *const fixed[] = {"qemu-system-x86_64", "-nodefaults", "-no-user-config",
                                 "-no-reboot", "-display", "none", "-serial", "stdio", "-M",
                                 topo.machine, "-accel", accel, "-smp", topo.cores, "-m",
                                 topo.memory, "-kernel", topo.image, "-append", "torito.topo",
                                 // What mpiexec asks for, unless a later -cpu says otherwise.
                                 "-cpu", strcmp(topo.accel, "kvm") == 0 ? "host" : "max"};
    const char *words[WORDS_MAX + 1];

    for (; count < sizeof fixed / sizeof fixed[0]; count++)
        words[count] = fixed[count];
    for (char **more = topo.more; more != NULL && *more != NULL; more++) {
        if (count == WORDS_MAX)
            return complain(2, "more options for QEMU than fit");
        words[count++] = *more;
    }
    words[count] = NULL;
    execvp(words[0], (char *const *)words);
    return complain(1, "%s: %s; install the package qemu-system-x86", words[0], strerror(errno));
}
