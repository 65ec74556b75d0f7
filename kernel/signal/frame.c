// SPDX-License-Identifier: BSD-2-Clause
// frame.c: Linux's x86-64 signal frame, written on the payload's stack and read back.
//
// From the handler's stack pointer upwards: the return address (the libc's restorer, which calls
// rt_sigreturn), struct ucontext, siginfo, then, 64-byte aligned, the vector state in XSAVE's
// standard layout with Linux's description of it in the bytes that FXSAVE leaves to software
// (asm/sigcontext.h). Programs that look into ucontext_t, and libcs' unwinders, find what they know.
//
// The kernel never touches the vector registers, so those of the interrupted code are still live
// when the frame is written, and those of the handler when it is read back.
#include "kernel/signal/deliver.h"
#include "lib/lib.h"
#include <asm/sigcontext.h>
#include <asm/siginfo.h>
#include <asm/ucontext.h>
#include <cpuid.h>

#define RED_ZONE 128
#define CODE_END 0x800000000000ull // iretq to an address that is not canonical faults in the kernel
#define RESTORER_FLAG 0x04000000ul // SA_RESTORER
// CF PF AF ZF SF TF DF OF RF: what a handler may change. Not AC: on machine linux the kernel's own
// accesses would be checked as well.
#define FLAGS_USER 0x10dd5ull
#define FLAGS_CLEARED 0x10500ull // for a handler: DF, RF, TF
#define UC_FLAGS 7ul             // UC_FP_XSTATE, UC_SIGCONTEXT_SS, UC_STRICT_RESTORE_SS
#define MXCSR_VALID 0xffffu      // loading any other bit faults
#define OSXSAVE (1u << 27)       // CPUID.1:ECX
#define FXSAVE_BYTES 512
#define FEATURES_FXSAVE 3ull // x87, SSE

struct frame {
    uint64_t return_address;
    struct ucontext uc;
    siginfo_t info;
};

_Static_assert(sizeof(struct frame) == 440, "arch/x86/include/asm/sigframe.h");
_Static_assert(sizeof(siginfo_t) == 128, "siginfo_fill");

// The head of XSAVE's standard layout (Intel SDM volume 1, 13.4).
struct vectors {
    uint16_t fcw, fsw;
    uint8_t ftw, zero;
    uint16_t fop;
    uint64_t fip, fdp;
    uint32_t mxcsr, mxcsr_mask;
    uint8_t registers[432];
    struct _fpx_sw_bytes software;
    uint64_t xstate_bv, xcomp_bv, reserved[6];
};

_Static_assert(offsetof(struct vectors, software) == 464, "asm/sigcontext.h");
_Static_assert(sizeof(struct vectors) == 576, "SDM 13.4.2");

// The state a handler starts with, as every program does; components not named are reset as well.
static alignas(64) const struct vectors vectors_initial = {.fcw = 0x037f, .mxcsr = 0x1f80};

// The state components that are enabled (XCR0); 0 where the machine saves by FXSAVE.
static uint64_t vector_features(void)
{
    uint32_t eax, ebx, ecx, edx;

    __cpuid(1, eax, ebx, ecx, edx);
    if (!(ecx & OSXSAVE))
        return 0;
    __asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
    return (uint64_t)edx << 32 | eax;
}

// Bytes of the saved state as the frame holds it, without the closing magic.
static size_t vectors_bytes(uint64_t features)
{
    return features ? machine->vector_bytes : FXSAVE_BYTES;
}

static bool on_altstack(const struct thread *thread, uintptr_t sp)
{
    return sp > thread->altstack && sp - thread->altstack <= thread->altstack_bytes;
}

void siginfo_fill(void *siginfo, const struct rank *rank, const struct signal_info *info)
{
    siginfo_t *to = siginfo;

    memset(to, 0, sizeof *to);
    to->si_signo = info->signo;
    to->si_code = info->code;
    if (info->vector != SIGNAL_NO_VECTOR)
        to->si_addr = (void *)info->address;
    else if (info->code <= 0) // SI_USER, SI_TKILL: from a program, and that is always the rank itself
        to->si_pid = (int)rank_pid(rank);
}

