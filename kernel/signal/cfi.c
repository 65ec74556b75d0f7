// SPDX-License-Identifier: BSD-2-Clause
// cfi.c: from a frame to its caller, by the function's frame description entry.
//
// An entry (FDE) names its common part (CIE). The CIE's program, then the FDE's up to the wanted
// address, build a row of rules: how to compute the canonical frame address (CFA, the stack pointer
// before the call), and where each register of the caller was saved relative to it.
#include "kernel/signal/cfi.h"
#include "lib/lib.h"

#define RECORD_BYTES_MAX (1u << 20)
#define STATES_MAX 4 // nested DW_CFA_remember_state; compilers nest one or two
#define AUGMENTATION_MAX 8

enum { // DWARF 5, 7.24; the first three keep their operand in the lower six bits
    CFA_ADVANCE_LOC = 0x40,
    CFA_OFFSET = 0x80,
    CFA_RESTORE = 0xc0,
    CFA_NOP = 0x00,
    CFA_SET_LOC = 0x01,
    CFA_ADVANCE_LOC1 = 0x02,
    CFA_ADVANCE_LOC4 = 0x04,
    CFA_OFFSET_EXTENDED = 0x05,
    CFA_RESTORE_EXTENDED = 0x06,
    CFA_UNDEFINED = 0x07,
    CFA_SAME_VALUE = 0x08,
    CFA_REGISTER = 0x09,
    CFA_REMEMBER_STATE = 0x0a,
    CFA_RESTORE_STATE = 0x0b,
    CFA_DEF_CFA = 0x0c,
    CFA_DEF_CFA_REGISTER = 0x0d,
    CFA_DEF_CFA_OFFSET = 0x0e,
    CFA_DEF_CFA_EXPRESSION = 0x0f,
    CFA_EXPRESSION = 0x10,
    CFA_OFFSET_EXTENDED_SF = 0x11,
    CFA_DEF_CFA_SF = 0x12,
    CFA_DEF_CFA_OFFSET_SF = 0x13,
    CFA_VAL_OFFSET = 0x14,
    CFA_VAL_OFFSET_SF = 0x15,
    CFA_VAL_EXPRESSION = 0x16,
    CFA_GNU_ARGS_SIZE = 0x2e,
    CFA_GNU_NEGATIVE_OFFSET = 0x2f,
};

enum rule_kind {
    RULE_SAME, // also what nothing is said about: the ABI says a call keeps it, or nobody needs it
    RULE_UNDEFINED,
    RULE_OFFSET,     // saved at CFA + value
    RULE_VAL_OFFSET, // is CFA + value
    RULE_REGISTER,   // is in register `value`
    RULE_EXPRESSION, // saved where the expression at address `value` says
    RULE_VAL_EXPRESSION,
};

struct rule {
    uint32_t kind;
    int64_t value;
};

struct row {
    bool cfa_by_expression;
    uint64_t cfa_reg;
    int64_t cfa_offset; // or the expression's address
    struct rule reg[CFI_REGS];
};

struct description {
    uint64_t code_align;
    int64_t data_align;
    uint64_t ra_reg;
    uint8_t pc_encoding;
    bool has_augmentation_data, signal;
    uint64_t pc_begin, pc_bytes;
    struct cfi_cursor cie_program, fde_program;
};

// Opens the record at `addr`: a cursor behind its length. 64-bit records do not occur in x86-64.
static struct cfi_cursor record_open(const struct cfi_space *space, uint64_t addr)
{
    struct cfi_cursor head = cfi_cursor(space, addr, 4);
    uint64_t bytes = cfi_get(&head, 4);

    if (head.bad || bytes < 4 || bytes > RECORD_BYTES_MAX)
        return (struct cfi_cursor){.bad = true};
    return cfi_cursor(space, addr + 4, bytes);
}

