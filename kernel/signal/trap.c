// SPDX-License-Identifier: BSD-2-Clause
// trap.c: x86 exceptions as Linux's signals (arch/x86/kernel/traps.c of Linux says which).
//
// An exception of the payload goes to its handler, or ends the job with what can be said about its
// cause. One of the kernel's own code is a bug, with one exception: a service of the kernel that runs
// on the payload's stack and finds no room there.
#include "kernel/signal/deliver.h"
#include "lib/lib.h"
#include <asm/siginfo.h>

#define ERROR_WRITE 2u // #PF's error code
#define ERROR_FETCH 16u
#ifndef SEGV_CPERR // Linux 6.6
#define SEGV_CPERR 10
#endif
#define NULL_PAGES 0x10000u // an address below is a member of a structure that is not there
#define MIB (1ul << 20)
// How far below the stack pointer a function's first access may lie: its frame, if that is large.
#define STACK_REACH (64ul << 20)

enum vector {
    VECTOR_DE = 0,
    VECTOR_DB = 1,
    VECTOR_BP = 3,
    VECTOR_OF = 4,
    VECTOR_BR = 5,
    VECTOR_UD = 6,
    VECTOR_TS = 10,
    VECTOR_NP = 11,
    VECTOR_SS = 12,
    VECTOR_GP = 13,
    VECTOR_PF = 14,
    VECTOR_MF = 16,
    VECTOR_AC = 17,
    VECTOR_XM = 19,
    VECTOR_CP = 21,
};

// The sub-code of a floating-point exception by its flag bits: invalid, denormal, divide by zero,
// overflow, underflow, inexact. 0: none is raised.
static int fpe_code(uint32_t flags)
{
    if (flags & 0x01)
        return FPE_FLTINV;
    if (flags & 0x04)
        return FPE_FLTDIV;
    if (flags & 0x08)
        return FPE_FLTOVF;
    if (flags & 0x12)
        return FPE_FLTUND;
    if (flags & 0x20)
        return FPE_FLTRES;
    return 0;
}

static int x87_code(void)
{
    uint16_t control, status;

    __asm__ volatile("fnstcw %0" : "=m"(control));
    __asm__ volatile("fnstsw %0" : "=m"(status));
    return fpe_code(status & ~(uint32_t)control & 0x3f);
}

static int sse_code(void)
{
    uint32_t mxcsr;

    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    return fpe_code(mxcsr & ~(mxcsr >> 7) & 0x3f);
}

static void page_fault(const struct regs *regs, uint64_t address, struct signal_info *info)
{
    info->signo = SIGSEGV;
    info->code = slot_check(address, 1, 0) ? SEGV_ACCERR : SEGV_MAPERR;
    info->address = address;
    info->access = regs->error & ERROR_FETCH ? 2 : regs->error & ERROR_WRITE ? 1 : 0;
}

// Fills in the signal. False: this exception cannot come from a program.
static bool translate(const struct regs *regs, uint64_t address, struct signal_info *info)
{
    *info =
        (struct signal_info){.signo = SIGSEGV, .code = SI_KERNEL, .vector = (uint32_t)regs->vector};
    switch (regs->vector) {
    case VECTOR_PF:
        page_fault(regs, address, info);
        return true;
    case VECTOR_GP: // Linux does not know the address either
    case VECTOR_OF:
    case VECTOR_BR:
    case VECTOR_TS:
        return true;
    case VECTOR_CP:
        info->code = SEGV_CPERR;
        return true;
    case VECTOR_NP:
    case VECTOR_SS:
        info->signo = SIGBUS;
        return true;
    case VECTOR_AC:
        info->signo = SIGBUS;
        info->code = BUS_ADRALN;
        return true;
    case VECTOR_BP:
        info->signo = SIGTRAP;
        return true;
    case VECTOR_DB:
        info->signo = SIGTRAP;
        info->code = TRAP_TRACE;
        break;
    case VECTOR_UD:
        info->signo = SIGILL;
        info->code = ILL_ILLOPN;
        break;
    case VECTOR_DE:
        info->signo = SIGFPE;
        info->code = FPE_INTDIV;
        break;
    case VECTOR_MF:
        info->signo = SIGFPE;
        info->code = x87_code();
        break;
    case VECTOR_XM:
        info->signo = SIGFPE;
        info->code = sse_code();
        break;
    default:
        return false;
    }
    info->address = regs->rip; // of those that break out of the switch
    return true;
}

// Stack overflow: the address lies in the guard below the stack, or the stack pointer has left the
// main stack downwards and the access is one near it.
static bool is_stack_overflow(const struct rank *rank, const struct regs *regs, uint64_t address)
{
    const struct slot *slot = &rank->slot;

    if (address < slot->memory.base || address >= slot->memory.end)
        return false;
    if (slot_is_stack_guard(slot, address, regs->rsp))
        return true;
    return address < slot->stack_low && regs->rsp < slot->stack_low + PAGE_BYTES &&
           slot->stack_low - address < STACK_REACH && !slot_check(regs->rsp, 1, PROT_R) &&
           address + STACK_REACH > regs->rsp && address < regs->rsp + STACK_REACH;
}

static bool is_main_thread(const struct thread *thread)
{
    return thread->tid == rank_pid(thread->rank);
}

// The size of the stack above the guard that the address lies in. That of a thread is the libc's own
// business, but x86-64 libcs keep the thread's control block, where FS points, at its upper end.
static size_t stack_bytes(const struct rank *rank, const struct thread *thread, uint64_t address)
{
    const struct slot *slot = &rank->slot;
    uint64_t fs = machine->fs_get();

    if (is_main_thread(thread))
        return slot->stack_high - slot->stack_low;
    for (uint32_t i = 0; i + 1 < slot->region_count; i++) {
        uint64_t low = slot->region[i + 1].start;

        if (address >= slot->region[i].start && address < slot->region[i].end)
            return fs >= low && fs < slot->region[i + 1].end ? fs - low : 0;
    }
    return 0;
}

