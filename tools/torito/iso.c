// SPDX-License-Identifier: BSD-2-Clause
// iso.c: `torito iso IMAGE`: a CD with GRUB for BIOS and for UEFI, the image, and a script that starts it.
//
// grub-mkrescue makes the file; it can as well be written to a USB stick byte for byte. All that is made
// on the way lies in one temporary folder beside the CD, and the CD appears under its name when it
// is complete.
#include "tools/torito/iso.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/common/image_file.h"
#include "tools/torito/grub_config.h"
#include "tools/torito/image_check.h"

static const char usage[] =
    "Usage: torito iso IMAGE [-o FILE] [-n RANKS] [--cores CORES] [--hold] [-- ARGUMENT...]\n"
    "Makes a CD from which a PC starts the image, with BIOS or UEFI; on a USB stick it does the "
    "same.\n"
    "The program writes to the first serial port and, with BIOS, to the screen.\n"
    "\n"
    "  -o FILE        the CD (IMAGE.iso)\n"
    "  -n RANKS       how many ranks (one for each core)\n"
    "  --cores CORES  how many of the machine's CPUs are used (all)\n"
    "  --hold         do not switch the machine off when the program has ended\n"
    "  --             what follows are the program's arguments; words that begin with \"torito.\" "
    "and\n"
    "                 \"tsc_khz=\" are for the kernel\n";

struct iso {
    struct grub_config config;
    const char *image;
    char output[PATH_MAX];
    char folder[PATH_MAX + 16]; // temporary
};

static volatile sig_atomic_t child_pid, stopped_by;

static bool complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

static bool complain(const char *format, ...)
{
    va_list list;

    fputs("torito iso: ", stderr);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    return false;
}

// --- the command line ---

static bool number(const char *text, uint32_t *out)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || *end != '\0' || value < 1 || value > 1024)
        return false;
    *out = (uint32_t)value;
    return true;
}

// Returns -1 to go on, or the exit status.
static int usage_error(const char *text, const char *word)
{
    complain("%s%s%s%s; torito iso --help tells more", text, word ? " \"" : "", word ? word : "",
             word ? "\"" : "");
    return 2;
}

static int option_read(struct iso *iso, int argc, char *argv[], int *at, const char **output)
{
    const char *word = argv[*at];

    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    if (strcmp(word, "--hold") == 0) {
        iso->config.hold = true;
        return -1;
    }
    if (strcmp(word, "-o") != 0 && strcmp(word, "-n") != 0 && strcmp(word, "--cores") != 0)
        return usage_error("there is no option", word);
    if (++*at >= argc)
        return usage_error("a value is missing behind", word);
    if (word[1] == 'o')
        *output = argv[*at];
    else if (!number(argv[*at], word[1] == 'n' ? &iso->config.ranks : &iso->config.cores))
        return usage_error("a number from 1 to 1024 is wanted, not", argv[*at]);
    return -1;
}

static int options_read(struct iso *iso, int argc, char *argv[])
{
    const char *output = NULL;

    for (int i = 1; i < argc; i++) {
        int status = -1;

        if (strcmp(argv[i], "--") == 0) {
            iso->config.argv = argv + i + 1;
            iso->config.argc = argc - i - 1;
            break;
        }
        if (argv[i][0] == '-')
            status = option_read(iso, argc, argv, &i, &output);
        else if (iso->image != NULL)
            return usage_error("one image at a time; arguments of the program stand behind --:",
                               argv[i]);
        else
            iso->image = argv[i];
        if (status >= 0)
            return status;
    }
    if (iso->image == NULL)
        return usage_error("which image?", NULL);
    if (snprintf(iso->output, sizeof iso->output, "%s%s", output ? output : iso->image,
                 output ? "" : ".iso") >= (int)sizeof iso->output - 64)
        return usage_error("the name of the CD is too long", NULL);
    return -1;
}

// --- what it takes ---

static bool in_path(const char *name)
{
    const char *path = getenv("PATH");
    char file[PATH_MAX];

    for (; path != NULL && *path != '\0'; path += strcspn(path, ":"), path += *path == ':')
        if (snprintf(file, sizeof file, "%.*s/%s", (int)strcspn(path, ":"), path, name) <
                (int)sizeof file &&
            access(file, X_OK) == 0)
            return true;
    return false;
}

static bool tools_there(void)
{
    static const struct {
        const char *what, *package;
    } needed[] = {
        {"grub-mkrescue", "grub-common"},
        {"xorriso", "xorriso"},
        {"mformat", "mtools"},
        {"/usr/lib/grub/i386-pc/multiboot2.mod", "grub-pc-bin"},
        {"/usr/lib/grub/x86_64-efi/multiboot2.mod", "grub-efi-amd64-bin"},
    };
    char packages[256] = "";

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        const char *what = needed[i].what;

        if (what[0] == '/' ? access(what, R_OK) == 0 : in_path(what))
            continue;
        complain("there is no %s", what);
        strcat(strcat(packages, " "), needed[i].package); // all of them fit
    }
    return packages[0] == '\0' ? true : complain("to be installed for that:%s", packages);
}

static bool image_good(const char *path)
{
    char error[IMAGE_FILE_ERROR_BYTES], why[IMAGE_WHY_BYTES];
    struct image_file image;
    bool good;

    if (image_file_open(&image, path, error) != IMAGE_FILE_GOOD)
        return complain("%s", error);
    good = image_check(&image, why);
    image_file_close(&image);
    return good ? true : complain("\"%s\" breaks a rule of images: %s", path, why);
}

