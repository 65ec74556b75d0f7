// SPDX-License-Identifier: BSD-2-Clause
// mpiexec: starts an image as a job of several ranks and stays with it until it ends.
//
// options.c parses, plan.c decides, region.c lays the job out in memory, start.c starts the machine,
// run.c moves input and output, report.c tells how it ended.
#include "gdb.h"
#include "report.h"
#include "say.h"
#include "serve.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#ifndef TORITO_VERSION
#define TORITO_VERSION "unknown"
#endif

// A standard descriptor that was closed would be given to our next file.
static void descriptors_secure(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

static int information(const struct options *options)
{
    if (options->action == ACTION_HELP)
        options_help(options->help_topic);
    else
        printf("mpiexec (Torito) " TORITO_VERSION "\n");
    return 0;
}

static int job_run(struct plan *plan)
{
    struct region region = {.fd = -1};
    int kick_fd, kernel_kick_fd, status;
    struct ending ending;
    struct output output;
    struct child child;
    uint64_t tsc_khz;

    gdb_prepare(plan);
    output_open(&output, plan);
    start_kick(plan, &kick_fd, &kernel_kick_fd);
    tsc_khz = plan->machine == MACHINE_LINUX ? 0 : host_tsc_khz(plan->start);
    region_create(&region, plan, plan->machine == MACHINE_LINUX ? kernel_kick_fd : -1, tsc_khz);
    region_publish(&region);
    run_signals();
    if (plan->machine == MACHINE_LINUX)
        start_linux(&child, plan, &region, kick_fd);
    else
        start_vm(&child, plan, &region, kick_fd, kernel_kick_fd);
    serve_files(plan, &region, &child);
    if (plan->options->gdb_rank >= 0)
        gdb_start(&child, plan);
    run_job(&ending, plan, &region, &child, &output);
    status = report_ending(&ending, plan);
    if (output.trace != NULL && !trace_write(output.trace, plan) && status == 0)
        status = STATUS_HOST;
    if (plan->options->timings)
        report_timings(&ending, plan, region.job, &child);
    return status;
}

int main(int argc, char **argv)
{
    struct plan plan = {.start = host_clock_read()};
    char error[OPTIONS_ERROR_BYTES] = "";
    struct options options;

    descriptors_secure();
    if (!options_parse(&options, argc - 1, argv + 1, error))
        say_fail(STATUS_USAGE, "%s", error);
    if (options.action != ACTION_RUN)
        return information(&options);
    say_verbose = options.verbose;
    say_quiet = options.quiet;
    for (uint32_t i = 0; i < options.notes.count; i++)
        say_note("%s", options.notes.word[i]);
    plan_make(&plan, &options);
    if (options.report_bindings || options.display_map)
        plan_print(&plan);
    return job_run(&plan);
}
