// SPDX-License-Identifier: BSD-2-Clause
// options.h: the command line of mpiexec, parsed.
//
// `mpiexec [options] program [arguments] [: [options] program [arguments]]...`: one section for each
// part between colons. -n, -wdir, -path, -env and their like belong to the section they stand in,
// every other option to the whole job, wherever it stands.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum machine_kind { MACHINE_AUTO, MACHINE_LINUX, MACHINE_MICROVM, MACHINE_Q35 };
enum accel_kind { ACCEL_AUTO, ACCEL_KVM, ACCEL_TCG };
enum files_kind { FILES_AUTO, FILES_FORWARD, FILES_9P };
enum prefix_kind { PREFIX_NONE, PREFIX_PATTERN, PREFIX_TAG };
enum env_pass { ENV_UNSET, ENV_ALL, ENV_NONE, ENV_LIST };
enum action { ACTION_RUN, ACTION_HELP, ACTION_VERSION };

#define STDIN_ALL (-1)
#define STDIN_NONE (-2)

struct words { // a growing list of strings; NULL terminated
    char **word;
    uint32_t count;
};

void words_add(struct words *words, const char *word);

struct env_options {
    enum env_pass pass;
    const char *list; // ENV_LIST: names, separated by commas
    struct words set; // NAME=VALUE
};

struct section_options {
    uint32_t ranks; // 0: not given
    const char *wdir;
    const char *path;
    struct env_options env;
    struct words argv; // argv[0]: the program as given
};

struct options {
    enum action action;
    const char *help_topic;
    struct section_options *section;
    uint32_t section_count;
    struct env_options genv;
    uint32_t ranks_per_host; // -ppn; 0: not given
    struct words hosts;      // each with its ":n" cut off
    uint32_t host_slots;     // sum of the ":n" and "slots=n"; 0: none given
    enum machine_kind machine;
    enum accel_kind accel;
    uint32_t cores;     // 0: not given
    uint64_t mem_bytes; // 0: not given
    const char *qemu;
    enum prefix_kind prefix;
    const char *prefix_pattern;
    const char *outfile, *errfile;
    const char *trace;  // --trace, --trace-all: the file; NULL: off
    double timeout_s;   // 0: none
    int64_t stdin_rank; // or STDIN_ALL, STDIN_NONE
    bool trace_all, strace, timings, core, verbose, quiet;
    bool report_bindings, display_map;
    int64_t gdb_rank;    // --gdb; -1: not given
    bool no_bind;        // -bind-to none: the cores' threads are left to the host
    struct words mounts; // --mount, as given
    enum files_kind files;
    struct words notes; // options taken without effect, said under -v
};

#define OPTIONS_ERROR_BYTES 512

// Fills `options` from the arguments behind the program's name. On failure returns false and says
// why in `error`. Nothing is printed, nothing outside is looked at except files the options name.
bool options_parse(struct options *options, int argc, char **argv,
                   char error[static OPTIONS_ERROR_BYTES]);

// --- between the files of the parser ---

// Numbers and sizes as users write them. False unless the whole text is one, in range.
bool parse_count(const char *text, uint32_t max, uint32_t *out);
bool parse_bytes(const char *text, uint64_t *out); // 64M, 2G, 1.5G; plain: MiB, as QEMU's -m
bool parse_seconds(const char *text, double *out);

// Adds the hosts of "a,b:4" or of a host file; `error` as above.
bool hosts_add(struct options *options, const char *list, char *error);
bool hosts_add_file(struct options *options, const char *path, char *error);

// The arguments in a configuration file: each line a section, as if separated by ":". Words are
// quoted as in a shell, '#' starts a comment, a backslash at the end of a line continues it.
bool config_read(const char *path, struct words *out, char *error);

void options_help(const char *topic);
