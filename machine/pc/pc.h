// SPDX-License-Identifier: BSD-2-Clause
// pc.h: what the files of the bare PC share. Private to machine/pc.
//
// Order of boot (boot.c): memory map, command line, job, final page tables, CPUs, clock, the cores'
// and the ranks' memory. Before it ends, only core 0 runs; afterwards a core touches its own struct
// pc_core, its ranks' page tables, and what is marked otherwise.
#pragma once
#include "lib/lib.h"
#include "machine/machine.h"
#include "machine/pc/firmware.h"
#include "machine/pc/phys.h"
#include "machine/pc/ranges.h"
#include <stdatomic.h>

#define LARGE_BYTES (2ul << 20)
#define PC_TRAMPOLINE 0x8000u // where a startup IPI sends a CPU; a page of low memory
#define PC_STACK_BYTES (32ul << 10) // core_main and the idle thread
#define PC_TRAP_STACK_BYTES (16ul << 10)
#define PC_ALARM_STACK_BYTES (8ul << 10) // NMI, double fault, machine check: each has its own

// Selectors of the table every core has. The payload runs with them as well.
#define PC_CODE 0x08u
#define PC_DATA 0x10u
#define PC_TSS 0x18u

// Vectors: 0-31 exceptions, 32-47 the old PICs (masked; spurious ones are ignored).
#define PC_VECTORS 64u
#define PC_VECTOR_TIMER 0x30u
#define PC_VECTOR_WAKE 0x31u
#define PC_VECTOR_SPURIOUS 0x3fu

// entry32.S and trap.S know these by number.
_Static_assert(IMAGE_KERNEL_PHYS == 0x200000 && IMAGE_PAYLOAD_PHYS - IMAGE_KERNEL_PHYS <= LARGE_BYTES, "entry32.S");
_Static_assert(IMAGE_KERNEL_BASE >> 39 == 2 && IMAGE_DIRECT_BASE >> 39 == 4, "entry32.S");
_Static_assert(IMAGE_KERNEL_BASE == 0x10000000000, "trap.S");
_Static_assert(offsetof(struct core, syscall_stack) == 8, "trap.S");

struct pc_tss { // Intel SDM volume 3, figure 8-11
    uint32_t reserved0;
    uint32_t rsp[6];
    uint32_t reserved1[2];
    uint32_t ist[14]; // seven pairs, low half first
    uint32_t reserved2[2];
    uint16_t reserved3;
    uint16_t io_map;
};

struct pc_core {
    struct core core; // first: %gs points here
    void (*entry)(struct core *core);
    struct pc_tss tss;
    alignas(16) uint64_t gdt[5];
    // Other cores set `wake`; only this one clears it and writes `sleeping` (smp.c).
    alignas(64) _Atomic uint32_t wake;
    _Atomic uint32_t sleeping;
    _Atomic uint32_t online;
};

// --- what the CPUs have in common (cpu.c), set on core 0 ---
struct pc_features {
    bool hypervisor; // CPUID.1:ECX bit 31
    bool nx, large_1g, xsave, fsgsbase, mce, tsc_deadline, rdrand;
    uint64_t xcr0;
};
extern struct pc_features pc_features;

// --- by core index; entry32.S reads them ---
extern uint32_t pc_core_count; // cores that have memory
extern uint32_t pc_apic_id[CORES_MAX];
extern uintptr_t pc_core_stack[CORES_MAX];
extern struct pc_core *pc_core[CORES_MAX];
extern uint64_t pc_cr3;
extern volatile uint32_t *pc_lapic_mmio; // NULL in x2APIC mode

extern struct job *pc_job; // NULL without launcher, or before it was found

// --- entry32.S, trap.S ---
extern char pc_boot_stack[]; // lowest address
extern uint64_t pc_boot_pml4[512], pc_boot_pdpt[512], pc_boot_pd[512];
extern const char pc_ap_start[], pc_ap_end[];
extern uint32_t pc_ap_cr3, pc_ap_efer; // in the original: find them in the copy by their offset
extern const char pc_vectors[];        // 16 bytes of code each
extern const struct kernel_header kernel_base;
_Noreturn void pc_run_on(uintptr_t stack_top, void (*function)(void));
void pc_segments_load(void);

// --- called by assembly ---
_Noreturn void pc_start(uint32_t magic, uint32_t info); // boot.c: core 0, boot stack
_Noreturn void pc_ap_main(uint32_t index);              // smp.c: other cores, their own stack
void pc_interrupt(uint32_t vector);                     // smp.c

