// SPDX-License-Identifier: BSD-2-Clause
// boot.c: core 0 from the entry code to kernel_main, as a list of steps.
//
// Until the final page tables are loaded, memory is taken below 1 GiB only, and what the boot loader
// left is read through phys.c. It is kept untouched until copied: `free` never contains it.
#include "machine/payload.h"
#include "machine/pc/bootinfo.h"
#include "machine/pc/cmdline.h"
#include "machine/pc/devices.h"
#include "machine/pc/memory.h"
#include "machine/pc/pc.h"
#include "machine/pc/screen.h"
#include "machine/pc/topo.h"
#include "machine/pc/virtio.h"
#include "machine/pc/x86io.h"
#include "machine/x86/vector.h"
#include <elf.h>

#define LOW_MEMORY_END (1ull << 20)
#define CMDLINE_BYTES_MAX 0x10000u
#define APIC_ID_MAX 254u          // of the xAPIC
#define TRACES_BYTES (24ul << 20) // how far from the top of memory firmware may have worked
#define TRACES_MARGIN (1ul << 20)
#define WARM_MARK 0x32544f4f42545254ull
#define WARM_MARK_AT (PC_TRAMPOLINE + 0xff0) // low memory, behind the trampoline

static struct pc_core core0;
static struct bootinfo info;
static struct ranges ram; // all there is
static struct ranges free_memory;
static struct firmware firmware;
static struct boot boot;
static struct cmdline *cmdline; // in memory of its own: it is large
static struct range job_range;
static struct range image; // as booted; whole pages

// Exceptions before there is memory for real stacks end on the boot stack's lower half.
static void core0_init(void)
{
    uintptr_t middle = (uintptr_t)pc_boot_stack + PAGE_BYTES;

    machine = &machine_pc;
    cpu_features_find();
    for (uint32_t ist = 0; ist < 4; ist++) {
        core0.tss.ist[2 * ist] = (uint32_t)middle;
        core0.tss.ist[2 * ist + 1] = (uint32_t)(middle >> 32);
    }
    pc_core[0] = &core0;
    cpu_init(&core0, 0);
    machine_pc.fsgsbase = pc_features.fsgsbase;
    vector_init(&machine_pc);
}

// The old interrupt controllers: away from the exceptions' vectors, then masked (8259A; writes to
// ports that do not exist are harmless).
static void pics_mask(void)
{
    out8(0x20, 0x11);
    out8(0xa0, 0x11);
    out8(0x21, 0x20);
    out8(0xa1, 0x28);
    out8(0x21, 4);
    out8(0xa1, 2);
    out8(0x21, 1);
    out8(0xa1, 1);
    out8(0x21, 0xff);
    out8(0xa1, 0xff);
}

static void memory_find(uint32_t magic, uint64_t address)
{
    const char *wrong = bootinfo_read(&phys_machine, magic, address, &info);

    if (!wrong)
        wrong = bootinfo_ram(&phys_machine, &info, &ram);
    if (wrong)
        pc_panic("%s", wrong);
    free_memory = ram;
    ranges_remove(&free_memory, 0, IMAGE_KERNEL_PHYS); // the boot tables do not show it
    ranges_remove(&free_memory, IMAGE_KERNEL_PHYS, IMAGE_KERNEL_PHYS + kernel_base.bytes);
    for (uint32_t i = 0; i < info.keep.count; i++)
        ranges_remove(&free_memory, info.keep.range[i].start, info.keep.range[i].end);
}

// The image's description of itself, if its first byte lies at `base`.
static bool image_header_read(uint64_t base, struct image_header *header)
{
    Elf64_Ehdr ehdr;

    return phys_machine.read(&phys_machine, base, &ehdr, sizeof ehdr) &&
           memcmp(ehdr.e_ident, ELFMAG, SELFMAG) == 0 &&
           phys_machine.read(&phys_machine,
                             base + ROUND_UP(sizeof ehdr + ehdr.e_phnum * sizeof(Elf64_Phdr), 8),
                             header, sizeof *header) &&
           header->magic == IMAGE_MAGIC;
}