// The augmentation string says what follows: z length of it, R encoding of addresses, P personality,
// L encoding of the language-specific data, S signal frame.
static bool parse_augmentation(struct cfi_cursor *at, const char *letters, struct description *d)
{
    uint64_t bytes;
    uintptr_t end;

    d->has_augmentation_data = letters[0] == 'z';
    if (!d->has_augmentation_data)
        return letters[0] == '\0';
    bytes = cfi_get_uleb(at);
    if (at->bad || bytes > at->end - at->at)
        return false;
    end = at->at + (uintptr_t)bytes;
    for (const char *letter = letters + 1; *letter; letter++) {
        if (*letter == 'R')
            d->pc_encoding = (uint8_t)cfi_get(at, 1);
        else if (*letter == 'P')
            cfi_get_encoded(at, (uint8_t)cfi_get(at, 1), 0);
        else if (*letter == 'L')
            cfi_get(at, 1);
        else if (*letter == 'S')
            d->signal = true;
        else
            break; // unknown letters: their data is skipped with the rest
    }
    at->at = end;
    return !at->bad;
}

static bool parse_cie(const struct cfi_space *space, uint64_t addr, struct description *d)
{
    struct cfi_cursor at = record_open(space, addr);
    uint64_t id = cfi_get(&at, 4);
    uint64_t version = cfi_get(&at, 1);
    char letters[AUGMENTATION_MAX + 1] = {0};
    unsigned count = 0;
    char letter;

    if (at.bad || id != 0 || (version != 1 && version != 3))
        return false;
    while ((letter = (char)cfi_get(&at, 1)) != '\0') {
        if (count == AUGMENTATION_MAX)
            return false;
        letters[count++] = letter;
    }
    d->code_align = cfi_get_uleb(&at);
    d->data_align = cfi_get_sleb(&at);
    d->ra_reg = version == 1 ? cfi_get(&at, 1) : cfi_get_uleb(&at);
    d->pc_encoding = 0;
    d->signal = false;
    if (at.bad || d->ra_reg != CFI_RA || !parse_augmentation(&at, letters, d))
        return false;
    d->cie_program = at;
    return true;
}

static bool parse_fde(const struct cfi_space *space, uint64_t addr, struct description *d)
{
    struct cfi_cursor at = record_open(space, addr);
    uint64_t cie_place = at.at;
    uint64_t cie_distance = cfi_get(&at, 4);

    if (at.bad || cie_distance == 0 || !parse_cie(space, cie_place - cie_distance, d))
        return false;
    d->pc_begin = cfi_get_encoded(&at, d->pc_encoding, 0);
    d->pc_bytes = cfi_get_encoded(&at, d->pc_encoding & 0x0f, 0);
    if (d->has_augmentation_data)
        cfi_skip(&at, cfi_get_uleb(&at));
    d->fde_program = at;
    return !at.bad;
}

static void set_rule(struct row *row, uint64_t reg, enum rule_kind kind, int64_t value)
{
    if (reg < CFI_REGS) // others, such as vector registers, are not followed
        row->reg[reg] = (struct rule){.kind = kind, .value = value};
}

static void restore(struct row *row, uint64_t reg, const struct row *initial)
{
    if (initial && reg < CFI_REGS)
        row->reg[reg] = initial->reg[reg];
}

// The position of an expression block; the cursor moves behind it.
static int64_t take_block(struct cfi_cursor *at)
{
    int64_t block = (int64_t)at->at;

    cfi_skip(at, cfi_get_uleb(at));
    return block;
}

// A number in units of the CIE's data alignment.
static int64_t factored(const struct description *d, uint64_t number)
{
    return (int64_t)(number * (uint64_t)d->data_align);
}

