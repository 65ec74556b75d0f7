// SPDX-License-Identifier: BSD-2-Clause
// unwind_test.c: the unwinder on its own frames, against libgcc's; then on damaged tables.
//
// Built for the host as a static PIE (so that libc's frames lie in the image too) together with
// unwind.c, cfi.c, expression.c, cursor.c. The test runs on a stack inside the image's .bss: program
// and stack are then one range of addresses, as in a rank's slot.
#define _GNU_SOURCE // the names of ucontext_t's registers
#include "kernel/signal/cfi.h"
#include "kernel/signal/signal.h"
#include <elf.h>
#include <execinfo.h>
#include <link.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <ucontext.h>

#define DEPTH_MAX 64
#define FUZZ_ROUNDS 20000
#define NOINLINE __attribute__((noinline))

static char stack[1 << 20] __attribute__((aligned(4096)));
static struct rank rank;
static struct payload payload;
static uint64_t frames[DEPTH_MAX];
static uint32_t frame_count;
static void *expected[DEPTH_MAX];
static int expected_count;
static int done;

static void check(bool ok, const char *what)
{
    if (!ok) {
        printf("FAILED: %s\n", what);
        for (uint32_t i = 0; i < frame_count; i++)
            printf("  got #%u 0x%lx\n", i, frames[i] - rank.slot.memory.base);
        for (int i = 0; i < expected_count; i++)
            printf("  expected #%d 0x%lx\n", i, (uintptr_t)expected[i] - rank.slot.memory.base);
        exit(1);
    }
    done++;
}

// --- stand-ins for kernel/slot: the image's segments, as they were at the start ---

static struct {
    uintptr_t start, end;
    int prot;
} map[64];
static int map_count;

static void map_read(void)
{
    FILE *file = fopen("/proc/self/maps", "r");
    char prot[8];

    while (map_count < 64 && fscanf(file, "%lx-%lx %7s%*[^\n]", &map[map_count].start,
                                    &map[map_count].end, prot) == 3) {
        map[map_count].prot = (prot[0] == 'r' ? PROT_R : 0) | (prot[1] == 'w' ? PROT_W : 0) |
                              (prot[2] == 'x' ? PROT_X : 0);
        map_count++;
    }
    fclose(file);
}

bool slot_check(uintptr_t addr, size_t bytes, int prot)
{
    uintptr_t at = addr;

    for (int i = 0; i < map_count && at < addr + bytes; i++)
        if (at >= map[i].start && at < map[i].end && (map[i].prot & prot) == prot)
            at = map[i].end;
    return at >= addr + bytes;
}

// --- taking a backtrace in both ways ---

static struct regs regs_from(const ucontext_t *context)
{
    const greg_t *g = context->uc_mcontext.gregs;

    return (struct regs){
        .r8 = (uint64_t)g[REG_R8],
        .r9 = (uint64_t)g[REG_R9],
        .r10 = (uint64_t)g[REG_R10],
        .r11 = (uint64_t)g[REG_R11],
        .r12 = (uint64_t)g[REG_R12],
        .r13 = (uint64_t)g[REG_R13],
        .r14 = (uint64_t)g[REG_R14],
        .r15 = (uint64_t)g[REG_R15],
        .rdi = (uint64_t)g[REG_RDI],
        .rsi = (uint64_t)g[REG_RSI],
        .rbp = (uint64_t)g[REG_RBP],
        .rbx = (uint64_t)g[REG_RBX],
        .rdx = (uint64_t)g[REG_RDX],
        .rax = (uint64_t)g[REG_RAX],
        .rcx = (uint64_t)g[REG_RCX],
        .rsp = (uint64_t)g[REG_RSP],
        .rip = (uint64_t)g[REG_RIP],
    };
}

// Both see the caller's frame and those above; they differ in where in the innermost one they are.
#define TAKE_BOTH() \
    do { \
        ucontext_t context; \
        struct regs regs; \
        getcontext(&context); \
        regs = regs_from(&context); \
        frame_count = unwind(&rank, &regs, frames, DEPTH_MAX); \
        expected_count = backtrace(expected, DEPTH_MAX); \
    } while (0)