// VMMs put the segments where the program headers say: not the kernel between headers and text.
// By multiboot2 the file lies there as it is, with the kernel at IMAGE_KERNEL_PHYS and only headers
// below it (image.ld). Returns the address of the first byte, 0: not found.
static uint64_t image_base(struct image_header *header)
{
    if (info.segments)
        return image_header_read(IMAGE_PAYLOAD_PHYS, header) ? IMAGE_PAYLOAD_PHYS : 0;
    for (uint64_t base = IMAGE_KERNEL_PHYS - PAGE_BYTES; base >= LOW_MEMORY_END; base -= PAGE_BYTES)
        if (image_header_read(base, header) && base + header->kernel_offset == IMAGE_KERNEL_PHYS)
            return base;
    return 0;
}

// The page of e_entry (image.ld) is of no use any more, but not zero either: never given away.
static void entry_page_keep(const struct image_header *header)
{
    Elf64_Ehdr ehdr;

    phys_machine.read(&phys_machine, image.start, &ehdr, sizeof ehdr);
    for (uint32_t i = 0; info.segments && i < ehdr.e_phnum; i++) {
        Elf64_Phdr phdr;

        phys_machine.read(&phys_machine, image.start + sizeof ehdr + i * sizeof phdr, &phdr,
                          sizeof phdr);
        if (phdr.p_type != PT_LOAD || phdr.p_vaddr < header->bss_end)
            continue;
        ranges_add(&info.keep, phdr.p_paddr, phdr.p_paddr + PAGE_BYTES);
        ranges_remove(&free_memory, phdr.p_paddr, phdr.p_paddr + PAGE_BYTES);
    }
}

static void image_find(void)
{
    struct image_header header;

    image.start = image_base(&header);
    if (!image.start)
        pc_panic("the boot loader has not loaded the program with the kernel");
    image.end = ROUND_UP(image.start + header.bss_start, PAGE_BYTES);
    if (image.end < image.start || !ranges_contain(&ram, image.start, image.end))
        pc_panic("the program lies at 0x%lx to 0x%lx, and not all of that is usable memory",
                 image.start, image.end);
    entry_page_keep(&header);
    ranges_remove(&free_memory, image.start, image.end);
    if (info.segments)
        ranges_add(&free_memory, image.start + header.kernel_offset,
                   image.start + header.kernel_offset + header.kernel_bytes);
}

static void payload_find(void)
{
    const char *wrong = image_payload(direct(image.start), image.end - image.start,
                                      info.segments ? IMAGE_AS_LOADED : IMAGE_AS_FILE, &boot.payload);

    if (wrong)
        pc_panic("the program in memory is %s", wrong);
}

static void cmdline_read(void)
{
    char *text;
    size_t length = 0;
    char c = 0;

    while (info.cmdline && length < CMDLINE_BYTES_MAX &&
           phys_machine.read(&phys_machine, info.cmdline + length, &c, 1) && c)
        length++;
    if (length == CMDLINE_BYTES_MAX)
        pc_panic("the kernel command line is too long: less than %u bytes can be read",
                 CMDLINE_BYTES_MAX);
    cmdline = paging_take(&free_memory, sizeof *cmdline + length + 1);
    text = (char *)(cmdline + 1);
    if (length)
        phys_machine.read(&phys_machine, info.cmdline, text, length);
    cmdline_parse(text, "app", cmdline);
    if (cmdline->wrong)
        pc_panic("on the kernel command line: \"%s\" is not understood", cmdline->wrong);
    if (cmdline->full)
        pc_panic("the kernel command line has more than %u arguments or torito.env= words",
                 CMDLINE_WORDS_MAX);
}

// The launcher's memory lies at the top of RAM, at a 2 MiB boundary, perhaps with pages behind it that
// the firmware has taken: look from the top down.
static void job_find(void)
{
    for (uint32_t i = ram.count; i-- > 0;) {
        struct range range = ram.range[i];

        for (uint64_t at = ROUND_DOWN(range.end - 1, JOB_ALIGN); at >= range.start && at;
             at -= JOB_ALIGN) {
            struct {
                uint64_t magic, nonce;
            } head;
            uint64_t bytes;

            if (!phys_machine.read(&phys_machine, at, &head, sizeof head) ||
                head.magic != JOB_MAGIC || head.nonce != cmdline->job_nonce)
                continue;
            if (!phys_machine.read(&phys_machine, at + offsetof(struct job, bytes), &bytes,
                                   sizeof bytes) ||
                bytes < sizeof(struct job) || bytes > range.end - at)
                pc_panic("the firmware has taken part of the memory shared with the launcher");
            job_range = (struct range){at, at + bytes};
            ranges_remove(&free_memory, at, range.end); // what lies behind is the launcher's as well
            return;
        }
    }
    pc_panic("the memory shared with the launcher (torito.job=%lx) is not there", cmdline->job_nonce);
}

