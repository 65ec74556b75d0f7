// SPDX-License-Identifier: BSD-2-Clause
// signals.c: how the payload's system calls and faults reach the kernel on Linux.
//
// System calls: Syscall User Dispatch (Linux 5.11) turns every `syscall` outside the kernel's text
// into SIGSYS; before that, a seccomp filter on the instruction pointer does the same. The handler
// does the least it can: it rewrites the interrupted registers so that the thread continues in
// syscall_entry, exactly as the instruction itself would on machine pc. So nothing of the kernel
// ever runs inside a signal handler, and the vector registers are the payload's again.
//
// Faults: the handler copies the registers to the core and continues in trap_landing.
#include "lib/lib.h"
#include "machine/linux/host.h"
#include "machine/x86/x86.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <stddef.h>

#define SIGILL 4
#define SIGTRAP 5
#define SIGBUS 7
#define SIGFPE 8
#define SIGSEGV 11
#define SIGSYS 31
#define SA_SIGINFO 4u
#define SA_RESTORER 0x04000000u
#define SA_ONSTACK 0x08000000u
#define SA_NODEFER 0x40000000u
#define SIGSET_BYTES 8
// Flags of the payload that the kernel must not run with, as the `syscall` instruction and gates
// clear them: trap, direction, nested task, alignment check.
#define FLAGS_CLEARED (1ul << 8 | 1ul << 10 | 1ul << 14 | 1ul << 18)
#define SIG_UNBLOCK 1

// arch/x86/include/uapi/asm/sigcontext.h and ucontext.h, which do not mix with a libc-free build
struct host_context {
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip,
        eflags;
    uint16_t cs, gs, fs, ss;
    uint64_t err, trapno, oldmask, cr2;
};

struct host_ucontext {
    uint64_t flags;
    void *link;
    struct {
        void *sp;
        int flags;
        size_t size;
    } stack;
    struct host_context context;
};

struct host_siginfo {
    int signo, errno_, code, pad;
    uint64_t address;
};

struct host_sigaction {
    void (*handler)(int, struct host_siginfo *, struct host_ucontext *);
    uint64_t flags;
    void (*restorer)(void);
    uint64_t mask;
};

extern void trap_landing(void);
extern const char kernel_base[], kernel_text_end[];

static bool by_seccomp;

static void on_sigsys(int signo, struct host_siginfo *info, struct host_ucontext *uc)
{
    struct host_context *c = &uc->context;
    // The clock of a rank or of a thread of its, by its id: none of the host's.
    bool own_clock = c->rax == __NR_clock_gettime && (int)c->rdi < 0;

    (void)signo;
    (void)info;
    if ((c->rip < IMAGE_SLOT_BASE || c->rip >= IMAGE_SLOT_END) && !own_clock) {
        // No payload: the vDSO, called by one or by us, where the host's clock needs a real call.
        c->rax = (uint64_t)host6((long)c->rax, c->rdi, c->rsi, c->rdx, c->r10, c->r8, c->r9);
        return;
    }
    c->rcx = c->rip; // the instruction behind the syscall: Linux has rolled RAX back to the number
    c->r11 = c->eflags;
    c->eflags &= ~FLAGS_CLEARED;
    c->rip = (uintptr_t)syscall_entry;
}

static void regs_from(struct regs *regs, const struct host_context *c)
{
    *regs = (struct regs){.r15 = c->r15,
                          .r14 = c->r14,
                          .r13 = c->r13,
                          .r12 = c->r12,
                          .rbp = c->rbp,
                          .rbx = c->rbx,
                          .r11 = c->r11,
                          .r10 = c->r10,
                          .r9 = c->r9,
                          .r8 = c->r8,
                          .rax = c->rax,
                          .rcx = c->rcx,
                          .rdx = c->rdx,
                          .rsi = c->rsi,
                          .rdi = c->rdi,
                          .vector = c->trapno,
                          .error = c->err,
                          .rip = c->rip,
                          .cs = c->cs,
                          .rflags = c->eflags,
                          .rsp = c->rsp,
                          .ss = c->ss};
}

// Somebody outside sent the signal with kill(2): what it does to other programs.
_Noreturn static void die_of(int signo)
{
    struct host_sigaction action = {0};

    host4(__NR_rt_sigaction, signo, &action, 0, SIGSET_BYTES);
    host3(__NR_tgkill, host0(__NR_getpid), host0(__NR_gettid), signo);
    host1(__NR_exit_group, 128 + signo);
    __builtin_unreachable();
}

static void on_fault(int signo, struct host_siginfo *info, struct host_ucontext *uc)
{
    struct linux_core *core = (struct linux_core *)core_self();
    struct host_context *c = &uc->context;
    uintptr_t trap_low = core->trap_stack - TRAP_STACK_BYTES;

    if (info->code <= 0)
        die_of(signo);
    if (c->rsp > trap_low && c->rsp <= core->trap_stack)
        host_fail("a fault while handling a fault; this is a bug in Torito");
    regs_from(&core->trap_regs, c);
    c->eflags &= ~FLAGS_CLEARED;
    c->rip = (uintptr_t)trap_landing;
    c->rdi = (uintptr_t)&core->trap_regs;
    c->rsi = c->trapno == 14 ? c->cr2 : info->address;
    c->rsp = core->trap_stack - 8; // trap_landing pushes once, then calls with an aligned stack
}

// Allows the kernel's own system calls and turns all others into SIGSYS. The filter sees only the
// registers; the instruction pointer is compared in two halves.
static void seccomp_start(void)
{
    uint64_t low = (uintptr_t)kernel_base, high = (uintptr_t)kernel_text_end;
    unsigned ip = offsetof(struct seccomp_data, instruction_pointer);
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ip + 4),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(low >> 32), 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ip),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)low, 0, 2),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)high, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};

    if (host6(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0) ||
        host3(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
        host_fail("this Linux offers neither Syscall User Dispatch (5.11) nor seccomp filters; "
                  "use --machine qemu");
}

static void handler_set(int signo,
                        void (*handler)(int, struct host_siginfo *, struct host_ucontext *))
{
    struct host_sigaction action = {.handler = handler,
                                    .flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTORER,
                                    .restorer = host_sigreturn};

    host4(__NR_rt_sigaction, signo, &action, 0, SIGSET_BYTES);
}

void signals_start_process(bool seccomp)
{
    static const int faults[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV};

    uint64_t unblock = 1ull << (SIGSYS - 1);

    for (unsigned i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        handler_set(faults[i], on_fault);
        unblock |= 1ull << (faults[i] - 1);
    }
    handler_set(SIGSYS, on_sigsys);
    // Who started us may have blocked them, and Linux ends a process that faults on a blocked signal.
    host4(__NR_rt_sigprocmask, SIG_UNBLOCK, &unblock, 0, SIGSET_BYTES);
    by_seccomp = seccomp || host6(__NR_prctl, PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0,
                                  0, 0, 0) != 0;
}

void signals_start_core(struct linux_core *core)
{
    struct {
        void *sp;
        int flags;
        size_t size;
    } stack = {(void *)core->signal_stack, 0, SIGNAL_STACK_BYTES};

    host2(__NR_sigaltstack, &stack, 0);
    if (by_seccomp)
        seccomp_start(); // per thread: the cores start before the filters
    else if (host6(__NR_prctl, PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, kernel_base,
                   kernel_text_end - kernel_base, 0, 0))
        host_fail("this Linux refuses Syscall User Dispatch; set TORITO_SYSCALLS=seccomp");
}
