// SPDX-License-Identifier: BSD-2-Clause
// options_test.c: command lines that must be understood, and those that must be refused with a reason.
#include "options.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Options live as long as mpiexec does, so nothing frees them.
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

static int cases, failures;

static void check(bool good, const char *what)
{
    cases++;
    if (!good) {
        failures++;
        printf("FAILED: %s\n", what);
    }
}

// Parses words separated by blanks.
static bool parse(struct options *options, const char *line, char *error)
{
    char *copy = strdup(line), *save = NULL;
    char *argv[64];
    int argc = 0;

    for (char *word = strtok_r(copy, " ", &save); word != NULL && argc < 63;
         word = strtok_r(NULL, " ", &save))
        argv[argc++] = word;
    argv[argc] = NULL;
    *error = '\0';
    return options_parse(options, argc, argv, error); // the words stay: options point into them
}

static void refuse(const char *line, const char *reason)
{
    char error[OPTIONS_ERROR_BYTES];
    struct options options;
    bool good = parse(&options, line, error);

    check(!good && strstr(error, reason) != NULL, line);
    if (good || strstr(error, reason) == NULL)
        printf("  said: %s\n", good ? "(accepted)" : error);
}

static struct options accept(const char *line)
{
    char error[OPTIONS_ERROR_BYTES];
    struct options options;
    bool good = parse(&options, line, error);

    check(good, line);
    if (!good) {
        printf("  said: %s\n", error);
        exit(1);
    }
    return options;
}

static void test_refusals(void)
{
    static const char *const bad_n[] = {"0", "-1", "abc", "2x", "99999999999999999999", "+1"};
    char line[64];

    for (size_t i = 0; i < sizeof bad_n / sizeof bad_n[0]; i++) {
        snprintf(line, sizeof line, "-n %s a", bad_n[i]);
        refuse(line, "-n needs a number");
    }
    refuse("", "no program");
    refuse("-n 2", "no program");
    refuse("-n", "needs a value");
    refuse("a : -n 2", "names no program");
    refuse("a : : b", "names no program");
    refuse("--bogus a", "--bogus");
    refuse("--genvall=1 a", "--genvall=1");
    refuse("-soft 1:2 a", "not supported");
    refuse("-arch x a", "not supported");
    refuse("-file x a", "not supported");
    refuse("-memory-alloc-kinds x a", "not supported");
    refuse("--timeout never a", "seconds");
    refuse("--timeout 0 a", "seconds");
    refuse("--stdin maybe a", "--stdin");
    refuse("--machine toaster a", "--machine");
    refuse("--accel warp a", "--accel");
    refuse("--machine linux --accel tcg a", "--accel");
    refuse("--files nfs a", "--files");
    refuse("--machine linux --files 9p a", "--files");
    refuse("--mem lots a", "size");
    refuse("--cores 0 a", "1 to 256");
    refuse("-env =B a", "name");
    refuse("-env A=B", "program");
    refuse("-env A", "two values");
    refuse("-hosts a,,b x", "empty");
    refuse("-host a:zero x", "colon");
    refuse("-hostfile /nonexistent x", "/nonexistent");
    refuse("-configfile /nonexistent", "/nonexistent");
}

static void test_sections(void)
{
    struct options o =
        accept("-n 3 -wdir /tmp -env A B a -n 7 -x : --np 2 -path /p --x C=D b : c :d");

    check(o.section_count == 3, "three sections");
    check(o.section[0].ranks == 3 && o.section[1].ranks == 2 && o.section[2].ranks == 0, "ranks");
    check(strcmp(o.section[0].wdir, "/tmp") == 0 && o.section[1].wdir == NULL, "-wdir is local");
    check(strcmp(o.section[1].path, "/p") == 0, "-path is local");
    check(o.section[0].argv.count == 4 && strcmp(o.section[0].argv.word[1], "-n") == 0,
          "arguments of the program are left alone");
    check(strcmp(o.section[0].env.set.word[0], "A=B") == 0, "-env");
    check(strcmp(o.section[1].env.set.word[0], "C=D") == 0, "-x");
    check(o.section[2].argv.count == 2 && strcmp(o.section[2].argv.word[1], ":d") == 0,
          "colons in words");
    o = accept("-n 2 -- -odd");
    check(strcmp(o.section[0].argv.word[0], "-odd") == 0, "-- ends the options");
}

