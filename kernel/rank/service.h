// SPDX-License-Identifier: BSD-2-Clause
// service.h: the table that libmpi gets.
#pragma once
#include "kernel/rank/rank.h"

// Fills in rank->services. Once, when the rank is created.
void services_fill(struct rank *rank);
