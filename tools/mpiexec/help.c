// SPDX-License-Identifier: BSD-2-Clause
// help.c: mpiexec --help.
#include "options.h"
#include <stdio.h>
#include <string.h>

static const struct {
    const char *topic, *text;
} parts[] = {
    {"start",
     "What runs, and how often:\n"
     "  -n N, -np N             ranks of this program; without it one for each CPU\n"
     "  -wdir DIR               working directory of its ranks\n"
     "  -path DIRS              look for the program there first\n"
     "  -env NAME VALUE         set a variable; also -env NAME=VALUE, -x NAME[=VALUE]\n"
     "  -envall, -envnone, -envlist A,B   which variables to pass on (all)\n"
     "  -genv..., -genvall, -genvnone, -genvlist   the same for all programs\n"
     "  -initial-errhandler H   mpi_errors_are_fatal, mpi_errors_abort or mpi_errors_return\n"
     "  -configfile FILE        read options and programs from a file, one program a line\n"
     "  -host, -hosts, -f, -hostfile, -machinefile   only this host, for now\n"
     "  -ppn K, -N K            ranks for each host\n"},
    {"machine",
     "Where it runs:\n"
     "  --machine M             linux (a process), microvm (also: qemu), q35; else a microvm "
     "where\n"
     "                          hardware virtualization works, and a process where not\n"
     "  --accel kvm|tcg         how a VM is run; tcg emulates, slowly\n"
     "  --cores N               cores of the machine (the smaller of ranks and CPUs)\n"
     "  --mem SIZE              memory of a VM: 512M, 4G (three quarters of what is free)\n"
     "  --qemu PATH             the QEMU to use (qemu-system-x86_64 in PATH)\n"
     "  --mount HOST:GUEST[:ro] a directory of the host in a VM; the working directory and /tmp\n"
     "                          are there anyway, unless with --mount none\n"
     "  --files forward|9p      who makes the calls on them: mpiexec (faster), or QEMU by 9p\n"
     "  -bind-to none           do not pin the cores to CPUs of the host\n"
     "  -bind-to X, -map-by X   accepted; each rank is bound to a core in any case\n"
     "  --report-bindings, --display-map   print which rank is where\n"},
    {"output",
     "What goes in and out:\n"
     "  -l, -prepend-rank       put [RANK] before each line\n"
     "  -prepend-pattern TEXT   put TEXT there; %r rank, %n ranks, %h host\n"
     "  --tag-output            put [1,RANK]<stdout>: there\n"
     "  -outfile-pattern FILE, -errfile-pattern FILE   a file for each rank; %r as above\n"
     "  --stdin R|all|none      who reads standard input (0)\n"
     "  --timeout S             end the job after S seconds; also MPIEXEC_TIMEOUT\n"},
    {"debug",
     "Looking inside:\n"
     "  -v                      say what is done and why\n"
     "  -q                      say only what went wrong\n"
     "  --strace                print every system call of every rank\n"
     "  --check-collectives     end the job where ranks call collectives that do not match\n"
     "  --gdb RANK              start gdb at main of that rank; standard input is gdb's\n"
     "  --core                  leave core.RANK of a rank that dies of a signal\n"
     "  --trace FILE            write a timeline of MPI calls, for Perfetto, chrome://tracing and\n"
     "                          torito profile; of very frequent ones some, and how many more\n"
     "  --trace-all FILE        the same of all MPI calls, whatever it costs\n"
     "  --timings               print how long each step of the start took\n"
     "  -V, --version; -h, --help [start|machine|output|debug]\n"},
};

void options_help(const char *topic)
{
    bool found = false;

    printf("mpiexec [options] program [arguments] [: [options] program [arguments]]...\n"
           "Runs programs built with mpicc as the ranks of one MPI job.\n"
           "Every option may be written with one dash or two.\n");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        found = found || (topic != NULL && strcmp(topic, parts[i].topic) == 0);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!found || strcmp(topic, parts[i].topic) == 0)
            printf("\n%s", parts[i].text);
    }
    printf(
        "\nExit status: that of the first rank that failed; 128 + n for signal n; 123 deadlock;\n"
        "124 timed out; 2 wrong usage; 125 trouble with this host; 126 not an image; 127 not "
        "found.\n");
}