// From frame `from` on; a return address counts as the instruction before. `exact`: the one frame
// that a signal interrupted, whose address is the instruction itself; -1: none.
static bool same_frames(int from, int exact)
{
    if (frame_count != (uint32_t)expected_count)
        return false;
    for (int i = from; i < expected_count; i++)
        if (frames[i] + (i == exact ? 0 : 1) != (uintptr_t)expected[i])
            return false;
    return true;
}

// --- call chains ---

static NOINLINE int compare(const void *a, const void *b)
{
    if (frame_count == 0)
        TAKE_BOTH();
    return *(const int *)a - *(const int *)b;
}

static NOINLINE int descend(int depth)
{
    volatile char room[100 + 24 * (depth & 3)]; // a frame of variable size: it has a frame pointer
    int numbers[] = {3, 1, 2};

    room[depth] = (char)depth;
    if (depth > 0)
        return descend(depth - 1) + room[depth];
    frame_count = 0;
    qsort(numbers, 3, sizeof numbers[0], compare);
    return numbers[0];
}

static void test_chain(void)
{
    descend(12);
    check(frame_count > 16, "the chain is long");
    check(same_frames(1, -1), "the chain is libgcc's");
}

static sigjmp_buf escape;

static void on_signal(int signo, siginfo_t *info, void *context)
{
    (void)signo, (void)info, (void)context;
    TAKE_BOTH();
    siglongjmp(escape, 1);
}

static volatile int zero, seven = 7;

static NOINLINE int divide(int a)
{
    return a + seven / zero;
}

// As if the handler had just returned to a restorer that has no table: it is known by its code.
static void on_signal_no_tables(int signo, siginfo_t *info, void *context)
{
    struct regs regs = {.rip = ((uint64_t *)context)[-1], .rsp = (uintptr_t)context};

    (void)signo, (void)info;
    payload.phdr_count = 0;
    frame_count = unwind(&rank, &regs, frames, DEPTH_MAX);
    payload.phdr_count = (uint32_t)getauxval(AT_PHNUM);
    siglongjmp(escape, 1);
}

static void test_signal(void)
{
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_NODEFER};

    sigaction(SIGFPE, &action, NULL);
    if (sigsetjmp(escape, 1) == 0)
        check(divide(1) == 0, "a division by zero returned");
    check(same_frames(1, 2), "through a signal handler");
    action.sa_sigaction = on_signal_no_tables;
    sigaction(SIGFPE, &action, NULL);
    if (sigsetjmp(escape, 1) == 0)
        divide(1);
    expected_count = 0;
    check(frame_count >= 2 && frames[1] - (uintptr_t)divide < 64, "a restorer without tables");
}

static void on_null_call(int signo, siginfo_t *info, void *context)
{
    struct regs regs = regs_from(context);

    (void)signo, (void)info;
    frame_count = unwind(&rank, &regs, frames, DEPTH_MAX);
    siglongjmp(escape, 1);
}

static int (*volatile null_function)(int);

static NOINLINE int call_null(int a)
{
    return null_function(a) + 1;
}

static void test_null_call(void)
{
    struct sigaction action = {.sa_sigaction = on_null_call, .sa_flags = SA_SIGINFO | SA_NODEFER};

    sigaction(SIGSEGV, &action, NULL);
    expected_count = 0;
    if (sigsetjmp(escape, 1) == 0)
        call_null(1);
    check(frame_count > 3 && frames[0] == 0, "a call through NULL goes on");
    check(frames[1] - (uintptr_t)call_null < 64, "with its caller");
    check(frames[2] - (uintptr_t)test_null_call < 512, "and its caller's caller");
}

