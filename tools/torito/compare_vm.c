// SPDX-License-Identifier: BSD-2-Clause
// compare_vm.c: `torito compare --vm`: an image against MPICH in a Linux guest.
//
// Both in the same QEMU on its machine microvm, with the same accelerator and as many cores: one for each
// rank, or what --cores says; of more cores than ranks some have nothing to do.
// The guest is Debian's kernel for clouds with an initramfs of busybox, MPICH and the benchmarks
// (bench/guest.sh); it boots anew for each run, as an image does. What to run stands on the kernel's
// command line; what it printed lies between two lines on the serial console.
#include "tools/torito/compare_parts.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define GUEST_KERNELS "/boot/vmlinuz-*-cloud-amd64"
#define GUEST_MIB 2048
#define BUILD_S 60
#define BOOT_S 60
#define CALIBRATION_NS 50000000

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

// The guest sees the counter of the host, but the machine has no other clock to measure it with.
static unsigned measure_tsc_khz(void)
{
    uint64_t start_ns = now_ns(), end_ns, start = __builtin_ia32_rdtsc(), end;

    do {
        end = __builtin_ia32_rdtsc();
        end_ns = now_ns();
    } while (end_ns - start_ns < CALIBRATION_NS);
    return (unsigned)((end - start) * 1000000 / (end_ns - start_ns));
}

static int find_kernel(struct plan *plan)
{
    glob_t found;

    if (plan->guest_kernel[0] == '\0' && glob(GUEST_KERNELS, 0, NULL, &found) == 0) {
        // They are sorted by name: the last is about the newest.
        snprintf(plan->guest_kernel, sizeof plan->guest_kernel, "%s",
                 found.gl_pathv[found.gl_pathc - 1]);
        globfree(&found);
    }
    if (plan->guest_kernel[0] == '\0')
        return complain("there is no %s for the guest: apt-get install linux-image-cloud-amd64, "
                        "or name one by --guest-kernel",
                        GUEST_KERNELS);
    if (access(plan->guest_kernel, R_OK) < 0)
        return complain("%s: %s", plan->guest_kernel, strerror(errno));
    return 0;
}

static bool run_quietly(const struct plan *plan, const struct command *command, double limit_s)
{
    double seconds;
    char *output;
    enum run_result result = command_run(command, plan->log, limit_s, &output, &seconds);

    free(output);
    return result == RUN_GOOD;
}

// Does an image start with KVM? mpiexec knows whether it is one that works.
static bool kvm_works(const struct plan *plan)
{
    const struct library *torito = &plan->library[TORITO];
    struct command command = {0};

    if (access("/dev/kvm", R_OK | W_OK) < 0)
        return false;
    for (size_t b = 0; b < benchmark_count; b++) {
        if (!torito->built[b])
            continue;
        command_add(&command, "%s", torito->launcher);
        command_add_words(&command, "--machine microvm --accel kvm -n 2");
        command_add(&command, "%s/build/%s-%d", plan->folder, benchmarks[b].name, (int)TORITO);
        command_add(&command, "-h");
        return run_quietly(plan, &command, BOOT_S);
    }
    return false;
}

static int make_initramfs(const struct plan *plan)
{
    struct command command = {0};

    command_add(&command, "sh");
    command_add(&command, "%s/guest.sh", plan->source);
    command_add(&command, "%s/build/guest.cpio", plan->folder);
    command_add(&command, "%s/build/pin", plan->folder);
    for (size_t b = 0; b < benchmark_count; b++)
        if (plan->library[MPICH].built[b])
            command_add(&command, "%s/build/%s-%d", plan->folder, benchmarks[b].name, (int)MPICH);
    if (run_quietly(plan, &command, BUILD_S))
        return 0;
    return complain("no guest: it takes busybox, cpio and MPICH (apt-get install busybox-static "
                    "cpio mpich); the reason is in %s",
                    plan->log);
}

void vm_prepare(struct plan *plan)
{
    struct library *mpich = &plan->library[MPICH];

    plan->library[OPEN_MPI].found = false;
    memset(plan->library[OPEN_MPI].built, 0, sizeof plan->library[OPEN_MPI].built);
    plan->kvm = kvm_works(plan);
    plan->tsc_khz = measure_tsc_khz();
    if (mpich->found && (find_kernel(plan) < 0 || make_initramfs(plan) < 0))
        memset(mpich->built, 0, sizeof mpich->built);
    fprintf(stderr, "VMs by %s; the guest's kernel is %s\n", plan->kvm ? "KVM" : "TCG",
            plan->guest_kernel[0] != '\0' ? plan->guest_kernel : "missing");
}