// Where the frame and the vector state go. False: not enough of the stack is mapped.
static bool place(const struct thread *thread, const struct regs *regs,
                  const struct signal_action *action, size_t vector_bytes, struct frame **frame,
                  struct vectors **vectors)
{
    uintptr_t top = regs->rsp - RED_ZONE, low = 0;

    if (on_altstack(thread, regs->rsp)) {
        low = thread->altstack;
    } else if ((action->flags & SA_ONSTACK) && thread->altstack_bytes) {
        top = thread->altstack + thread->altstack_bytes;
        low = thread->altstack;
    }
    if (top < low + vector_bytes + sizeof **frame + 128) // 128: what the rounding can take
        return false;
    *vectors = (struct vectors *)ROUND_DOWN(top - vector_bytes, 64);
    // As at a function's entry: rsp + 8 is a multiple of 16.
    *frame = (struct frame *)(ROUND_DOWN((uintptr_t)*vectors - sizeof **frame, 16) - 8);
    return slot_check((uintptr_t)*frame, top - (uintptr_t)*frame, PROT_R | PROT_W);
}

static void save_vectors(struct vectors *to, uint64_t features, size_t bytes)
{
    uint32_t magic2 = FP_XSTATE_MAGIC2;

    memset(to, 0, bytes); // what XSAVE does not write reads as zero
    machine->vector_save(to);
    if (!features) // FXSAVE's layout ends here
        return;
    to->software = (struct _fpx_sw_bytes){.magic1 = FP_XSTATE_MAGIC1,
                                          .extended_size = (uint32_t)(bytes + sizeof magic2),
                                          .xfeatures = features,
                                          .xstate_size = (uint32_t)bytes};
    memcpy((char *)to + bytes, &magic2, sizeof magic2);
}

static void save_context(struct sigcontext *to, const struct regs *regs,
                         const struct signal_info *info)
{
    to->r8 = regs->r8;
    to->r9 = regs->r9;
    to->r10 = regs->r10;
    to->r11 = regs->r11;
    to->r12 = regs->r12;
    to->r13 = regs->r13;
    to->r14 = regs->r14;
    to->r15 = regs->r15;
    to->rdi = regs->rdi;
    to->rsi = regs->rsi;
    to->rbp = regs->rbp;
    to->rbx = regs->rbx;
    to->rdx = regs->rdx;
    to->rax = regs->rax;
    to->rcx = regs->rcx;
    to->rsp = regs->rsp;
    to->rip = regs->rip;
    to->eflags = regs->rflags;
    __asm__("movw %%cs, %0" : "=r"(to->cs));
    __asm__("movw %%ss, %0" : "=r"(to->ss));
    if (info->vector != SIGNAL_NO_VECTOR) {
        to->trapno = info->vector;
        to->err = regs->error;
        to->cr2 = info->address;
    }
}

bool frame_push(struct thread *thread, struct regs *regs, const struct signal_info *info,
                const struct signal_action *action, uint64_t mask)
{
    uint64_t features = vector_features();
    size_t bytes = vectors_bytes(features);
    struct frame *frame;
    struct vectors *vectors;

    if (!(action->flags & RESTORER_FLAG) || action->handler >= CODE_END ||
        !place(thread, regs, action, bytes + sizeof(uint32_t), &frame, &vectors))
        return false;
    memset(frame, 0, sizeof *frame);
    save_vectors(vectors, features, bytes);
    frame->return_address = action->restorer;
    frame->uc.uc_flags = features ? UC_FLAGS : UC_FLAGS & ~1ul;
    frame->uc.uc_stack.ss_sp = (void *)thread->altstack;
    frame->uc.uc_stack.ss_size = thread->altstack_bytes;
    frame->uc.uc_stack.ss_flags = thread->altstack_bytes ? 0 : SS_DISABLE;
    save_context(&frame->uc.uc_mcontext, regs, info);
    frame->uc.uc_mcontext.oldmask = mask;
    frame->uc.uc_mcontext.fpstate = (void *)vectors;
    frame->uc.uc_sigmask = mask;
    siginfo_fill(&frame->info, thread->rank, info);
    machine->vector_restore(&vectors_initial);
    regs->rdi = (uint64_t)info->signo;
    regs->rsi = (uintptr_t)&frame->info;
    regs->rdx = (uintptr_t)&frame->uc;
    regs->rax = 0; // variadic handlers: no vector arguments
    regs->rip = action->handler;
    regs->rsp = (uintptr_t)frame;
    regs->rflags &= ~FLAGS_CLEARED;
    regs->vector = (uint64_t)REGS_FULL_RESTORE;
    return true;
}