// Instructions for the CFA (DWARF 5, 6.4.2.2). False: none of them.
static bool run_cfa(const struct description *d, struct cfi_cursor *at, unsigned op, struct row *row)
{
    switch (op) {
    case CFA_DEF_CFA:
    case CFA_DEF_CFA_SF:
        row->cfa_by_expression = false;
        row->cfa_reg = cfi_get_uleb(at);
        row->cfa_offset =
            op == CFA_DEF_CFA ? (int64_t)cfi_get_uleb(at) : factored(d, (uint64_t)cfi_get_sleb(at));
        return true;
    case CFA_DEF_CFA_REGISTER:
        row->cfa_reg = cfi_get_uleb(at);
        return true;
    case CFA_DEF_CFA_OFFSET:
        row->cfa_offset = (int64_t)cfi_get_uleb(at);
        return true;
    case CFA_DEF_CFA_OFFSET_SF:
        row->cfa_offset = factored(d, (uint64_t)cfi_get_sleb(at));
        return true;
    case CFA_DEF_CFA_EXPRESSION:
        row->cfa_by_expression = true;
        row->cfa_offset = take_block(at);
        return true;
    case CFA_GNU_ARGS_SIZE: // of interest to exception handling only
        cfi_get_uleb(at);
        return true;
    default:
        return false;
    }
}

// Instructions for one register (DWARF 5, 6.4.2.3), whose number comes first. False: none of them.
static bool run_register(const struct description *d, struct cfi_cursor *at, unsigned op,
                         struct row *row, const struct row *initial)
{
    uint64_t reg = cfi_get_uleb(at);

    switch (op) {
    case CFA_OFFSET_EXTENDED:
        set_rule(row, reg, RULE_OFFSET, factored(d, cfi_get_uleb(at)));
        return true;
    case CFA_OFFSET_EXTENDED_SF:
        set_rule(row, reg, RULE_OFFSET, factored(d, (uint64_t)cfi_get_sleb(at)));
        return true;
    case CFA_GNU_NEGATIVE_OFFSET:
        set_rule(row, reg, RULE_OFFSET, factored(d, 0 - cfi_get_uleb(at)));
        return true;
    case CFA_VAL_OFFSET:
        set_rule(row, reg, RULE_VAL_OFFSET, factored(d, cfi_get_uleb(at)));
        return true;
    case CFA_VAL_OFFSET_SF:
        set_rule(row, reg, RULE_VAL_OFFSET, factored(d, (uint64_t)cfi_get_sleb(at)));
        return true;
    case CFA_RESTORE_EXTENDED:
        restore(row, reg, initial);
        return true;
    case CFA_UNDEFINED:
        set_rule(row, reg, RULE_UNDEFINED, 0);
        return true;
    case CFA_SAME_VALUE:
        set_rule(row, reg, RULE_SAME, 0);
        return true;
    case CFA_REGISTER:
        set_rule(row, reg, RULE_REGISTER, (int64_t)cfi_get_uleb(at));
        return true;
    case CFA_EXPRESSION:
        set_rule(row, reg, RULE_EXPRESSION, take_block(at));
        return true;
    case CFA_VAL_EXPRESSION:
        set_rule(row, reg, RULE_VAL_EXPRESSION, take_block(at));
        return true;
    default:
        return false;
    }
}

// Runs a program up to the row for `pc`. `initial` is the CIE's row, NULL while that is being made.
static bool run_program(const struct description *d, struct cfi_cursor at, uint64_t pc,
                        struct row *row, const struct row *initial)
{
    struct row saved[STATES_MAX];
    unsigned saved_count = 0;
    uint64_t loc = d->pc_begin;

