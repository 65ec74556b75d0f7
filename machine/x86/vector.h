// SPDX-License-Identifier: BSD-2-Clause
// vector.h: x87, SSE, AVX, AVX-512 state: saved by XSAVE, or FXSAVE where the processor has no more.
#pragma once
#include "machine/machine.h"

// Fills in vector_bytes, vector_save and vector_restore for the state components that are enabled
// (XCR0) on the running core.
void vector_init(struct machine *machine);