static unsigned cores_of(const struct plan *plan, unsigned ranks)
{
    return plan->cores > 0 ? plan->cores : ranks;
}

static void add_image(const struct plan *plan, struct command *command, const char *name,
                      unsigned ranks, const char *arguments)
{
    command_add(command, "%s", plan->library[TORITO].launcher);
    command_add_words(command, "--machine microvm --accel");
    command_add(command, "%s", plan->kvm ? "kvm" : "tcg");
    command_add(command, "--cores");
    command_add(command, "%u", cores_of(plan, ranks));
    command_add(command, "-n");
    command_add(command, "%u", ranks);
    command_add(command, "%s/build/%s-%d", plan->folder, name, (int)TORITO);
    command_add_words(command, arguments);
}

// "NAME=VALUE NAME=VALUE" as options of MPICH's mpiexec.
static void format_environment(const char *environment, char *text, size_t room)
{
    size_t bytes = 0;

    *text = '\0';
    while (*(environment += strspn(environment, " ")) != '\0' && bytes < room) {
        size_t word = strcspn(environment, " "), name = strcspn(environment, "=");

        bytes += (size_t)snprintf(text + bytes, room - bytes, " -genv %.*s %.*s", (int)name,
                                  environment, (int)(word - name - 1), environment + name + 1);
        environment += word;
    }
}

static void add_guest(const struct plan *plan, struct command *command, const char *name,
                      size_t setting, unsigned ranks, const char *arguments)
{
    char environment[256], cpus[RANKS_MAX * 5];
    unsigned cores = cores_of(plan, ranks);
    size_t bytes = 0;

    format_environment(settings[setting].environment, environment, sizeof environment);
    for (unsigned r = 0; r < ranks && bytes < sizeof cpus; r++) // as Torito places them
        bytes += (size_t)snprintf(cpus + bytes, sizeof cpus - bytes, "%s%u", r > 0 ? "," : "",
                                  r * cores / ranks);
    command_add_words(command, "qemu-system-x86_64 -M microvm -nographic -no-reboot");
    command_add_words(command,
                      // As mpiexec has it: without string instructions that are not fast.
                      plan->kvm ? "-accel kvm -cpu host"
                                : "-accel tcg,thread=multi -cpu max,erms=off,fsrm=off");
    command_add(command, "-smp");
    command_add(command, "%u", cores);
    command_add(command, "-m");
    command_add(command, "%d", GUEST_MIB);
    command_add(command, "-kernel");
    command_add(command, "%s", plan->guest_kernel);
    command_add(command, "-initrd");
    command_add(command, "%s/build/guest.cpio", plan->folder);
    command_add(command, "-append");
    // The only ways to end this machine are ACPI's and a triple fault, which is the quicker one.
    command_add(
        command,
        "console=ttyS0 loglevel=1 panic=-1 reboot=t tsc=reliable tsc_early_khz=%u -- mpiexec.hydra "
        "-launcher fork -iface lo -bind-to none%s -n %u /bench/pin %s /bench/%s-%d %s",
        plan->tsc_khz, environment, ranks, cpus, name, (int)MPICH, arguments);
}

void vm_add(const struct plan *plan, struct command *command, size_t benchmark, size_t setting,
            unsigned ranks, const char *arguments)
{
    if (settings[setting].library == TORITO)
        add_image(plan, command, benchmarks[benchmark].name, ranks, arguments);
    else
        add_guest(plan, command, benchmarks[benchmark].name, setting, ranks, arguments);
}

// What the console shows before and behind is the kernel's.
bool vm_output(char *console)
{
    char *begin = strstr(console, "BEGIN"), *end = begin != NULL ? strstr(begin, "END ") : NULL;
    bool good = end != NULL && strtol(end + 4, NULL, 10) == 0;

    if (begin == NULL) {
        *console = '\0';
        return false;
    }
    begin += strcspn(begin, "\n");
    if (end != NULL)
        *end = '\0';
    memmove(console, begin, strlen(begin) + 1);
    return good;
}
