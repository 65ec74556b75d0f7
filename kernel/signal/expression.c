// SPDX-License-Identifier: BSD-2-Clause
// expression.c: DWARF expressions (DWARF 5, section 2.5), as far as frame information uses them.
//
// Compilers and glibc's assembly use a dozen operations: for PLT entries, for stacks that were
// realigned, for the frame a signal leaves. The integer ones are all here; locations, types and
// entry values are not.
#include "kernel/signal/cfi.h"
#include "lib/lib.h"

#define STACK_MAX 16
#define STEPS_MAX 256 // operations run; DW_OP_skip and DW_OP_bra can jump back
#define BLOCK_MAX 4096

enum {
    OP_ADDR = 0x03,
    OP_DEREF = 0x06,
    OP_CONST1U = 0x08, // .. OP_CONST8S 0x0f: sizes 1, 2, 4, 8, each unsigned then signed
    OP_CONST8S = 0x0f,
    OP_CONSTU = 0x10,
    OP_CONSTS = 0x11,
    OP_DUP = 0x12,
    OP_DROP = 0x13,
    OP_OVER = 0x14,
    OP_PICK = 0x15,
    OP_SWAP = 0x16,
    OP_ROT = 0x17,
    OP_ABS = 0x19,
    OP_AND = 0x1a,
    OP_DIV = 0x1b,
    OP_MINUS = 0x1c,
    OP_MOD = 0x1d,
    OP_MUL = 0x1e,
    OP_NEG = 0x1f,
    OP_NOT = 0x20,
    OP_OR = 0x21,
    OP_PLUS = 0x22,
    OP_PLUS_UCONST = 0x23,
    OP_SHL = 0x24,
    OP_SHR = 0x25,
    OP_SHRA = 0x26,
    OP_XOR = 0x27,
    OP_BRA = 0x28,
    OP_EQ = 0x29,
    OP_GE = 0x2a,
    OP_GT = 0x2b,
    OP_LE = 0x2c,
    OP_LT = 0x2d,
    OP_NE = 0x2e,
    OP_SKIP = 0x2f,
    OP_LIT0 = 0x30,
    OP_LIT31 = 0x4f,
    OP_BREG0 = 0x70,
    OP_BREG31 = 0x8f,
    OP_BREGX = 0x92,
    OP_DEREF_SIZE = 0x94,
    OP_NOP = 0x96,
};

struct evaluation {
    const struct cfi_space *space;
    const struct cfi_frame *frame;
    struct cfi_cursor code;
    uintptr_t start; // of the code, for jumps back
    uint64_t stack[STACK_MAX];
    unsigned depth;
    bool bad;
};

static void push(struct evaluation *e, uint64_t value)
{
    if (e->depth < STACK_MAX)
        e->stack[e->depth++] = value;
    else
        e->bad = true;
}

static uint64_t pop(struct evaluation *e)
{
    if (e->depth > 0)
        return e->stack[--e->depth];
    e->bad = true;
    return 0;
}

// The value `index` places below the top.
static uint64_t peek(struct evaluation *e, uint64_t index)
{
    if (index < e->depth)
        return e->stack[e->depth - 1 - index];
    e->bad = true;
    return 0;
}

static void jump(struct evaluation *e, bool taken)
{
    int64_t distance = (int16_t)cfi_get(&e->code, 2);
    int64_t target = (int64_t)e->code.at + distance;

    if (!taken)
        return;
    if (target < (int64_t)e->start || target > (int64_t)e->code.end)
        e->bad = true;
    else
        e->code.at = (uintptr_t)target;
}

static void deref(struct evaluation *e, size_t bytes)
{
    uint64_t addr = pop(e);
    uint64_t value = 0;

    if (e->bad || bytes == 0 || bytes > sizeof value || !cfi_readable(e->space, addr, bytes)) {
        e->bad = true;
        return;
    }
    memcpy(&value, (const void *)(uintptr_t)addr, bytes);
    push(e, value);
}

static void push_register(struct evaluation *e, uint64_t reg)
{
    int64_t offset = cfi_get_sleb(&e->code);

    if (reg < CFI_REGS)
        push(e, e->frame->reg[reg] + (uint64_t)offset);
    else
        e->bad = true;
}

static void push_constant(struct evaluation *e, unsigned op)
{
    unsigned bytes = 1u << ((op - OP_CONST1U) / 2);
    uint64_t value = cfi_get(&e->code, bytes);
    unsigned unused = 64 - 8 * bytes;

    if ((op - OP_CONST1U) % 2) // the signed one of the pair
        value = (uint64_t)((int64_t)(value << unused) >> unused);
    push(e, value);
}

// True if `op` is one of the operations on a single value; the result replaces it.
static bool unary(struct evaluation *e, unsigned op)
{
    uint64_t a;

    if (op != OP_ABS && op != OP_NEG && op != OP_NOT && op != OP_PLUS_UCONST)
        return false;
    a = pop(e);
    if (op == OP_PLUS_UCONST)
        push(e, a + cfi_get_uleb(&e->code));
    else if (op == OP_NOT)
        push(e, ~a);
    else
        push(e, op == OP_NEG || (int64_t)a < 0 ? 0 - a : a);
    return true;
}