// Loads the vector state at `addr`. The program may have changed it, and loading a malformed one
// would fault in the kernel: so it is copied to the thread's own area, which no switch needs now, and
// what XRSTOR refuses is corrected there (SDM volume 1, 13.8.1).
static bool load_vectors(struct thread *thread, uintptr_t addr)
{
    uint64_t features = vector_features();
    size_t bytes = vectors_bytes(features);
    struct vectors *own = thread->vector_area;
    uint32_t magic2 = 0;

    if (!addr) { // as Linux: the initial state
        machine->vector_restore(&vectors_initial);
        return true;
    }
    if (!slot_check(addr, FXSAVE_BYTES, PROT_R))
        return false;
    memset(own, 0, machine->vector_bytes);
    memcpy(own, (const void *)addr, FXSAVE_BYTES);
    if (features && own->software.magic1 == FP_XSTATE_MAGIC1 &&
        own->software.xstate_size == bytes && slot_check(addr, bytes + sizeof magic2, PROT_R))
        memcpy(&magic2, (const void *)(addr + bytes), sizeof magic2);
    if (magic2 == FP_XSTATE_MAGIC2) {
        memcpy(own, (const void *)addr, bytes);
        own->xstate_bv &= own->software.xfeatures & features;
    } else {
        own->xstate_bv = FEATURES_FXSAVE;
    }
    own->xcomp_bv = 0;
    memset(own->reserved, 0, sizeof own->reserved);
    own->mxcsr &= MXCSR_VALID;
    machine->vector_restore(own);
    return true;
}

static void load_context(struct regs *regs, const struct sigcontext *from)
{
    regs->r8 = from->r8;
    regs->r9 = from->r9;
    regs->r10 = from->r10;
    regs->r11 = from->r11;
    regs->r12 = from->r12;
    regs->r13 = from->r13;
    regs->r14 = from->r14;
    regs->r15 = from->r15;
    regs->rdi = from->rdi;
    regs->rsi = from->rsi;
    regs->rbp = from->rbp;
    regs->rbx = from->rbx;
    regs->rdx = from->rdx;
    regs->rax = from->rax;
    regs->rcx = from->rcx;
    regs->rsp = from->rsp;
    regs->rip = from->rip;
    regs->rflags = (regs->rflags & ~FLAGS_USER) | (from->eflags & FLAGS_USER);
    regs->vector = (uint64_t)REGS_FULL_RESTORE;
}

bool frame_pop(struct thread *thread, struct regs *regs)
{
    // The handler's `ret` has popped the return address.
    uintptr_t addr = regs->rsp - offsetof(struct frame, uc);
    const struct frame *frame = (const struct frame *)addr;

    if (!slot_check(addr, sizeof *frame, PROT_R) || frame->uc.uc_mcontext.rip >= CODE_END ||
        !load_vectors(thread, (uintptr_t)frame->uc.uc_mcontext.fpstate))
        return false;
    thread->sigmask = frame->uc.uc_sigmask & ~SIGNALS_UNBLOCKABLE;
    if (frame->uc.uc_stack.ss_flags == 0) {
        thread->altstack = (uintptr_t)frame->uc.uc_stack.ss_sp;
        thread->altstack_bytes = frame->uc.uc_stack.ss_size;
    } else if (frame->uc.uc_stack.ss_flags == SS_DISABLE) {
        thread->altstack = thread->altstack_bytes = 0;
    }
    load_context(regs, &frame->uc.uc_mcontext);
    return true;
}
