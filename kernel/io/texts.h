// SPDX-License-Identifier: BSD-2-Clause
// texts.h: what stands in the files the kernel makes up. Private to this room.
#pragma once
#include "kernel/io/io.h"

#define TEXT_SLACK 512 // by so much a text may grow between measuring and writing it

// A text being written; `to` NULL: only measured.
struct text {
    char *to;
    size_t size, length; // length: what the whole text would have
};

typedef void text_maker(const struct rank *rank, struct text *text);

text_maker text_maps, text_status, text_statm, text_cpus, text_cpuinfo, text_meminfo;