static void test_values(void)
{
    struct options o = accept("--machine qemu --mem 1.5G --cores=5 --timeout=2.5 --stdin all -l a");

    check(o.machine == MACHINE_MICROVM && o.mem_bytes == 3ull << 29 && o.cores == 5, "machine");
    check(o.timeout_s == 2.5 && o.stdin_rank == STDIN_ALL, "time and input");
    check(o.prefix == PREFIX_PATTERN && strcmp(o.prefix_pattern, "[%r] ") == 0, "-l");
    o = accept("--mem 64M a");
    check(o.mem_bytes == 64u << 20, "64M");
    o = accept("--mem 64 a");
    check(o.mem_bytes == 64u << 20, "a plain number is MiB");
    o = accept("--mem 64MiB a");
    check(o.mem_bytes == 64u << 20, "64MiB");
    o = accept("--machine q35 --files 9p a");
    check(o.files == FILES_9P, "--files");
    o = accept("--accel tcg a");
    check(o.machine == MACHINE_MICROVM && o.accel == ACCEL_TCG, "--accel asks for a VM");
    o = accept("-hosts localhost:3,127.0.0.1:2,[::1]:1,::1 a");
    check(o.hosts.count == 4 && o.host_slots == 6, "hosts with slots");
    o = accept("-genvlist A,B -envnone -genv C D a");
    check(o.genv.pass == ENV_LIST && strcmp(o.genv.list, "A,B") == 0, "-genvlist");
    check(o.section[0].env.pass == ENV_NONE && strcmp(o.genv.set.word[0], "C=D") == 0, "-envnone");
    o = accept("-genv E=F=G -env H= a b");
    check(strcmp(o.genv.set.word[0], "E=F=G") == 0 &&
              strcmp(o.section[0].env.set.word[0], "H=") == 0 && o.section[0].argv.count == 2,
          "-env in one word");
    check(!accept("-bind-to core a").no_bind && accept("-bind-to none a").no_bind &&
              accept("--bind-to none a").no_bind,
          "-bind-to none");
    o = accept("--mca a b -iface eth0 -rmk x --allow-run-as-root --oversubscribe -bind-to socket "
               "-map-by core -initial-errhandler mpi_errors_return -launcher ssh a");
    check(o.section[0].argv.count == 1 && o.notes.count == 5, "options taken with a note");
    check(strcmp(o.section[0].env.set.word[0], "TORITO_INITIAL_ERRHANDLER=mpi_errors_return") == 0,
          "-initial-errhandler");
    setenv("MPIEXEC_TIMEOUT", "7", 1);
    o = accept("a");
    check(o.timeout_s == 7, "MPIEXEC_TIMEOUT");
    o = accept("--timeout 8 a");
    check(o.timeout_s == 8, "--timeout goes before MPIEXEC_TIMEOUT");
    unsetenv("MPIEXEC_TIMEOUT");
    check(accept("-h").action == ACTION_HELP && accept("--help output").action == ACTION_HELP,
          "help");
    check(accept("--version").action == ACTION_VERSION && accept("-V").action == ACTION_VERSION,
          "version");
}

static void test_configfile(void)
{
    static const char text[] = "# a comment\n"
                               "-n 2 a 'one word' \"two \\\"words\\\"\" \\\n  three\\ words # end\n"
                               "\n-n 3 b";
    char path[] = "/tmp/options_test.XXXXXX", line[64];
    int fd = mkstemp(path);
    struct options o;

    check(fd >= 0 && write(fd, text, sizeof text - 1) == sizeof text - 1, "temporary file");
    snprintf(line, sizeof line, "-l -configfile %s", path);
    o = accept(line);
    check(o.section_count == 2 && o.section[1].ranks == 3, "a line is a section");
    check(o.section[0].argv.count == 4 && strcmp(o.section[0].argv.word[2], "two \"words\"") == 0 &&
              strcmp(o.section[0].argv.word[3], "three words") == 0,
          "quotes");
    check(o.prefix == PREFIX_PATTERN, "options before the file hold");
    check(ftruncate(fd, 0) == 0 && pwrite(fd, "a 'open\n", 8, 0) == 8, "write");
    refuse(line, "quote");
    close(fd);
    unlink(path);
}

int main(void)
{
    unsetenv("MPIEXEC_TIMEOUT");
    test_refusals();
    test_sections();
    test_values();
    test_configfile();
    if (failures == 0)
        printf("done %d\n", cases);
    return failures != 0;
}
