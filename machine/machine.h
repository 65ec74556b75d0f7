// SPDX-License-Identifier: BSD-2-Clause
// machine.h: what a kernel runs on. The contract between kernel/ (above) and machine/pc, machine/linux.
//
// Both machines are in every kernel; the entry that runs first sets `machine` and calls kernel_main.
// Everything here is called on a core of the machine, by the kernel only. Errors are negative Linux
// errno values. Times are nanoseconds of one clock for all cores, which never goes backwards.
#pragma once
#include "abi/image.h"
#include "abi/job.h"
#include "machine/regs.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_BYTES 4096ul
#define CORES_MAX 256
#define RANKS_MAX ((int)JOB_RANKS_MAX)
#define NEVER UINT64_MAX // a deadline that does not come

struct thread; // kernel/sched
struct run_queue;

// One per core; %gs points at it while the kernel or the payload runs. A machine embeds it as the
// first member of a larger struct of its own. Only its own core touches it, unless said otherwise.
struct core {
    struct core *self;       // %gs:0
    uintptr_t syscall_stack; // %gs:8: top of the running thread's kernel stack; the scheduler keeps it
    uintptr_t syscall_sp;    // %gs:16: entry.S parks the caller's stack pointer here
    struct thread *thread;   // %gs:24: the running thread, kept by the scheduler
    struct run_queue *queue; // kernel/sched
    uint32_t index;
};

static inline struct core *core_self(void)
{
    struct core *core;

    __asm__ volatile("movq %%gs:0, %0" : "=r"(core));
    return core;
}

// A payload as it lies in memory (or in a file of the host), nothing of it run or relocated yet.
#define PAYLOAD_SEGMENTS_MAX 8
struct payload {
    const struct image_header *header;
    const void *phdr; // the image's program headers
    uint32_t phdr_count;
    uint32_t phdr_offset; // of the program headers from the payload's first byte
    uint32_t segment_count;
    struct payload_segment {
        uint64_t vaddr; // from the payload's first byte
        uint64_t file_offset;
        uint64_t file_bytes;
        uint32_t flags;              // PF_R, PF_W, PF_X
        const char *bytes;           // page aligned like vaddr
    } segment[PAYLOAD_SEGMENTS_MAX]; // without the kernel's own
    int host_fd;          // machine linux: the file the segments can be mapped from, or -1
    uint64_t host_offset; // where the image starts in it
};

// Memory dedicated to one rank. The payload's first byte lies at `base`.
struct slot_memory {
    uintptr_t base;
    uintptr_t start; // first address the kernel may map: base + header->data_start
    uintptr_t end;   // behind the last
    bool zeroed;     // memory never mapped before reads as zero
    uintptr_t shift; // by so much heap and mappings begin elsewhere than those of other ranks; whole pages
};

// Distance between two ranks' slots: a power of two, at most 1 TiB.
static inline uintptr_t slot_stride(uint32_t ranks)
{
    uintptr_t stride = 1ul << 40;

    while (stride * ranks > IMAGE_SLOT_END - IMAGE_SLOT_BASE)
        stride >>= 1;
    return stride;
}

// A virtio device that the machine has found: where its registers are. kernel/virtio drives it.
struct device {
    uint32_t id;         // VIRTIO 1.2, section 5: 9 is 9P transport
    volatile void *mmio; // its registers (4.2.2), or NULL: a PCI function (4.1.4), all of the following
    volatile void *common, *notify;
    volatile void *config; // on either; the device's own
    uint32_t notify_bytes, notify_multiplier, config_bytes;
};

// What the entry code found before the kernel runs.
struct boot {
    struct job *job;         // NULL when started by hand
    uint32_t ranks;          // used when job is NULL
    uint32_t cores;          // the machine has at least so many
    struct payload payload;  // of the booted image
    const char *const *argv; // by hand: arguments and environment, NULL terminated
    const char *const *envp;
    const char *cwd;        // "" if unknown
    const char *path;       // absolute path of the image, "" if unknown
    uint8_t streams_closed; // machine linux: bit n: started without descriptor n (of 0, 1, 2)
    bool strace; // by hand: torito.strace on the command line, TORITO_STRACE=1 in the environment
    uint8_t random[32];
    void *memory; // the kernel's own, kernel_memory_bytes() of it, zeroed
    size_t memory_bytes;
    const struct device *devices;
    uint32_t device_count;
    bool no_console; // machine pc: console_write goes nowhere
    uintptr_t vdso;  // machine linux: AT_SYSINFO_EHDR of the process, 0 if none
};

enum machine_prot { PROT_R = 1, PROT_W = 2, PROT_X = 4 }; // as PROT_READ, PROT_WRITE, PROT_EXEC