// Frame pointers where there are no tables: a chain laid out by hand.
static void test_frame_pointers(void)
{
    static uint64_t chain[8];
    uint64_t code = (uintptr_t)divide;
    struct regs regs = {.rip = code, .rsp = (uintptr_t)chain, .rbp = (uintptr_t)&chain[2]};

    chain[2] = (uintptr_t)&chain[5];
    chain[3] = code + 2;
    chain[5] = 0;
    chain[6] = code + 3;
    payload.phdr_count = 0;
    frame_count = unwind(&rank, &regs, frames, DEPTH_MAX);
    check(frame_count == 3 && frames[0] == code && frames[1] == code + 1 && frames[2] == code + 2,
          "frame pointers");
    chain[2] = (uintptr_t)chain; // a chain must lead upwards
    frame_count = unwind(&rank, &regs, frames, DEPTH_MAX);
    check(frame_count == 2, "a chain that leads back");
    payload.phdr_count = (uint32_t)getauxval(AT_PHNUM);
}

// --- expressions ---

static uint64_t evaluate(const uint8_t *code, size_t bytes, bool *ok)
{
    static uint8_t block[256];
    struct cfi_space space = {rank.slot.memory.base, rank.slot.memory.end};
    struct cfi_frame frame = {{0}};
    uint64_t value = 0, cfa = 1000;

    block[0] = (uint8_t)bytes;
    memcpy(block + 1, code, bytes);
    frame.reg[CFI_RSP] = 0x7000;
    frame.reg[CFI_RA] = 0x102b;
    *ok = cfi_evaluate(&space, (uintptr_t)block, &frame, &cfa, &value);
    return value;
}

