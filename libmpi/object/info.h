// SPDX-License-Identifier: BSD-2-Clause
// info.h: info objects, between the files that deal with them.
#pragma once
#include "libmpi/object.h"

#pragma GCC visibility push(hidden)

struct mpii_info_pair {
    char *key, *value; // one malloc each
};

// Pairs in the order their keys were first set, which MPI_Info_get_nthkey shows. Objects are small:
// lookups go through them one by one.
struct mpii_info {
    struct mpii_object object;
    int count, capacity;
    struct mpii_info_pair *pair;
};

// The object behind a handle, MPI_INFO_ENV among them, or NULL.
struct mpii_info *mpii_info(MPI_Info handle);

// MPI_INFO_ENV's object, made at first use. NULL: no memory.
struct mpii_info *mpii_info_env(void);

struct mpii_info *mpii_info_new(void);
void mpii_info_delete(struct mpii_info *info);

// Sets `key` to a copy of `value`. False: no memory, nothing changed.
bool mpii_info_put(struct mpii_info *info, const char *key, const char *value);

// Index of the pair, or -1.
int mpii_info_find(const struct mpii_info *info, const char *key);

#pragma GCC visibility pop