struct machine {
    const char *name; // "linux" or "pc"

    // --- time ---
    uint64_t (*now_ns)(void);
    uint64_t (*wall_ns)(void); // CLOCK_REALTIME

    // --- cores ---
    // Starts cores 1 .. count-1, then runs entry(core) on each of 0 .. count-1. Does not return.
    __attribute__((noreturn)) void (*cores_start)(uint32_t count, void (*entry)(struct core *core));
    // How often a core with nothing to run looks again before it sleeps: when none of its threads waits
    // for messages, and when one does. 0 where cores share CPUs and spinning only takes time away.
    uint32_t idle_spins, poll_spins;
    // Sleeps until core_wake, the deadline, or for no reason. A core_wake since the last return ends
    // it at once.
    void (*core_idle)(struct core *core, uint64_t deadline_ns);
    // Any core may call it for any core.
    void (*core_wake)(uint32_t core);
    struct core *(*core_get)(uint32_t index);
    // Returns when every core has executed a full memory fence, or is not running and will before it does:
    // who is about to sleep pays for the fence, so that who sends a message need not. NULL where
    // that cannot be done, or where cores sleep so often that it does not pay.
    void (*cores_fence)(void);

    // --- memory of the slots; whole pages, inside one slot ---
    // Once per rank, on the rank's core: shares or copies the read-only segments and says what is left.
    int (*slot_create)(uint32_t rank, uint32_t ranks, const struct payload *payload,
                       struct slot_memory *out);
    // `fresh`: never mapped before. Otherwise the machine makes it read as zero. -ENOMEM if there is none.
    int (*map)(uintptr_t addr, size_t bytes, int prot, bool fresh);
    int (*unmap)(uintptr_t addr, size_t bytes);
    int (*protect)(uintptr_t addr, size_t bytes, int prot);
    // Advice: contents may be dropped and then read as zero (MADV_DONTNEED).
    int (*discard)(uintptr_t addr, size_t bytes, int prot);
    // Bytes of memory all slots can have together, for sysinfo and clear messages.
    uint64_t (*memory_bytes)(void);
    // For devices, where there are any: the physical address of memory of the kernel's or of a slot.
    // *bytes is how much of it matters; made less if only so much lies in one piece. 0: not mapped.
    uint64_t (*physical)(const void *at, size_t *bytes);

    // --- threads ---
    bool fsgsbase;                  // the payload may use wrfsbase itself: AT_HWCAP2
    void (*fs_set)(uintptr_t base); // the payload's thread pointer
    uintptr_t (*fs_get)(void);
    size_t vector_bytes;             // size of the area vector_save fills, 64-byte aligned
    void (*vector_save)(void *area); // all x87, SSE, AVX... state (XSAVE or FXSAVE layout)
    void (*vector_restore)(const void *area);

    // --- the outside ---
    // stdout (1) or stderr (2) of a run without launcher, and the place of last resort for a panic.
    void (*console_write)(int fd, const char *text, size_t bytes);
    // Bytes read from the keyboard or standard input, 0 at end of file, -EAGAIN if there are none yet.
    long (*console_read)(char *text, size_t bytes);
    // Wakes a sleeping launcher (job.h).
    void (*kick)(void);
    // Wakes the launcher's file server (abi/file.h); machine pc.
    void (*kick_files)(void);
    // A system call of the host with the arguments as they are: files on machine linux. -ENOSYS on pc.
    long (*host_call)(long nr, const uint64_t arg[6]);
    // Ends the machine and with it the job; the state of `job`, if any, is final.
    __attribute__((noreturn)) void (*exit)(int status);
};

// Not constant: a machine fills in what it learns of its processor at the start (vector_bytes,
// fsgsbase, fs_set).
extern struct machine *machine;
extern struct machine machine_linux, machine_pc;

// --- what a machine calls: defined in kernel/ ---

// Core 0, once, on the boot stack. `boot` stays valid.
_Noreturn void kernel_main(const struct boot *boot);

// Memory the kernel wants for so many cores: asked once, before boot.memory is filled in, when the
// devices are known.
size_t kernel_memory_bytes(const struct boot *boot, uint32_t cores);

// Which core rank r lives on when `ranks` share `cores`: neighbours share a core.
uint32_t rank_core(uint32_t rank, uint32_t ranks, uint32_t cores);

// A `syscall` instruction of the payload; result into regs->rax. On the thread's kernel stack.
void kernel_syscall(struct regs *regs);

// An exception. `address` is CR2 for page faults. Returns if the thread shall go on with the
// (possibly changed) registers: a signal handler of the payload, for one. Any stack.
void kernel_trap(struct regs *regs, uint64_t address);