// --- the folder ---

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    remove(path);
    return 0;
}

static bool folder_make(struct iso *iso)
{
    static const char *const below[] = {"cd", "cd/boot", "cd/boot/grub", "tmp"};
    char path[PATH_MAX + 48];

    snprintf(iso->folder, sizeof iso->folder, "%s.XXXXXX", iso->output);
    if (mkdtemp(iso->folder) == NULL) {
        iso->folder[0] = '\0';
        return complain("nothing can be written beside \"%s\": %s", iso->output, strerror(errno));
    }
    for (size_t i = 0; i < sizeof below / sizeof below[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", iso->folder, below[i]);
        if (mkdir(path, 0755) != 0)
            return complain("\"%s\": %s", path, strerror(errno));
    }
    return true;
}

static bool copy(const char *from, const char *to)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    ssize_t sent = in < 0 || out < 0 ? -1 : 1;

    while (sent > 0) // ends at the end of the file
        sent = sendfile(out, in, NULL, 1 << 30);
    if (in >= 0)
        close(in);
    if (out >= 0 && close(out) != 0)
        sent = -1;
    return sent == 0 ? true : complain("\"%s\" cannot be copied: %s", from, strerror(errno));
}

static bool folder_fill(const struct iso *iso)
{
    static char text[GRUB_CONFIG_BYTES];
    const char *wrong = grub_config_write(&iso->config, text);
    char path[PATH_MAX + 48];
    FILE *file;

    if (wrong != NULL)
        return complain("%s", wrong);
    snprintf(path, sizeof path, "%s/cd/boot/image", iso->folder);
    if (!copy(iso->image, path))
        return false;
    snprintf(path, sizeof path, "%s/cd/boot/grub/grub.cfg", iso->folder);
    file = fopen(path, "we");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        return complain("\"%s\": %s", path, strerror(errno));
    return true;
}

// --- grub-mkrescue ---

static void stop(int signal)
{
    stopped_by = signal;
    if (child_pid > 0)
        kill(child_pid, signal);
}

static void mkrescue_run(const struct iso *iso)
{
    char temporary[PATH_MAX + 32], log[PATH_MAX + 32], cd[PATH_MAX + 32], output[PATH_MAX + 32];
    // The modules a CD needs: a fifth of the size, and a sixth of the time.
    const char *modules =
        "--install-modules=normal test echo serial multiboot2 iso9660 fat part_msdos "
        "part_gpt all_video";
    const char *const command[] = {"grub-mkrescue",
                                   "--compress=no",
                                   "--fonts=",
                                   "--locales=",
                                   "--themes=",
                                   modules,
                                   "-o",
                                   output,
                                   cd,
                                   NULL};
    int fd;

    snprintf(temporary, sizeof temporary, "%s/tmp", iso->folder);
    snprintf(log, sizeof log, "%s/log", iso->folder);
    snprintf(cd, sizeof cd, "%s/cd", iso->folder);
    snprintf(output, sizeof output, "%s/iso", iso->folder);
    setenv("TMPDIR", temporary, 1);
    fd = open(log, O_WRONLY | O_CREAT, 0644);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    execvp(command[0], (char *const *)command);
    _exit(127);
}

// The last lines of what grub-mkrescue said.
static void log_show(const struct iso *iso)
{
    char path[PATH_MAX + 32], text[2048] = "";
    size_t bytes = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/log", iso->folder);
    file = fopen(path, "re");
    if (file != NULL &&
        (fseek(file, -(long)sizeof text, SEEK_END) == 0 || fseek(file, 0, SEEK_SET) == 0))
        bytes = fread(text, 1, sizeof text, file);
    fwrite(text, 1, bytes, stderr);
    if (file != NULL)
        fclose(file);
}

static bool cd_make(const struct iso *iso)
{
    struct sigaction action = {.sa_handler = stop};
    char made[PATH_MAX + 32];
    int status = 0;
    pid_t pid;

    for (size_t i = 0; i < 3; i++)
        sigaction((const int[]){SIGINT, SIGTERM, SIGHUP}[i], &action, NULL);
    pid = stopped_by ? -1 : fork();
    if (pid == 0)
        mkrescue_run(iso);
    child_pid = pid;
    if (stopped_by && pid > 0) // between the fork and this line
        kill(pid, SIGTERM);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (stopped_by)
        return complain("interrupted");
    snprintf(made, sizeof made, "%s/iso", iso->folder);
    if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0 || access(made, R_OK) != 0) {
        log_show(iso);
        return complain("grub-mkrescue failed; above is what it said");
    }
    if (rename(made, iso->output) != 0)
        return complain("\"%s\": %s", iso->output, strerror(errno));
    return true;
}

int iso_command(int argc, char *argv[])
{
    static struct iso iso;
    int status = options_read(&iso, argc, argv);
    bool good;

    if (status >= 0)
        return status;
    good = image_good(iso.image) && tools_there() && folder_make(&iso) && folder_fill(&iso) &&
           cd_make(&iso);
    if (iso.folder[0] != '\0')
        nftw(iso.folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    if (good)
        printf("%s\n", iso.output);
    return good ? 0 : 1;
}
