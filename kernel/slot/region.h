// SPDX-License-Identifier: BSD-2-Clause
// region.h: the ordered table of a slot's regions; no machine, no memory but the table.
#pragma once
#include "kernel/slot/slot.h"

// Index of the first region that ends above addr; region_count if there is none.
uint32_t region_find(const struct slot *slot, uintptr_t addr);

// Is nothing mapped in [start, end)?
bool region_free(const struct slot *slot, uintptr_t start, uintptr_t end);

// Will the table take what region_set or region_clear adds?
bool region_can_set(const struct slot *slot);
bool region_can_clear(const struct slot *slot, uintptr_t start, uintptr_t end);

// Records [start, end) with `prot`, whatever was there. -ENOMEM if the table is full; nothing has
// changed then.
int region_set(struct slot *slot, uintptr_t start, uintptr_t end, int prot);

// Records that nothing is mapped in [start, end). -ENOMEM as above.
int region_clear(struct slot *slot, uintptr_t start, uintptr_t end);