// --- cpu.c ---
void cpu_features_find(void);
// Tables, control registers and MSRs of the running core, which becomes `index`.
void cpu_init(struct pc_core *core, uint32_t index);
// Gives the core its interrupt stacks; one block of CPU_STACKS_BYTES.
#define CPU_STACKS_BYTES (PC_TRAP_STACK_BYTES + 3 * PC_ALARM_STACK_BYTES)
void cpu_stacks_set(struct pc_core *core, uintptr_t low);
void cpu_fs_set(uintptr_t base);
uintptr_t cpu_fs_get(void);
size_t cpu_vector_bytes(void);
void cpu_vector_save(void *area);
void cpu_vector_restore(const void *area);
void cpu_random(uint8_t *to, size_t bytes);

// --- paging.c ---
// Builds and loads the final tables: kernel, direct map of `ram` and of the rest below 4 GiB.
// Takes pages from `free`. phys_machine reads through the direct map from then on.
void paging_init(const struct ranges *ram, struct ranges *free);
// Makes the slots' upper tables for `ranks`.
void paging_slots_init(uint32_t ranks, struct ranges *free);
// The page directory pointer entry for a slot address; its tables above exist.
_Atomic uint64_t *paging_slot_entry(uintptr_t address);
// Lets the boot tables serve the trampoline: low memory at its own address, the rest as final.
// Returns their physical address.
uint32_t paging_trampoline(void);
// `bytes` of zeroed memory in the direct map, page aligned; panics if there are none.
void *paging_take(struct ranges *free, uint64_t bytes);

// Bits of page table entries (SDM volume 3, 4.5).
#define PTE_PRESENT 0x001ull
#define PTE_WRITE 0x002ull
#define PTE_UNCACHED 0x018ull // PWT, PCD
#define PTE_LARGE 0x080ull
#define PTE_ADDRESS 0x000ffffffffff000ull
extern uint64_t pte_no_execute; // bit 63 where the CPU has it, else 0

static inline void *direct(uint64_t physical)
{
    return (void *)(IMAGE_DIRECT_BASE + physical);
}

static inline uint64_t physical_of_kernel(const volatile void *p)
{
    return (uintptr_t)p - IMAGE_KERNEL_BASE + IMAGE_KERNEL_PHYS;
}

// --- slots.c ---
// Divides the free memory between the ranks; panics if the payload does not fit.
void slots_memory_init(struct ranges *free, uint32_t ranks, const struct payload *payload,
                       bool zeroed);
int pc_slot_create(uint32_t rank, uint32_t ranks, const struct payload *payload,
                   struct slot_memory *out);
int pc_map(uintptr_t addr, size_t bytes, int prot, bool fresh);
int pc_unmap(uintptr_t addr, size_t bytes);
int pc_protect(uintptr_t addr, size_t bytes, int prot);
int pc_discard(uintptr_t addr, size_t bytes, int prot);
uint64_t pc_memory_bytes(void);

// --- lapic.c ---
void lapic_init(uint64_t address); // core 0: `address` as the firmware's tables have it, or 0
void lapic_timer_init(void);       // core 0: finds the timer's speed, by the clock
uint32_t lapic_timer_count(void);  // a down-counter of 62.5 MHz under KVM, for clock.c's last resort
void lapic_core_init(void); // every core
void lapic_eoi(void);
uint32_t lapic_id(void);
void lapic_ipi(uint32_t apic_id, uint32_t command); // interrupt command register, low half
void lapic_timer_arm(uint64_t delta_ns);            // one interrupt, at the latest after that time
void lapic_timer_stop(void);

// --- clock.c ---
// The order of preference is told in clock.c. `hint_khz` is the launcher's, 0: none.
void clock_init(const struct firmware *firmware, uint64_t override_khz, uint64_t hint_khz);
// Sets the wall clock by the launcher's (0: none) or the RTC.
void clock_wall_init(uint64_t launcher_ns);
uint64_t clock_now_ns(void);
uint64_t clock_wall_ns(void);
uint64_t clock_ns_to_ticks(uint64_t ns); // of the TSC
void clock_wait_ns(uint64_t ns);         // busy

// --- smp.c ---
void pc_cores_start(uint32_t count, void (*entry)(struct core *core)) __attribute__((noreturn));
void pc_core_idle(struct core *core, uint64_t deadline_ns);
void pc_core_wake(uint32_t index);
struct core *pc_core_get(uint32_t index);

// --- console.c ---
void console_init(void);
void pc_console_write(int fd, const char *text, size_t bytes);
long pc_console_read(char *text, size_t bytes);
void pc_kick(void);
// Ends the machine before the kernel runs: one sentence to the launcher or the console.
_Noreturn void pc_panic(const char *text, ...) __attribute__((format(printf, 1, 2)));

// --- poweroff.c ---
void poweroff_init(const struct firmware *firmware);
void pc_exit(int status) __attribute__((noreturn));
