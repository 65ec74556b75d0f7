// SPDX-License-Identifier: BSD-2-Clause
// object.h: what all MPI objects have in common, and how a handle becomes one.
//
// A handle of the ABI is a pointer. For a predefined object it is a small constant, which indexes a
// table of the object's kind; for any other it is the address of the object, whose first member is
// struct mpii_object. The magic word tells a live object of the right kind from garbage and from one
// that was freed: good enough for a clear message, though not against every wild pointer.
//
// Handles are freed by the user, objects when nobody uses them any more: a request keeps its datatype
// and communicator alive (MPI 4.1, 2.5.1 and 3.7.4). All of it belongs to one rank, no locks.
#pragma once
#include "libmpi/mpii.h"

#pragma GCC visibility push(hidden)

enum mpii_kind {
    MPII_COMM = 1,
    MPII_GROUP,
    MPII_TYPE,
    MPII_OP,
    MPII_INFO,
    MPII_ERRHANDLER,
    MPII_REQUEST,
    MPII_MESSAGE,
    MPII_WIN,
    MPII_FILE,
    MPII_SESSION,
};

#define MPII_MAGIC 0x4d504900u // "MPI" and the kind; freed objects carry 0
#define MPII_PREDEFINED_MAX 0x1000u // handles below are constants of the standard

struct mpii_attribute; // attribute.c
struct mpii_errhandler;

struct mpii_object {
    uint32_t magic; // MPII_MAGIC | kind
    bool predefined; // never freed
    int uses;        // the user's handle counts as one
    struct mpii_attribute *attributes; // communicators, datatypes, windows
    struct mpii_errhandler *errhandler; // communicators, windows, files, sessions
    char *name; // malloc'ed or a constant of predefined objects; NULL: none
};

// A live object of `kind` behind a handle that is not predefined?
static inline bool mpii_object_ok(const void *handle, enum mpii_kind kind)
{
    return (uintptr_t)handle >= MPII_PREDEFINED_MAX && (uintptr_t)handle % 8 == 0 &&
           ((const struct mpii_object *)handle)->magic == (MPII_MAGIC | (uint32_t)kind);
}

// A zeroed object of `bytes`, used once. NULL: no memory.
void *mpii_object_new(enum mpii_kind kind, size_t bytes);

static inline void mpii_object_keep(struct mpii_object *object)
{
    object->uses++;
}

// One use less; true if that was the last and the caller shall free what the object holds, then call
// mpii_object_delete. Predefined objects are never done.
static inline bool mpii_object_drop(struct mpii_object *object)
{
    return --object->uses == 0 && !object->predefined;
}

void mpii_object_delete(void *object);

#pragma GCC visibility pop