static void text_of_overflow(char *text, size_t size, const struct thread *thread, uint64_t address)
{
    size_t bytes = stack_bytes(thread->rank, thread, address);
    int at = is_main_thread(thread) ? format(text, size, "stack overflow in the main thread")
                                    : format(text, size, "stack overflow in thread %u", thread->tid);

    if (bytes >= MIB)
        format(text + at, size - (size_t)at, " (%lu MiB)", (bytes + MIB / 2) / MIB);
    else if (bytes > 0)
        format(text + at, size - (size_t)at, " (%lu KiB)", bytes >> 10);
}

// What a page fault was about, where the address tells. NULL: nothing to add.
static const char *text_of_fault(const struct signal_info *info)
{
    bool mapped = info->code == SEGV_ACCERR;

    if (info->access == 2)
        return mapped               ? "execution of data"
               : info->address == 0 ? "call through a null pointer"
                                    : "jump to an address without code";
    if (info->address < NULL_PAGES)
        return "null pointer";
    if (mapped)
        return info->access == 1 && slot_check(info->address, 1, PROT_R)
                   ? "write to read-only memory"
                   : "access to protected memory";
    return NULL;
}

// By the prefix of the instruction (SDM volume 2, 2.3 and 2.7).
static const char *text_of_illegal(const struct regs *regs)
{
    const uint8_t *code = (const uint8_t *)regs->rip;

    if (!slot_check(regs->rip, 2, PROT_X))
        return NULL;
    if (code[0] == 0x0f && code[1] == 0x0b) // ud2
        return "a trap the compiler put where the program must not get (__builtin_trap)";
    if (code[0] == 0x62) // EVEX
        return "an AVX-512 instruction, which this processor lacks; see -march";
    if (code[0] == 0xc4 || code[0] == 0xc5) // VEX
        return "an AVX instruction, which this processor lacks; see -march";
    return NULL;
}

static const char *text_of(const struct regs *regs, const struct signal_info *info)
{
    switch (info->vector) {
    case VECTOR_UD:
        return text_of_illegal(regs);
    case VECTOR_PF:
        return text_of_fault(info);
    case VECTOR_GP:
        return "an address that is not canonical, a misaligned vector operand, or a privileged "
               "instruction";
    case VECTOR_SS:
        return "a stack address that is not canonical";
    default:
        return NULL;
    }
}

static bool in_kernel(uint64_t rip)
{
    return rip >= IMAGE_KERNEL_BASE && rip < IMAGE_DIRECT_BASE;
}

_Noreturn static void kernel_bug(const struct regs *regs, uint64_t address)
{
    const struct thread *thread = thread_self();
    uint32_t rank = thread && thread->rank ? thread->rank->index : JOB_NO_RANK;
    char line[512];
    int bytes = format(line, sizeof line,
                       "torito: exception %lu in the kernel, rank %d\n"
                       "  rip %016lx rsp %016lx rflags %08lx error %lx address %lx\n"
                       "  rax %016lx rbx %016lx rcx %016lx rdx %016lx\n"
                       "  rsi %016lx rdi %016lx rbp %016lx r8  %016lx\n"
                       "  r9  %016lx r10 %016lx r11 %016lx r12 %016lx\n"
                       "  r13 %016lx r14 %016lx r15 %016lx\n",
                       regs->vector, (int)rank, regs->rip, regs->rsp, regs->rflags, regs->error,
                       address, regs->rax, regs->rbx, regs->rcx, regs->rdx, regs->rsi, regs->rdi,
                       regs->rbp, regs->r8, regs->r9, regs->r10, regs->r11, regs->r12, regs->r13,
                       regs->r14, regs->r15);

    machine->console_write(2, line, (size_t)bytes < sizeof line ? (size_t)bytes : sizeof line - 1);
    panic("exception %lu in the kernel: rip 0x%lx, address 0x%lx, error 0x%lx, core %u, rank %d",
          regs->vector, regs->rip, address, regs->error, core_self()->index, (int)rank);
}

// Linux's force_sig: a handler gets it unless the signal is blocked or ignored. False: fatal.
static bool handled(struct thread *thread, struct regs *regs, const struct signal_info *info)
{
    uintptr_t handler = signal_action_of(thread->rank, info->signo)->handler;

    return handler != (uintptr_t)SIG_DFL && handler != (uintptr_t)SIG_IGN &&
           !(thread->sigmask & signal_bit(info->signo)) &&
           signal_enter(thread, regs, info, thread->sigmask);
}

void kernel_trap(struct regs *regs, uint64_t address)
{
    struct thread *thread = thread_self();
    struct signal_info info;
    bool overflow;
    char text[96];

    if (!thread || !thread->rank || !translate(regs, address, &info))
        kernel_bug(regs, address);
    // A program that steps through itself: the last instructions of entry.S run with its flags.
    if (in_kernel(regs->rip) && info.vector == VECTOR_DB)
        return;
    overflow = info.vector == VECTOR_PF && is_stack_overflow(thread->rank, regs, address);
    if (in_kernel(regs->rip) && !overflow)
        kernel_bug(regs, address);
    if (info.signo == SIGFPE && info.code == 0)
        return; // the cause is gone: Linux goes on as well
    if (!in_kernel(regs->rip) && handled(thread, regs, &info))
        return;
    if (overflow)
        text_of_overflow(text, sizeof text, thread, address);
    signal_fatal(regs, &info, overflow ? text : text_of(regs, &info));
}
