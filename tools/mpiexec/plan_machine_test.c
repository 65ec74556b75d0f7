// SPDX-License-Identifier: BSD-2-Clause
// plan_machine_test.c: which machine is chosen, with and without KVM that works, and what is said then.
#include "plan.h"
#include "say.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int cases, failures;
static bool kvm_works, qemu_there, kvm_tried;
static char noted[512], hinted[256], failed[256];
static jmp_buf refused;

static void check(bool holds, const char *what)
{
    cases++;
    if (!holds) {
        failures++;
        printf("FAILED: %s: \"%s\" \"%s\" \"%s\"\n", what, noted, hinted, failed);
    }
}

// --- the host, and what is said ---

bool host_kvm_works(const char **why)
{
    kvm_tried = true;
    if (!kvm_works)
        *why = "it is an emulator";
    return kvm_works;
}

uint64_t host_memory_available(void)
{
    return 8ull << 30;
}

char *path_find(const char *path, const char *name)
{
    (void)path;
    return qemu_there ? need_format("/usr/bin/%s", name) : NULL;
}

static void put(char *to, size_t room, const char *format, va_list list)
{
    vsnprintf(to, room, format, list);
    va_end(list);
}

void say_note(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    put(noted, sizeof noted, format, list);
}

void say_hint(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    put(hinted, sizeof hinted, format, list);
}

void say_fail(int status, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    put(failed, sizeof failed, format, list);
    longjmp(refused, status);
}

// Of a few texts at a time.
char *need_format(const char *format, ...)
{
    static char texts[8][256];
    static unsigned next;
    char *text = texts[next++ % 8];
    va_list list;

    va_start(list, format);
    put(text, sizeof texts[0], format, list);
    return text;
}

// --- the cases ---

// Ranks and cores on a host with 4 CPUs; returns the status, 0 if something was chosen.
static int choose(struct plan *plan, struct options options, uint32_t ranks, uint32_t cores)
{
    static struct options kept;
    int status;

    kept = options;
    *plan = (struct plan){.options = &kept, .ranks = ranks, .cores = cores, .cpu_count = 4};
    noted[0] = hinted[0] = failed[0] = '\0';
    kvm_tried = false;
    status = setjmp(refused);
    if (status == 0)
        plan_machine(plan);
    return status;
}

static void test_without_kvm(void)
{
    struct plan plan;

    kvm_works = false;
    check(!choose(&plan, (struct options){.machine = MACHINE_AUTO}, 4, 4) &&
              plan.machine == MACHINE_LINUX && strstr(noted, "no KVM: it is an emulator"),
          "a process, and why");
    check(!choose(&plan, (struct options){.machine = MACHINE_MICROVM}, 4, 4) && !plan.kvm &&
              strstr(noted, "TCG") && strstr(noted, "emulator"),
          "a VM that was asked for is emulated, and why");
    check(choose(&plan, (struct options){.machine = MACHINE_Q35, .accel = ACCEL_KVM}, 4, 4) ==
                  STATUS_HOST &&
              strstr(failed, "it is an emulator") && strstr(failed, "--accel tcg"),
          "--accel kvm is refused with a remedy");
    check(!choose(&plan, (struct options){.machine = MACHINE_MICROVM}, 64, 8) && !hinted[0],
          "emulated CPUs may be as many as one likes");
}

static void test_with_kvm(void)
{
    struct plan plan;

    kvm_works = true;
    check(!choose(&plan, (struct options){.machine = MACHINE_AUTO}, 4, 4) && plan.kvm &&
              plan.machine == MACHINE_MICROVM && strstr(noted, "KVM works") && !hinted[0],
          "a VM, without a warning");
    check(!choose(&plan, (struct options){.machine = MACHINE_MICROVM, .accel = ACCEL_TCG}, 4, 4) &&
              !plan.kvm && !kvm_tried,
          "--accel tcg does not even try");
    check(!choose(&plan, (struct options){.machine = MACHINE_Q35, .accel = ACCEL_KVM}, 4, 4) &&
              plan.kvm,
          "--accel kvm");
    check(!choose(&plan, (struct options){.machine = MACHINE_AUTO}, 9, 4) && plan.kvm &&
              strcmp(hinted, "9 ranks share 4 CPUs") == 0,
          "more ranks than CPUs");
    check(!choose(&plan, (struct options){.machine = MACHINE_AUTO}, 8, 8) && plan.kvm &&
              strstr(hinted, "8 virtual CPUs share 4") && strstr(hinted, "--cores"),
          "more virtual CPUs than CPUs");
    check(!choose(&plan, (struct options){.machine = MACHINE_LINUX}, 9, 4) && !hinted[0] && !kvm_tried,
          "machine linux has nothing to do with it");
}

static void test_without_qemu(void)
{
    struct plan plan;

    kvm_works = true;
    qemu_there = false;
    check(!choose(&plan, (struct options){.machine = MACHINE_AUTO}, 4, 4) &&
              plan.machine == MACHINE_LINUX && strstr(noted, "no qemu-system-x86_64"),
          "a process where there is no QEMU");
    check(choose(&plan, (struct options){.machine = MACHINE_MICROVM}, 4, 4) == STATUS_HOST &&
              strstr(failed, "qemu-system-x86"),
          "the package to be installed is named");
}

int main(void)
{
    qemu_there = true;
    test_without_kvm();
    test_with_kvm();
    test_without_qemu();
    printf("done %d\n", cases);
    return failures > 0;
}
