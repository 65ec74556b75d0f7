// SPDX-License-Identifier: BSD-2-Clause
// unwind.c: the backtrace of a thread of the payload, from its registers.
//
// Each step tries, in this order: the unwind tables of the payload; the frame that a signal left, known
// by the code it returns to; the chain of frame pointers. The innermost frame may be a jump to nowhere
// (a call through NULL): then the return address is what rsp points at.
#include "kernel/signal/cfi.h"
#include "kernel/signal/signal.h"
#include "lib/lib.h"

#define PT_GNU_EH_FRAME 0x6474e550u
#define FRAME_BYTES_MAX (16ul << 20) // no frame is larger, as far as a chain of frame pointers goes

struct phdr { // Elf64_Phdr
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

// .eh_frame_hdr (Linux Standard Base, 10.6.2), in the encoding that every linker writes it in.
struct table {
    uint64_t hdr;     // what its entries count from
    uint64_t entries; // pairs of 32-bit numbers: function, frame description; ordered by function
    uint32_t count;
};

#define ENC_TABLE 0x3bu // data-relative, signed, 4 bytes
#define ENC_COUNT 0x03u // unsigned, 4 bytes

// Leaves an empty table if there is none to be trusted.
static void table_open(const struct cfi_space *space, const struct payload *payload, uint64_t base,
                       struct table *table)
{
    const struct phdr *phdr = payload->phdr;

    for (uint32_t i = 0; i < payload->phdr_count; i++) {
        struct cfi_cursor at;
        uint8_t encoding[4]; // version, encodings of: pointer to .eh_frame, count, table

        if (phdr[i].type != PT_GNU_EH_FRAME)
            continue;
        table->hdr = base + phdr[i].vaddr;
        at = cfi_cursor(space, table->hdr, (size_t)phdr[i].memsz);
        for (int k = 0; k < 4; k++)
            encoding[k] = (uint8_t)cfi_get(&at, 1);
        if (encoding[0] != 1 || encoding[2] != ENC_COUNT || encoding[3] != ENC_TABLE)
            return;
        cfi_get_encoded(&at, encoding[1], table->hdr);
        table->count = (uint32_t)cfi_get(&at, 4);
        table->entries = at.at;
        if (at.bad || table->count > (at.end - at.at) / 8)
            table->count = 0;
        return;
    }
}

static uint64_t table_number(const struct table *table, uint32_t entry, uint32_t column)
{
    int32_t number;

    memcpy(&number, (const void *)(uintptr_t)(table->entries + 8ul * entry + 4ul * column), 4);
    return table->hdr + (uint64_t)(int64_t)number;
}

// The description of the last function that starts at or below pc; 0 if there is none.
static uint64_t table_find(const struct table *table, uint64_t pc)
{
    uint32_t low = 0, high = table->count; // the answer's successor lies in low .. high

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (table_number(table, middle, 0) <= pc)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? table_number(table, low - 1, 1) : 0;
}

// What a signal handler returns to is `mov $15, %eax` or `%rax`, then `syscall`; rsp points at the
// ucontext then. For libcs whose restorer has no unwind table.
static bool step_sigreturn(const struct cfi_space *space, struct cfi_frame *frame)
{
    static const uint8_t long_form[] = {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05};
    static const uint8_t short_form[] = {0xb8, 0x0f, 0, 0, 0, 0x0f, 0x05};
    // uc_mcontext's order of registers, by DWARF's numbers: r8 .. r15, rdi rsi rbp rbx rdx rax rcx rsp rip.
    static const uint8_t order[] = {8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7, 16};
    uint64_t pc = frame->reg[CFI_RA];
    uint64_t context = frame->reg[CFI_RSP] + 40;

    if (!cfi_readable(space, pc, sizeof long_form) ||
        (memcmp((const void *)(uintptr_t)pc, long_form, sizeof long_form) != 0 &&
         memcmp((const void *)(uintptr_t)pc, short_form, sizeof short_form) != 0) ||
        !cfi_readable(space, context, 8 * sizeof order))
        return false;
    for (size_t i = 0; i < sizeof order; i++)
        cfi_read_u64(space, context + 8 * i, &frame->reg[order[i]]);
    return true;
}

static bool step_frame_pointer(const struct cfi_space *space, struct cfi_frame *frame)
{
    uint64_t rsp = frame->reg[CFI_RSP], rbp = frame->reg[CFI_RBP];

    if (rbp < rsp || rbp - rsp > FRAME_BYTES_MAX || rbp % 8 != 0 || !cfi_readable(space, rbp, 16))
        return false;
    cfi_read_u64(space, rbp, &frame->reg[CFI_RBP]);
    cfi_read_u64(space, rbp + 8, &frame->reg[CFI_RA]);
    frame->reg[CFI_RSP] = rbp + 16;
    return true;
}

// A call to an address that holds no code has pushed its return address and done nothing else.
static bool step_bad_call(const struct cfi_space *space, struct cfi_frame *frame)
{
    uint64_t rsp = frame->reg[CFI_RSP];

    if (!cfi_read_u64(space, rsp, &frame->reg[CFI_RA]))
        return false;
    frame->reg[CFI_RSP] = rsp + 8;
    return true;
}

static bool is_code(const struct cfi_space *space, uint64_t pc)
{
    return pc >= space->low && pc < space->high && slot_check((uintptr_t)pc, 1, PROT_X);
}

static void frame_start(const struct regs *regs, struct cfi_frame *frame)
{
    *frame = (struct cfi_frame){{regs->rax, regs->rdx, regs->rcx, regs->rbx, regs->rsi, regs->rdi,
                                 regs->rbp, regs->rsp, regs->r8, regs->r9, regs->r10, regs->r11,
                                 regs->r12, regs->r13, regs->r14, regs->r15, regs->rip}};
}

// Replaces `frame` by its caller's. `exact`: its address is the instruction that ran, not one behind a
// call; becomes true again for what a signal interrupted.
static bool step(const struct cfi_space *space, const struct table *table, struct cfi_frame *frame,
                 bool *exact)
{
    uint64_t pc = frame->reg[CFI_RA] - !*exact;
    bool was_exact = *exact;
    uint64_t fde;

    *exact = false;
    if (!is_code(space, pc))
        return was_exact && step_bad_call(space, frame);
    fde = table_find(table, pc);
    if (fde != 0 && cfi_covers(space, fde, pc))
        return cfi_step(space, fde, pc, frame, exact);
    if (step_sigreturn(space, frame)) {
        *exact = true;
        return true;
    }
    return step_frame_pointer(space, frame);
}

uint32_t unwind(const struct rank *rank, const struct regs *regs, uint64_t frames[], uint32_t max)
{
    const struct slot_memory *memory = &rank->slot.memory;
    struct cfi_space space = {memory->base, memory->end};
    struct table table = {0};
    struct cfi_frame frame;
    bool exact = true;
    uint32_t count = 0;

    table_open(&space, rank->payload, memory->base, &table);
    frame_start(regs, &frame);
    while (count < max) {
        frames[count++] = frame.reg[CFI_RA] - !exact;
        if (!step(&space, &table, &frame, &exact) ||
            (!exact && !is_code(&space, frame.reg[CFI_RA] - 1)))
            break;
    }
    return count;
}
