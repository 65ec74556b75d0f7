// SPDX-License-Identifier: BSD-2-Clause
// pc.h: what the files of the bare PC share. Private to machine/pc.
//
// Order of boot (boot.c): memory map, command line, job, final page tables, CPUs, clock, the cores'
// and the ranks' memory. Before it ends, only core 0 runs; afterwards a core touches its own struct
// pc_core, its ranks' page tables, and what is marked otherwise.
#pragma once
#include "lib/lib.h"
#include "machine/machine.h"
#include "machine/pc/clockmath.h"
#include <stdatomic.h>

#define LARGE_BYTES (2ul << 20)
#define PC_TRAMPOLINE 0x8000u       // where a startup IPI sends a CPU; a page of low memory
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
_Static_assert(IMAGE_KERNEL_PHYS == 0x200000 && IMAGE_PAYLOAD_PHYS - IMAGE_KERNEL_PHYS <= LARGE_BYTES,
               "entry32.S");
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
    alignas(32) struct pvclock_time pvclock; // clock.c
    uint64_t timer_ns;   // when the core's timer rings; 0 or past: it is not set
    uint32_t ipi_target; // lapic.c: whom its last interrupt went to, and 1; 0: not known
    // Other cores set `wake`; only this one clears it and writes `sleeping` (smp.c).
    alignas(64) _Atomic uint32_t wake;
    _Atomic uint32_t sleeping;
    _Atomic uint32_t online;
};

// --- what the CPUs have in common (cpu.c), set on core 0 ---
struct pc_features {
    bool hypervisor; // CPUID.1:ECX bit 31
    bool nx, large_1g, xsave, x2apic, fsgsbase, mce, tsc_deadline, rdrand;
    uint64_t xcr0;
};
extern struct pc_features pc_features;

// --- by core index; entry32.S reads them ---
extern uint32_t pc_core_count; // cores that have memory
extern uint32_t pc_apic_id[CORES_MAX];
extern uint32_t pc_core_node[CORES_MAX]; // firmware.h's number or FIRMWARE_NO_NODE
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
_Noreturn void pc_start(uint32_t magic, uint64_t address); // boot.c: core 0, boot stack
_Noreturn void pc_ap_main(uint32_t index);                 // smp.c: other cores, their own stack
void pc_interrupt(uint32_t vector);                        // smp.c

// --- cpu.c ---
void cpu_features_find(void);
// Tables, control registers and MSRs of the running core, which becomes `index`.
void cpu_init(struct pc_core *core, uint32_t index);
// Gives the core its interrupt stacks; one block of CPU_STACKS_BYTES.
#define CPU_STACKS_BYTES (PC_TRAP_STACK_BYTES + 3 * PC_ALARM_STACK_BYTES)
void cpu_stacks_set(struct pc_core *core, uintptr_t low);
void cpu_fs_set(uintptr_t base);
uintptr_t cpu_fs_get(void);
void cpu_random(uint8_t *to, size_t bytes);

// --- smp.c ---
void pc_cores_start(uint32_t count, void (*entry)(struct core *core)) __attribute__((noreturn));
void pc_core_idle(struct core *core, uint64_t deadline_ns);
void pc_core_wake(uint32_t index);
struct core *pc_core_get(uint32_t index);