static uint64_t shift_right_signed(uint64_t a, uint64_t count)
{
    return (uint64_t)((int64_t)a >> (count < 64 ? count : 63));
}

// The result of `a op b`, where b was on top. False for an operation that is none of these.
static bool binary_result(unsigned op, uint64_t a, uint64_t b, uint64_t *result)
{
    int64_t sa = (int64_t)a, sb = (int64_t)b;

    switch (op) {
    case OP_AND:
        *result = a & b;
        return true;
    case OP_OR:
        *result = a | b;
        return true;
    case OP_XOR:
        *result = a ^ b;
        return true;
    case OP_PLUS:
        *result = a + b;
        return true;
    case OP_MINUS:
        *result = a - b;
        return true;
    case OP_MUL:
        *result = a * b;
        return true;
    case OP_DIV: // INT64_MIN / -1 traps
        *result = b == 0 ? 0 : sb == -1 ? 0 - a : (uint64_t)(sa / sb);
        return b != 0;
    case OP_MOD:
        *result = b == 0 ? 0 : a % b;
        return b != 0;
    case OP_SHL:
        *result = b < 64 ? a << b : 0;
        return true;
    case OP_SHR:
        *result = b < 64 ? a >> b : 0;
        return true;
    case OP_SHRA:
        *result = shift_right_signed(a, b);
        return true;
    case OP_EQ:
        *result = a == b;
        return true;
    case OP_NE:
        *result = a != b;
        return true;
    case OP_GE:
        *result = sa >= sb;
        return true;
    case OP_GT:
        *result = sa > sb;
        return true;
    case OP_LE:
        *result = sa <= sb;
        return true;
    case OP_LT:
        *result = sa < sb;
        return true;
    default:
        return false;
    }
}

static void binary(struct evaluation *e, unsigned op)
{
    uint64_t b = pop(e);
    uint64_t a = pop(e);
    uint64_t result;

    if (binary_result(op, a, b, &result))
        push(e, result);
    else
        e->bad = true;
}

// Rearranges the top of the stack. False if `op` is none of these operations.
static bool shuffle(struct evaluation *e, unsigned op)
{
    uint64_t a, b, c;

    switch (op) {
    case OP_DUP:
        push(e, peek(e, 0));
        return true;
    case OP_OVER:
        push(e, peek(e, 1));
        return true;
    case OP_PICK:
        push(e, peek(e, cfi_get(&e->code, 1)));
        return true;
    case OP_DROP:
        pop(e);
        return true;
    case OP_SWAP:
        a = pop(e), b = pop(e);
        push(e, a), push(e, b);
        return true;
    case OP_ROT: // the top goes below the next two
        a = pop(e), b = pop(e), c = pop(e);
        push(e, a), push(e, c), push(e, b);
        return true;
    default:
        return false;
    }
}

static void step(struct evaluation *e)
{
    unsigned op = (unsigned)cfi_get(&e->code, 1);

    if (op >= OP_LIT0 && op <= OP_LIT31)
        push(e, op - OP_LIT0);
    else if (op >= OP_BREG0 && op <= OP_BREG31)
        push_register(e, op - OP_BREG0);
    else if (op == OP_BREGX)
        push_register(e, cfi_get_uleb(&e->code));
    else if (op >= OP_CONST1U && op <= OP_CONST8S)
        push_constant(e, op);
    else if (op == OP_ADDR)
        push(e, cfi_get(&e->code, 8));
    else if (op == OP_CONSTU)
        push(e, cfi_get_uleb(&e->code));
    else if (op == OP_CONSTS)
        push(e, (uint64_t)cfi_get_sleb(&e->code));
    else if (op == OP_DEREF)
        deref(e, 8);
    else if (op == OP_DEREF_SIZE)
        deref(e, (size_t)cfi_get(&e->code, 1));
    else if (op == OP_SKIP)
        jump(e, true);
    else if (op == OP_BRA)
        jump(e, pop(e) != 0);
    else if (op != OP_NOP && !shuffle(e, op) && !unary(e, op))
        binary(e, op);
}

bool cfi_evaluate(const struct cfi_space *space, uint64_t block, const struct cfi_frame *frame,
                  const uint64_t *start, uint64_t *value)
{
    struct cfi_cursor length = {0};
    struct evaluation e = {.space = space, .frame = frame};
    uint64_t bytes;

    // The length takes one or two bytes, given BLOCK_MAX.
    length = cfi_cursor(space, block, 2);
    bytes = cfi_get_uleb(&length);
    if (length.bad || bytes == 0 || bytes > BLOCK_MAX)
        return false;
    e.code = cfi_cursor(space, length.at, bytes);
    e.start = length.at;
    if (start)
        push(&e, *start);
    for (int steps = 0; e.code.at < e.code.end && !e.bad && !e.code.bad; steps++) {
        if (steps == STEPS_MAX)
            return false;
        step(&e);
    }
    *value = peek(&e, 0);
    return !e.bad && !e.code.bad;
}
