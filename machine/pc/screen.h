// SPDX-License-Identifier: BSD-2-Clause
// screen.h: VGA's text screen, where a boot loader has left one.
#pragma once
#include <stddef.h>
#include <stdint.h>

// `cells`: two bytes each, a character and its colours; `columns` by `rows` of them.
void screen_init(volatile uint16_t *cells, uint32_t columns, uint32_t rows);
// Nothing before screen_init. One core at a time.
void screen_write(const char *text, size_t bytes);
