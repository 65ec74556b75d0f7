// SPDX-License-Identifier: BSD-2-Clause
// kvm.c: does hardware virtualization really work here?
//
// A /dev/kvm that opens proves nothing: without the CPU vendor's module behind it, it can be an
// emulator that takes thousands of cycles for an instruction. So we ask for the module, then run a
// loop in a virtual machine and time it.
#include "host.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PROBE_BYTES 4096
#define PROBE_ROUNDS 8192
// A real CPU needs one or two cycles for a round and some thousands to enter and leave the guest.
#define PROBE_CYCLES_MAX (PROBE_ROUNDS * 64ull)
#define PROBE_TRIES 3 // the best counts: we may be interrupted

// Real mode: mov $PROBE_ROUNDS, %cx; loop .; hlt
static const unsigned char probe_code[] = {0xb9, PROBE_ROUNDS & 0xff, PROBE_ROUNDS >> 8, 0xe2, 0xfe,
                                           0xf4};

static bool probe_prepare(int vm, int cpu, void *memory)
{
    struct kvm_userspace_memory_region region = {
        .guest_phys_addr = 0x1000, .memory_size = PROBE_BYTES, .userspace_addr = (uintptr_t)memory};
    struct kvm_sregs sregs;

    memcpy(memory, probe_code, sizeof probe_code);
    if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) < 0 || ioctl(cpu, KVM_GET_SREGS, &sregs) < 0)
        return false;
    sregs.cs.base = 0;
    sregs.cs.selector = 0;
    return ioctl(cpu, KVM_SET_SREGS, &sregs) == 0;
}

// The fewest cycles the loop took, 0 if it did not run.
static uint64_t probe_run(int cpu, const struct kvm_run *run)
{
    uint64_t best = 0;

    for (int i = 0; i < PROBE_TRIES; i++) {
        struct kvm_regs regs = {.rip = 0x1000, .rflags = 2};
        uint64_t start, cycles;

        if (ioctl(cpu, KVM_SET_REGS, &regs) < 0)
            return 0;
        start = host_tsc();
        if (ioctl(cpu, KVM_RUN, 0) < 0 || run->exit_reason != KVM_EXIT_HLT)
            return 0;
        cycles = host_tsc() - start;
        best = best == 0 || cycles < best ? cycles : best;
        if (best <= PROBE_CYCLES_MAX)
            break;
    }
    return best;
}

static uint64_t probe(int kvm)
{
    int vm = ioctl(kvm, KVM_CREATE_VM, 0);
    int cpu = vm < 0 ? -1 : ioctl(vm, KVM_CREATE_VCPU, 0);
    int run_bytes = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    void *memory = mmap(NULL, PROBE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    void *run = MAP_FAILED;
    uint64_t cycles = 0;

    if (cpu >= 0 && run_bytes > 0)
        run = mmap(NULL, (size_t)run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);
    if (run != MAP_FAILED && memory != MAP_FAILED && probe_prepare(vm, cpu, memory))
        cycles = probe_run(cpu, run);
    if (run != MAP_FAILED)
        munmap(run, (size_t)run_bytes);
    if (cpu >= 0)
        close(cpu);
    if (vm >= 0)
        close(vm);
    if (memory != MAP_FAILED)
        munmap(memory, PROBE_BYTES);
    return cycles;
}

bool host_kvm_works(const char **why)
{
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    uint64_t cycles;

    if (kvm < 0) {
        *why = errno == ENOENT ? "there is no /dev/kvm: virtualization is off in the firmware, or "
                                 "the modules kvm_intel or kvm_amd are not loaded"
               : errno == EACCES ? "this user may not open /dev/kvm: join the group kvm"
                                 : "/dev/kvm cannot be opened";
        return false;
    }
    if (access("/sys/module/kvm_intel", F_OK) != 0 && access("/sys/module/kvm_amd", F_OK) != 0) {
        close(kvm);
        *why = "/dev/kvm opens, but neither kvm_intel nor kvm_amd is loaded: it is not hardware "
               "virtualization";
        return false;
    }
    if (ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION) {
        close(kvm);
        *why = "/dev/kvm is of a version nobody uses";
        return false;
    }
    cycles = probe(kvm);
    close(kvm);
    *why = cycles == 0 ? "/dev/kvm is there, but a trial run in it failed"
                       : "/dev/kvm is there, but a trial run in it was far too slow for hardware";
    return cycles != 0 && cycles <= PROBE_CYCLES_MAX;
}