static void page_tables_load(void)
{
    paging_init(&ram, &free_memory);
    if (job_range.end)
        pc_job = direct(job_range.start);
    // 1 to 2 MiB can be seen now. A boot loader may have used them, too.
    for (uint32_t i = 0; i < ram.count; i++) {
        uint64_t start = ram.range[i].start, end = ram.range[i].end;

        ranges_add(&free_memory, start > LOW_MEMORY_END ? start : LOW_MEMORY_END,
                   end < IMAGE_KERNEL_PHYS ? end : IMAGE_KERNEL_PHYS);
    }
    ranges_remove(&free_memory, image.start, IMAGE_KERNEL_PHYS);
    for (uint32_t i = 0; i < info.keep.count; i++)
        ranges_remove(&free_memory, info.keep.range[i].start, info.keep.range[i].end);
}

static void cpu_add(uint32_t apic_id)
{
    if (pc_core_count == CORES_MAX || (pc_core_count && apic_id == pc_apic_id[0]))
        return;
    if (pc_lapic_mmio && apic_id > APIC_ID_MAX) // cannot be named without x2APIC
        return;
    pc_core_node[pc_core_count] = firmware_cpu_node(&firmware, apic_id);
    pc_apic_id[pc_core_count++] = apic_id;
}

static bool ids_fit_xapic(void)
{
    for (uint32_t i = 0; i < firmware.cpu_count; i++)
        if (firmware.cpu[i] > APIC_ID_MAX)
            return false;
    return true;
}

static void cpus_find(void)
{
    firmware_read(&phys_machine, info.rsdp, &firmware);
    poweroff_init(&firmware);
    lapic_init(firmware.lapic, firmware.x2apic_opt_out && ids_fit_xapic());
    lapic_core_init();
    cpu_add(lapic_id()); // this one is core 0, wherever it is listed
    for (uint32_t i = 0; i < firmware.cpu_count; i++)
        cpu_add(firmware.cpu[i]);
}

static void clock_start(void)
{
    clock_init(&firmware, cmdline->tsc_khz, pc_job ? pc_job->tsc_khz : 0);
    clock_wall_init(pc_job ? pc_job->wall_ns : 0);
    lapic_timer_init();
}

static void counts_choose(void)
{
    uint32_t used;

    if (cmdline->cores > pc_core_count)
        pc_panic("torito.cores=%u, but this machine has %u CPUs", cmdline->cores, pc_core_count);
    boot.cores = cmdline->cores ? cmdline->cores : pc_core_count;
    boot.ranks = cmdline->ranks ? cmdline->ranks : boot.cores;
    used = pc_job ? pc_job->cores : boot.cores;
    if (used && used < pc_core_count)
        pc_core_count = used; // the others are not even started
    if (pc_core_count > 1 && !ranges_contain(&ram, PC_TRAMPOLINE, PC_TRAMPOLINE + PAGE_BYTES))
        pc_panic("the page at 0x%x, where other CPUs start, is not usable memory", PC_TRAMPOLINE);
}

static uint32_t cores_used(void)
{
    uint32_t cores = pc_job ? pc_job->cores : boot.cores;

    return cores && cores < pc_core_count ? cores : pc_core_count; // kernel_main refuses what is wrong
}

static void cores_memory_take(void)
{
    for (uint32_t i = 0; i < pc_core_count; i++) {
        char *memory = paging_take(&free_memory, PC_STACK_BYTES + CPU_STACKS_BYTES +
                                                     ROUND_UP(sizeof(struct pc_core), PAGE_BYTES));

        if (i > 0)
            pc_core[i] = (struct pc_core *)(memory + PC_STACK_BYTES + CPU_STACKS_BYTES);
        pc_core_stack[i] = (uintptr_t)memory + PC_STACK_BYTES;
        cpu_stacks_set(pc_core[i], pc_core_stack[i]);
    }
}

