// SPDX-License-Identifier: BSD-2-Clause
// qemu.c: QEMU's command line, and its complaints in words a user can act upon.
//
// Device models cost start-up time and none is needed: memory carries the job, isa-debugcon ports
// the kicks (0xe9; 0xea those of the file server), isa-serial what the kernel says before it has
// found the job, isa-debug-exit (port 0x501) the end. Measured with QEMU 7.2, TCG, 4 CPUs, to the
// kernel's first instruction: microvm 39 ms, without ACPI (qboot instead of SeaBIOS), PIT, PIC and RTC
// 33 ms, of which 20 are QEMU's own loading; q35 95 ms. The size of the memory makes no difference.
#include "say.h"
#include "start.h"
#include <stdlib.h>
#include <string.h>

// All that TCG can do, but not what it only says it can do fast: string instructions run byte by byte, at
// some 20 MB/s, and a libc that finds them offered as fast copies 4 KiB to a few MiB by them.
#define CPU_EMULATED "max,erms=off,fsrm=off"

// qboot writes its MP table between 0x9fc00 and 0xa0000: room for so many CPUs and no more.
#define MP_TABLE_CPUS_MAX 32

static void add(struct words *out, const char *option, char *value)
{
    words_add(out, option);
    words_add(out, value);
    free(value);
}

// QEMU takes a comma for the end of a value, and two for one.
static char *commas_doubled(const char *text)
{
    char *doubled = need(malloc(2 * strlen(text) + 1)), *to = doubled;

    for (; *text != '\0'; text++) {
        *to++ = *text;
        if (*text == ',')
            *to++ = ',';
    }
    *to = '\0';
    return doubled;
}

// A directory that QEMU itself offers by 9p. Files of several file systems in it may have the same
// number; remapped they have not.
static void add_9p(struct words *out, const struct plan *plan, uint32_t index)
{
    const struct mount *mount = &plan->mounts.mount[index];
    char *path = commas_doubled(mount->host);

    add(out, "-fsdev",
        need_format("local,id=files%u,path=%s,security_model=none,multidevs=remap,readonly=%s",
                    index, path, mount->read_only ? "on" : "off"));
    add(out, "-device",
        need_format("virtio-9p-%s,fsdev=files%u,mount_tag=" FILE_TAG "%u",
                    plan->machine == MACHINE_Q35 ? "pci" : "device", index, index));
    free(path);
}

void qemu_arguments(struct words *out, const struct plan *plan, const struct region *region,
                    struct plan_memory memory)
{
    bool q35 = plan->machine == MACHINE_Q35;
    unsigned long ram = (unsigned long)(memory.ram_bytes >> 20);
    unsigned long shared = (unsigned long)(memory.region_bytes >> 20);
    const char *fixed[] = {"-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"};

    words_add(out, plan->qemu);
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        words_add(out, fixed[i]);
    add(out, "-M",
        need_format("%s", q35 ? "q35,sata=off,smbus=off,i8042=off,vmport=off,usb=off"
                          : plan->cores <= MP_TABLE_CPUS_MAX
                              ? "microvm,acpi=off,pit=off,pic=off,rtc=off,auto-kernel-cmdline=off"
                              : "microvm,pit=off,pic=off,rtc=off,auto-kernel-cmdline=off"));
    add(out, "-accel", need_format("%s", plan->kvm ? "kvm" : "tcg,thread=multi"));
    add(out, "-cpu", need_format("%s", plan->kvm ? "host,migratable=off" : CPU_EMULATED));
    add(out, "-smp", need_format("%u", plan->cores));
    add(out, "-m", need_format("%luM", ram + shared));
    // Room is not reserved: only what the ranks touch is taken from the host.
    add(out, "-object", need_format("memory-backend-ram,id=ram,size=%luM,reserve=off", ram));
    add(out, "-object",
        need_format("memory-backend-file,id=job,size=%luM,mem-path=/proc/self/fd/3,share=on", shared));
    add(out, "-numa", need_format("node,memdev=ram"));
    add(out, "-numa", need_format("node,memdev=job"));
    add(out, "-chardev", need_format("file,id=kick,path=/dev/fd/4"));
    add(out, "-device", need_format("isa-debugcon,iobase=0xe9,chardev=kick"));
    if (plan->mounts.count > 0 && plan->options->files == FILES_9P) {
        for (uint32_t i = 0; i < plan->mounts.count; i++)
            add_9p(out, plan, i);
    } else if (plan->mounts.count > 0) {
        add(out, "-chardev", need_format("file,id=files,path=/dev/fd/6"));
        add(out, "-device", need_format("isa-debugcon,iobase=0xea,chardev=files"));
    }
    add(out, "-chardev", need_format("file,id=console,path=/dev/fd/5"));
    add(out, "-serial", need_format("chardev:console"));
    add(out, "-device", need_format("isa-debug-exit,iobase=0x501,iosize=4"));
    add(out, "-kernel", need_format("%s", plan->program[0].path));
    if (plan->gdb.listen_fd >= 0) {
        add(out, "-chardev", need_format("socket,id=gdb,fd=7,server=on,wait=off"));
        add(out, "-gdb", need_format("chardev:gdb"));
    }
    if (plan_pins(plan)) {
        add(out, "-chardev", need_format("socket,id=qmp,fd=8"));
        add(out, "-mon", need_format("chardev=qmp,mode=control"));
    }
    add(out, "-append", need_format("torito.job=%llx", (unsigned long long)region->nonce));
}

const char *qemu_explain(const char *said)
{
    static const struct {
        const char *text, *explanation;
    } known[] = {
        {"could not open kernel file", "QEMU cannot read the image; check its permissions"},
        {"without PVH ELF Note", "QEMU finds no way to boot the image; build it again with mpicc"},
        {"set up guest memory",
         "the host does not have the memory for this virtual machine; use a smaller --mem or fewer "
         "ranks"},
        {"Cannot allocate memory",
         "the host does not have the memory for this virtual machine; use a smaller --mem or fewer "
         "ranks"},
        {"KVM kernel module", "QEMU cannot use KVM; use --accel tcg or --machine linux"},
        {"initialize kvm", "QEMU cannot use KVM; use --accel tcg or --machine linux"},
        {"initialize KVM", "QEMU cannot use KVM; use --accel tcg or --machine linux"},
        {"Invalid SMP CPUs",
         "this virtual machine cannot have so many CPUs; use a smaller --cores"},
        {"Number of hotpluggable cpus", "KVM cannot have so many CPUs; use a smaller --cores"},
        {"Number of SMP cpus", "KVM cannot have so many CPUs; use a smaller --cores"},
        {"unsupported machine type", "this QEMU is too old or was built without that machine; use "
                                     "another with --qemu, or --machine linux"},
        {"invalid accelerator", "this QEMU was built without that accelerator; use another with "
                                "--qemu, or --machine linux"},
        {"cannot start",
         "QEMU cannot be executed; give another with --qemu, or use --machine linux"},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strstr(said, known[i].text) != NULL)
            return known[i].explanation;
    }
    return "QEMU ended before the image ran; run again with -v to see what it said";
}