    while (at.at < at.end && !at.bad && loc <= pc) { // each instruction takes a byte at least
        unsigned op = (unsigned)cfi_get(&at, 1);
        uint64_t low = op & 0x3f;

        if (op >> 6 == CFA_ADVANCE_LOC >> 6)
            loc += low * d->code_align;
        else if (op >> 6 == CFA_OFFSET >> 6)
            set_rule(row, low, RULE_OFFSET, factored(d, cfi_get_uleb(&at)));
        else if (op >> 6 == CFA_RESTORE >> 6)
            restore(row, low, initial);
        else if (op == CFA_SET_LOC)
            loc = cfi_get_encoded(&at, d->pc_encoding, 0);
        else if (op >= CFA_ADVANCE_LOC1 && op <= CFA_ADVANCE_LOC4)
            loc += cfi_get(&at, 1u << (op - CFA_ADVANCE_LOC1)) * d->code_align;
        else if (op == CFA_REMEMBER_STATE && saved_count < STATES_MAX)
            saved[saved_count++] = *row;
        else if (op == CFA_RESTORE_STATE && saved_count > 0)
            *row = saved[--saved_count];
        else if (op != CFA_NOP && !run_cfa(d, &at, op, row) && !run_register(d, &at, op, row, initial))
            return false;
    }
    return !at.bad;
}

static bool compute_cfa(const struct cfi_space *space, const struct row *row,
                        const struct cfi_frame *frame, uint64_t *cfa)
{
    if (row->cfa_by_expression)
        return cfi_evaluate(space, (uint64_t)row->cfa_offset, frame, NULL, cfa);
    if (row->cfa_reg >= CFI_RA)
        return false;
    *cfa = frame->reg[row->cfa_reg] + (uint64_t)row->cfa_offset;
    return true;
}

static bool apply_rule(const struct cfi_space *space, const struct rule *rule,
                       const struct cfi_frame *frame, uint64_t cfa, uint64_t *value)
{
    uint64_t addr;

    switch (rule->kind) {
    case RULE_OFFSET:
        return cfi_read_u64(space, cfa + (uint64_t)rule->value, value);
    case RULE_VAL_OFFSET:
        *value = cfa + (uint64_t)rule->value;
        return true;
    case RULE_REGISTER:
        if ((uint64_t)rule->value >= CFI_REGS)
            return false;
        *value = frame->reg[rule->value];
        return true;
    case RULE_EXPRESSION:
        return cfi_evaluate(space, (uint64_t)rule->value, frame, &cfa, &addr) &&
               cfi_read_u64(space, addr, value);
    case RULE_VAL_EXPRESSION:
        return cfi_evaluate(space, (uint64_t)rule->value, frame, &cfa, value);
    default:
        return true; // the same, or undefined: a stale value harms nobody
    }
}

static bool covers(const struct description *d, uint64_t pc)
{
    return pc >= d->pc_begin && pc - d->pc_begin < d->pc_bytes;
}

bool cfi_covers(const struct cfi_space *space, uint64_t fde, uint64_t pc)
{
    struct description d = {0};

    return parse_fde(space, fde, &d) && covers(&d, pc);
}

bool cfi_step(const struct cfi_space *space, uint64_t fde, uint64_t pc, struct cfi_frame *frame,
              bool *signal)
{
    struct description d = {0};
    struct row row = {0}, initial;
    struct cfi_frame caller = *frame;
    uint64_t cfa;

    if (!parse_fde(space, fde, &d) || !covers(&d, pc))
        return false;
    if (!run_program(&d, d.cie_program, UINT64_MAX, &row, NULL))
        return false;
    initial = row;
    if (!run_program(&d, d.fde_program, pc, &row, &initial))
        return false;
    if (!compute_cfa(space, &row, frame, &cfa))
        return false;
    // The outermost frames, _start and a thread's first, say that their return address is undefined.
    if (row.reg[CFI_RA].kind == RULE_UNDEFINED || row.reg[CFI_RA].kind == RULE_SAME)
        return false;
    caller.reg[CFI_RSP] = cfa;
    for (unsigned reg = 0; reg < CFI_REGS; reg++) {
        if (!apply_rule(space, &row.reg[reg], frame, cfa, &caller.reg[reg]))
            return false;
    }
    *frame = caller;
    *signal = d.signal;
    return true;
}