static void kernel_memory_take(void)
{
    size_t bytes = kernel_memory_bytes(&boot, pc_core_count);

    boot.memory = paging_take(&free_memory, bytes);
    boot.memory_bytes = bytes;
    memset(boot.memory, 0, bytes);
}

// Zeroes a page that is not. The sieve looks at every 64th word only, enough to find code.
static bool page_clean(uint64_t address, bool sieve)
{
    uint64_t *page = direct(address), any = 0;

    for (uint32_t i = 0; i < PAGE_BYTES / sizeof *page; i += sieve ? 64 : 8) {
        any |= page[i];
        if (!sieve)
            any |= page[i + 1] | page[i + 2] | page[i + 3] | page[i + 4] | page[i + 5] |
                   page[i + 6] | page[i + 7];
    }
    // Not memset: an emulator watches every single store to what was code.
    for (uint32_t i = 0; any && i < PAGE_BYTES / sizeof *page; i++)
        page[i] = 0;
    return any != 0;
}

// A VM's memory starts as zero, except where the firmware worked: near the ends of a range (SeaBIOS
// leaves its relocated code 16 MiB below the top of low memory). Goes down from the top with the sieve, and
// looks at every word within a margin of what it finds, of the top and of the bottom.
static void firmware_traces_zero(struct range range)
{
    uint64_t near = TRACES_MARGIN; // bytes still to be looked at closely

    for (uint64_t at = range.start; at < range.end && at < range.start + TRACES_MARGIN;
         at += PAGE_BYTES)
        page_clean(at, false);
    for (uint64_t at = range.end; at > range.start && (near || range.end - at < TRACES_BYTES);) {
        at -= PAGE_BYTES;
        if (!page_clean(at, near == 0)) {
            near -= near ? PAGE_BYTES : 0;
            continue;
        }
        if (near == 0)
            for (uint64_t up = at + PAGE_BYTES; up < range.end && up < at + TRACES_MARGIN;
                 up += PAGE_BYTES)
                page_clean(up, false);
        near = TRACES_MARGIN;
    }
}

// Is memory zero that nobody has used since the start? A reset keeps it as it was, so leave a mark.
static bool memory_zeroed(void)
{
    uint64_t *mark = direct(WARM_MARK_AT);
    bool warm = *mark == WARM_MARK;

    *mark = WARM_MARK;
    if (!info.segments || !pc_features.hypervisor || warm)
        return false;
    for (uint32_t i = 0; i < free_memory.count; i++)
        firmware_traces_zero(free_memory.range[i]);
    return true;
}

static void kernel_enter(void)
{
    kernel_main(&boot);
}

void pc_start(uint32_t magic, uint64_t address)
{
    console_init();
    core0_init();
    pics_mask();
    memory_find(magic, address);
    image_find();
    cmdline_read();
    if (cmdline->has_job)
        job_find();
    page_tables_load();
    if (info.screen) // in low memory, seen from now on
        screen_init(direct(info.screen), info.screen_columns, info.screen_rows);
    pc_hold = cmdline->hold;
    payload_find();
    cpus_find();
    clock_start();
    counts_choose();
    pc_virtio_find(cmdline, &free_memory, &boot);
    boot.job = pc_job;
    boot.no_console = !console_there();
    cores_memory_take();
    kernel_memory_take(); // how much depends on the job, the console and the devices
    slots_memory_init(&free_memory, pc_job ? pc_job->ranks : boot.ranks, cores_used(), &firmware,
                      &boot.payload, memory_zeroed());
    if (cmdline->topo) {
        topo_print(magic, &info, &ram, &firmware, cores_used(), boot.ranks);
        pc_exit(0);
    }
    boot.argv = cmdline->argv;
    boot.envp = cmdline->envp;
    boot.cwd = boot.path = "";
    boot.strace = cmdline->strace;
    cpu_random(boot.random, sizeof boot.random);
    pc_run_on(pc_core_stack[0], kernel_enter);
}