#define EXPRESSION(result, ...) \
    check(evaluate((const uint8_t[]){__VA_ARGS__}, sizeof(const uint8_t[]){__VA_ARGS__}, &ok) == \
                  (uint64_t)(result) && \
              ok, \
          #__VA_ARGS__)
#define REFUSED(...) \
    check((evaluate((const uint8_t[]){__VA_ARGS__}, sizeof(const uint8_t[]){__VA_ARGS__}, &ok), !ok), \
          #__VA_ARGS__)

static void test_expressions(void)
{
    bool ok;

    // What the linker writes for PLT entries: rsp + 8 + ((rip & 15) >= 11) * 8.
    EXPRESSION(0x7010, 0x77, 0x08, 0x80, 0x00, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22);
    EXPRESSION(1000, 0x96);
    EXPRESSION(-1, 0x09, 0xff);
    EXPRESSION(0xff, 0x08, 0xff);
    EXPRESSION(-2, 0x0b, 0xfe, 0xff);
    EXPRESSION(300, 0x10, 0xac, 0x02);
    EXPRESSION(-128, 0x11, 0x80, 0x7f);
    EXPRESSION(1, 0x31, 0x32, 0x16, 0x1c); // 1 2 swap minus
    EXPRESSION(2, 0x31, 0x32, 0x33, 0x17, 0x13, 0x13, 0x31, 0x22, 0x1f, 0x1f, 0x31, 0x1c, 0x31,
               0x22, 0x31, 0x1c, 0x31, 0x22, 0x1e, 0x13, 0x32);
    EXPRESSION(5, 0x35, 0x1f, 0x19);                                          // abs(-5)
    EXPRESSION(-1, 0x31, 0x1f, 0x08, 200, 0x26);                              // -1 >> 200, signed
    EXPRESSION(0, 0x31, 0x08, 64, 0x24);                                      // 1 << 64
    EXPRESSION(3, 0x33, 0x31, 0x28, 1, 0, 0x13);                              // bra over the drop
    EXPRESSION(INT64_MIN, 0x0f, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x31, 0x1f, 0x1b); // INT64_MIN / -1
    REFUSED(0x31, 0x30, 0x1b);                                                // 1 / 0
    REFUSED(0x31, 0x30, 0x1d);                                                // 1 mod 0
    REFUSED(0x13, 0x13);             // drop from an empty stack
    REFUSED(0x13);                   // no result
    REFUSED(0x30, 0x06);             // *(0)
    REFUSED(0x2f, 0xfd, 0xff);       // skip to itself for ever
    REFUSED(0x2f, 0x00, 0x70);       // skip out of the block
    REFUSED(0x12, 0x2f, 0xfc, 0xff); // dup for ever
    REFUSED(0x15, 9);                // pick too deep
    REFUSED(0x50);                   // a register location
    REFUSED(0x92, 17, 0);            // no such register
    REFUSED(0x0e, 1, 2);             // cut short
}

// --- damage ---

static uint64_t random_state = 88172645463325252ull;

static uint64_t random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

// Flips bytes of the tables, registers and a copy of the stack; what comes out is of no interest.
static NOINLINE void fuzz(uint8_t *tables, size_t table_bytes)
{
    static uint8_t copy[sizeof stack];
    struct regs regs, damaged;
    ucontext_t context;

    getcontext(&context);
    regs = regs_from(&context);
    for (int round = 0; round < FUZZ_ROUNDS; round++) {
        size_t at[8], count = random_next() % 8;
        uint8_t old[8];
        uintptr_t shift = (uintptr_t)copy - (uintptr_t)stack;

        memcpy(copy + (regs.rsp - (uintptr_t)stack), (void *)regs.rsp,
               (uintptr_t)stack + sizeof stack - regs.rsp);
        damaged = regs;
        damaged.rsp += shift;
        for (size_t i = 0; i < count; i++) {
            at[i] = random_next() % table_bytes;
            old[i] = tables[at[i]];
            tables[at[i]] = (uint8_t)random_next();
        }
        for (uint64_t i = random_next() % 16; i > 0; i--)
            copy[regs.rsp - (uintptr_t)stack + random_next() % 512] = (uint8_t)random_next();
        if (round % 4 == 1)
            ((uint64_t *)&damaged)[random_next() % (sizeof damaged / 8)] = random_next();
        if (round % 4 == 2) // anywhere in the image
            damaged.rip = rank.slot.memory.base +
                          random_next() % (rank.slot.memory.end - rank.slot.memory.base);
        if (unwind(&rank, &damaged, frames, DEPTH_MAX) > DEPTH_MAX)
            check(false, "too many frames");
        for (size_t i = count; i > 0; i--)
            tables[at[i - 1]] = old[i - 1];
    }
    done++;
}

// From the table of addresses to the end of the call frame information behind it.
static void test_damage(void)
{
    const Elf64_Phdr *phdr = payload.phdr;
    uintptr_t base = rank.slot.memory.base;

    for (uint32_t i = 0; i < payload.phdr_count; i++) {
        uintptr_t start, segment_end = 0;

        if (phdr[i].p_type != PT_GNU_EH_FRAME)
            continue;
        start = base + phdr[i].p_vaddr;
        for (int k = 0; k < map_count; k++)
            if (start >= map[k].start && start < map[k].end)
                segment_end = map[k].end;
        mprotect((void *)(start & ~4095ul), segment_end - (start & ~4095ul), PROT_READ | PROT_WRITE);
        fuzz((uint8_t *)start, segment_end - start);
        fuzz((uint8_t *)start, 12); // the header alone
    }
}

static int find_image(struct dl_phdr_info *info, size_t bytes, void *found)
{
    (void)bytes;
    *(uintptr_t *)found = info->dlpi_addr;
    return 1; // the first is the program
}

static void run(void)
{
    test_chain();
    test_signal();
    test_null_call();
    test_frame_pointers();
    test_expressions();
    test_damage();
    test_chain(); // all is as before
}

int main(void)
{
    extern char _end[];
    ucontext_t here, there;

    payload.phdr = (const void *)getauxval(AT_PHDR);
    payload.phdr_count = (uint32_t)getauxval(AT_PHNUM);
    dl_iterate_phdr(find_image, &rank.slot.memory.base);
    rank.slot.memory.end = (uintptr_t)_end;
    rank.payload = &payload;
    map_read();
    getcontext(&there);
    there.uc_stack.ss_sp = stack;
    there.uc_stack.ss_size = sizeof stack;
    there.uc_link = &here;
    makecontext(&there, run, 0);
    swapcontext(&here, &there);
    printf("done %d\n", done);
    return 0;
}
