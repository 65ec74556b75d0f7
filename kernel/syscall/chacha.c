// SPDX-License-Identifier: BSD-2-Clause
// chacha.c: ChaCha20, RFC 8439 sections 2.1 to 2.3.
#include "kernel/syscall/chacha.h"
#include "lib/lib.h"

static uint32_t rotate(uint32_t x, int bits)
{
    return x << bits | x >> (32 - bits);
}

static void quarter_round(uint32_t s[16], int a, int b, int c, int d)
{
    s[a] += s[b];
    s[d] = rotate(s[d] ^ s[a], 16);
    s[c] += s[d];
    s[b] = rotate(s[b] ^ s[c], 12);
    s[a] += s[b];
    s[d] = rotate(s[d] ^ s[a], 8);
    s[c] += s[d];
    s[b] = rotate(s[b] ^ s[c], 7);
}

void chacha20_block(uint8_t block[CHACHA_BLOCK_BYTES], const uint8_t key[32], uint32_t counter,
                    const uint8_t nonce[12])
{
    uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}; // "expand 32-byte k"
    uint32_t s[16];

    memcpy(start + 4, key, 32);
    start[12] = counter;
    memcpy(start + 13, nonce, 12);
    memcpy(s, start, sizeof s);
    for (int round = 0; round < 20; round += 2) {
        for (int column = 0; column < 4; column++)
            quarter_round(s, column, column + 4, column + 8, column + 12);
        for (int column = 0; column < 4; column++)
            quarter_round(s, column, 4 + (column + 1) % 4, 8 + (column + 2) % 4,
                          12 + (column + 3) % 4);
    }
    for (int i = 0; i < 16; i++)
        s[i] += start[i];
    memcpy(block, s, sizeof s);
}
