// SPDX-License-Identifier: BSD-2-Clause
// cfi.h: call frame information (DWARF 5, section 6.4; .eh_frame as in the Linux Standard Base).
//
// Private to kernel/signal. Turns the registers of one frame into those of its caller by running the
// little program that the compiler left for the frame's function. Nothing read here is trusted: the
// program may have overwritten its tables and its stack, so every access is checked first and every
// loop ends with its input.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// DWARF's numbers for x86-64: rax rdx rcx rbx rsi rdi rbp rsp r8 .. r15, return address.
#define CFI_REGS 17
enum cfi_reg { CFI_RBX = 3, CFI_RBP = 6, CFI_RSP = 7, CFI_RA = 16 };

struct cfi_frame {
    uint64_t reg[CFI_REGS]; // reg[CFI_RA] is the frame's instruction address
};

// The addresses that may be read: one rank's slot, where slot_check allows it. Only the rank's own
// core changes what is mapped there, so a check holds until the read.
struct cfi_space {
    uintptr_t low, high;
};

bool cfi_readable(const struct cfi_space *space, uint64_t addr, size_t bytes);
bool cfi_read_u64(const struct cfi_space *space, uint64_t addr, uint64_t *value);

// --- cursor.c: a checked walk through bytes; reading past the end sets `bad` and yields 0 ---

struct cfi_cursor {
    uintptr_t at, end;
    bool bad;
};

// All of [start, start + bytes) must be readable, or the cursor is bad from the start.
struct cfi_cursor cfi_cursor(const struct cfi_space *space, uint64_t start, size_t bytes);
uint64_t cfi_get(struct cfi_cursor *cursor, size_t bytes); // little endian, 1 to 8 bytes
uint64_t cfi_get_uleb(struct cfi_cursor *cursor);
int64_t cfi_get_sleb(struct cfi_cursor *cursor);
void cfi_skip(struct cfi_cursor *cursor, uint64_t bytes);

#define CFI_ENC_OMIT 0xffu
// A pointer in one of the encodings DW_EH_PE_*; `data` is what data-relative ones count from.
uint64_t cfi_get_encoded(struct cfi_cursor *cursor, uint8_t encoding, uint64_t data);

// --- expression.c ---

// Runs the DWARF expression whose length and bytes lie at `block`. `push`, if not NULL, is on the
// stack when it starts. False if it is damaged or uses what frame information never contains.
bool cfi_evaluate(const struct cfi_space *space, uint64_t block, const struct cfi_frame *frame,
                  const uint64_t *push, uint64_t *value);

// --- cfi.c ---

// Does the frame description at address `fde` belong to the function around `pc`?
bool cfi_covers(const struct cfi_space *space, uint64_t fde, uint64_t pc);

// Replaces `frame` by its caller's, using the frame description at address `fde`. `pc` is the address
// to look up: the frame's own, or the one before for a call's return address. Sets *signal if the
// frame is a signal handler's return, whose caller was interrupted and did not call. False if there is
// no caller or the description does not fit.
bool cfi_step(const struct cfi_space *space, uint64_t fde, uint64_t pc, struct cfi_frame *frame,
              bool *signal);
