// SPDX-License-Identifier: BSD-2-Clause
// cursor.c: checked reading of call frame information and of the stacks it describes.
#include "kernel/signal/cfi.h"
#include "kernel/slot/slot.h"
#include "lib/lib.h"

bool cfi_readable(const struct cfi_space *space, uint64_t addr, size_t bytes)
{
    return addr >= space->low && addr < space->high && bytes <= space->high - addr &&
           slot_check((uintptr_t)addr, bytes, PROT_R);
}

bool cfi_read_u64(const struct cfi_space *space, uint64_t addr, uint64_t *value)
{
    if (!cfi_readable(space, addr, sizeof *value))
        return false;
    memcpy(value, (const void *)(uintptr_t)addr, sizeof *value);
    return true;
}

struct cfi_cursor cfi_cursor(const struct cfi_space *space, uint64_t start, size_t bytes)
{
    if (!cfi_readable(space, start, bytes))
        return (struct cfi_cursor){.bad = true};
    return (struct cfi_cursor){.at = (uintptr_t)start, .end = (uintptr_t)start + bytes};
}

uint64_t cfi_get(struct cfi_cursor *cursor, size_t bytes)
{
    uint64_t value = 0;

    if (cursor->bad || bytes > cursor->end - cursor->at) {
        cursor->bad = true;
        return 0;
    }
    memcpy(&value, (const void *)cursor->at, bytes);
    cursor->at += bytes;
    return value;
}

// Seven bits per byte, lowest first; bits past the 64th are dropped.
static uint64_t get_leb(struct cfi_cursor *cursor, bool is_signed)
{
    uint64_t value = 0;
    unsigned shift = 0;
    uint64_t byte;

    do { // ends with the cursor: reading past its end gives 0
        byte = cfi_get(cursor, 1);
        if (shift < 64)
            value |= (byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    if (is_signed && shift < 64 && (byte & 0x40))
        value |= ~0ull << shift;
    return value;
}

uint64_t cfi_get_uleb(struct cfi_cursor *cursor)
{
    return get_leb(cursor, false);
}

int64_t cfi_get_sleb(struct cfi_cursor *cursor)
{
    return (int64_t)get_leb(cursor, true);
}

void cfi_skip(struct cfi_cursor *cursor, uint64_t bytes)
{
    if (cursor->bad || bytes > cursor->end - cursor->at)
        cursor->bad = true;
    else
        cursor->at += (uintptr_t)bytes;
}

uint64_t cfi_get_encoded(struct cfi_cursor *cursor, uint8_t encoding, uint64_t data)
{
    uint64_t place = cursor->at;
    uint64_t value;

    if (encoding == CFI_ENC_OMIT)
        return 0;
    switch (encoding & 0x0f) {
    case 0x00: // absptr
    case 0x04: // udata8
    case 0x0c: // sdata8
        value = cfi_get(cursor, 8);
        break;
    case 0x01:
        value = cfi_get_uleb(cursor);
        break;
    case 0x02:
        value = cfi_get(cursor, 2);
        break;
    case 0x03:
        value = cfi_get(cursor, 4);
        break;
    case 0x09:
        value = (uint64_t)cfi_get_sleb(cursor);
        break;
    case 0x0a:
        value = (uint64_t)(int64_t)(int16_t)cfi_get(cursor, 2);
        break;
    case 0x0b:
        value = (uint64_t)(int64_t)(int32_t)cfi_get(cursor, 4);
        break;
    default:
        cursor->bad = true;
        return 0;
    }
    switch (encoding & 0x70) {
    case 0x00:
        return value;
    case 0x10: // pcrel
        return value + place;
    case 0x30: // datarel
        return value + data;
    default: // textrel, funcrel, aligned: never in x86-64 frame information
        cursor->bad = true;
        return 0;
    }
}
