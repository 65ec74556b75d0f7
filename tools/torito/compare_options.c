// SPDX-License-Identifier: BSD-2-Clause
// compare_options.c: the command line of `torito compare`.
#include "tools/torito/compare_parts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *const compare_usage =
    "Usage: torito compare [OPTION]...\n"
    "Builds the benchmarks with Torito, MPICH and Open MPI, runs them in turn, and writes\n"
    "report.md, figures.csv and plots.\n"
    "\n"
    "  --rounds N     how often everything runs; figures are medians (5)\n"
    "  --ranks LIST   numbers of ranks, for example 2,4,8 (2)\n"
    "  --quick        two rounds, fewer sizes, shorter runs\n"
    "  --only LIST    these benchmarks only, for example latency,barrier\n"
    "  --out FOLDER   for the report (compare)\n"
    "  --limit S      end a run after so many seconds (30; 10 with --quick; 120 with --vm)\n"
    "  --time S       start nothing after so many seconds (3600; 600 with --quick)\n"
    "  --vm           an image in a VM against MPICH in a Linux guest, a core for each rank;\n"
    "                 latency, multi_lat and barrier, unless --only says otherwise\n"
    "  --cores N      of each VM, with --vm, instead of one for each rank\n"
    "  --choices      instead: with which sizes Torito's collectives should use which algorithm;\n"
    "                 writes FOLDER/choice_table.inc for libmpi/coll\n"
    "  --guest-kernel FILE  for it (the newest /boot/vmlinuz-*-cloud-amd64)\n"
    "  --bench FOLDER the benchmarks' sources, if they are not beside this program\n";

int complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fprintf(stderr, "torito compare: ");
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    return -1;
}

static int read_number(const char *option, const char *text, unsigned most, unsigned *number)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (*text < '0' || *text > '9' || *end != '\0' || value < 1 || value > most)
        return complain("%s wants a number from 1 to %u, not \"%s\"", option, most, text);
    *number = (unsigned)value;
    return 0;
}

static int read_ranks(struct plan *plan, const char *text)
{
    plan->rank_counts = 0;
    while (*text != '\0') {
        size_t bytes = strcspn(text, ",");
        char item[16];

        if (bytes >= sizeof item || plan->rank_counts == RANK_COUNTS_MAX)
            return complain("--ranks: \"%s\" is too much", text);
        memcpy(item, text, bytes);
        item[bytes] = '\0';
        if (read_number("--ranks", item, RANKS_MAX, &plan->ranks[plan->rank_counts++]) < 0)
            return -1;
        text += bytes + (text[bytes] == ',');
    }
    return plan->rank_counts > 0 ? 0 : complain("--ranks wants at least one number");
}

// Every name must be one that is known.
static int check_names(const char *list)
{
    while (*list != '\0') {
        size_t bytes = strcspn(list, ","), b = 0;

        while (b < benchmark_count && (strlen(benchmarks[b].name) != bytes ||
                                       strncmp(benchmarks[b].name, list, bytes) != 0))
            b++;
        if (b == benchmark_count) {
            complain("there is no benchmark \"%.*s\"; there are:", (int)bytes, list);
            for (b = 0; b < benchmark_count; b++)
                fprintf(stderr, "  %-10s %s\n", benchmarks[b].name, benchmarks[b].what);
            return -1;
        }
        list += bytes + (list[bytes] == ',');
    }
    return 0;
}

static int read_option(struct plan *plan, const char *option, const char *value)
{
    unsigned seconds = 0;
    int result;

    if (strcmp(option, "--rounds") == 0)
        return read_number(option, value, 1000, &plan->rounds);
    if (strcmp(option, "--ranks") == 0)
        return read_ranks(plan, value);
    if (strcmp(option, "--cores") == 0)
        return read_number(option, value, 255, &plan->cores);
    if (strcmp(option, "--only") == 0) {
        plan->only = value;
        return check_names(value);
    }
    if (strcmp(option, "--out") == 0) {
        plan->folder = value;
        return 0;
    }
    if (strcmp(option, "--bench") == 0) {
        snprintf(plan->source, sizeof plan->source, "%s", value);
        return 0;
    }
    if (strcmp(option, "--guest-kernel") == 0) {
        snprintf(plan->guest_kernel, sizeof plan->guest_kernel, "%s", value);
        return 0;
    }
    result = read_number(option, value, 1000000, &seconds);
    if (strcmp(option, "--limit") == 0)
        plan->run_s = seconds;
    else
        plan->session_s = seconds;
    return result;
}

static bool takes_value(const char *option)
{
    static const char *const options[] = {"--rounds",       "--ranks", "--cores",
                                          "--only",         "--out",   "--bench",
                                          "--guest-kernel", "--limit", "--time"};

    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strcmp(option, options[i]) == 0)
            return true;
    return false;
}

int options_read(struct plan *plan, int argc, char *argv[])
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--vm") == 0) {
            plan->vm = true;
        } else if (strcmp(argv[i], "--choices") == 0) {
            plan->choices = true;
        } else if (strcmp(argv[i], "--quick") == 0) {
            plan->quick = true;
        } else if (!takes_value(argv[i])) {
            fputs(compare_usage, stderr);
            return complain("what is \"%s\"?", argv[i]);
        } else if (i + 1 == argc) {
            return complain("%s wants a value", argv[i]);
        } else {
            if (read_option(plan, argv[i], argv[i + 1]) < 0)
                return -1;
            i++;
        }
    }
    if (plan->rounds == 0)
        plan->rounds = plan->quick ? 2 : 5;
    if (plan->run_s == 0)
        plan->run_s = plan->vm ? 120 : plan->quick ? 10 : 30;
    if (plan->vm && plan->only == NULL)
        plan->only = "latency,multi_lat,barrier";
    if (plan->cores > 0 && !plan->vm)
        return complain("--cores goes with --vm");
    if (plan->vm && plan->choices)
        return complain("--choices measures processes, without --vm");
    if (plan->choices && plan->only == NULL)
        plan->only = "bcast,gather,scatter,allgather,alltoall,reduce,allreduce";
    if (plan->session_s == 0)
        plan->session_s = plan->quick ? 600 : 3600;
    return 0;
}
