// SPDX-License-Identifier: BSD-2-Clause
// chacha.h: the ChaCha20 block function, RFC 8439 section 2.3: what random bytes are made of.
#pragma once
#include <stdint.h>

#define CHACHA_BLOCK_BYTES 64

// Block number `counter` of the key stream. Words of key and nonce are little endian, as memory is.
void chacha20_block(uint8_t block[CHACHA_BLOCK_BYTES], const uint8_t key[32], uint32_t counter,
                    const uint8_t nonce[12]);
