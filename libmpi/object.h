// SPDX-License-Identifier: BSD-2-Clause
// object.h: what all MPI objects have in common, and how a handle becomes one.
//
// A handle of the ABI is a pointer. For a predefined object it is a small constant, which indexes a
// table of the object's kind; for any other it is the address of the object, which begins with struct
// mpii_object or, a request, with the head alone. The magic word tells a live object of the right kind
// from garbage and from one that was freed: good enough for a clear message, though not against every
// wild pointer.
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

#define MPII_MAGIC 0x4d504900u      // "MPI" and the kind; freed objects carry 0
#define MPII_PREDEFINED_MAX 0x1000u // handles below are constants of the standard

struct mpii_attributes; // object/attribute.h
struct mpii_errhandler; // object/error.h

struct mpii_head {
    uint32_t magic; // MPII_MAGIC | kind
    int number;     // of the handle, for Fortran (object/number.h); 0: none yet
};

struct mpii_object {
    struct mpii_head head;
    bool predefined;                    // never freed
    bool name_owned;                    // `name` came from malloc
    int uses;                           // the user's handle counts as one
    struct mpii_attributes *attributes; // communicators, datatypes, windows; NULL: never had any
    struct mpii_errhandler *errhandler; // communicators, windows, files, sessions; NULL: the initial one
    char *name;                         // malloc'ed or a constant of predefined objects; NULL: none
};

// A live object of `kind` behind a handle that is not predefined?
static inline bool mpii_object_ok(const void *handle, enum mpii_kind kind)
{
    return (uintptr_t)handle >= MPII_PREDEFINED_MAX && (uintptr_t)handle % 8 == 0 &&
           ((const struct mpii_head *)handle)->magic == (MPII_MAGIC | (uint32_t)kind);
}

static inline enum mpii_kind mpii_object_kind(const struct mpii_object *object)
{
    return (enum mpii_kind)(object->head.magic & 0xff);
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

// Frees the name, the error handler's use, the number and the memory. Attributes must be gone: see below.
void mpii_object_delete(void *pointer);

// Attributes (MPI 4.1, 7.7). The array of an object carries the functions that work on it, so that a
// program that sets no attribute does not link them.
//
// Deletes all attributes, newest first, each after its callback. Stops at the first callback that
// fails and returns the error class for the caller to return; the object then lives on (7.7.3).
// `handle` is what callbacks are given, `function` and `comm` as for mpii_error. MPI_Comm_free,
// MPI_Type_free and MPI_Win_free call it before they drop the user's use.
int mpii_attributes_delete(const char *function, MPI_Comm comm, struct mpii_object *object,
                           void *handle);

// Copies to `to`, which has none yet, the attributes of `from` whose copy callbacks want it: for
// MPI_Comm_dup and MPI_Type_dup. If one fails, deletes those copied so far and returns the error
// class; the caller then gives `to` up.
int mpii_attributes_copy(const char *function, MPI_Comm comm, struct mpii_object *to,
                         void *to_handle, const struct mpii_object *from, void *from_handle);

// Errors of calls on windows, files and sessions: as mpii_error, through the handler of `handle`.
// For MPI_FILE_NULL it is the default handler of files, for the other null handles MPI_COMM_SELF's.
int mpii_error_of(enum mpii_kind kind, void *handle, const char *function, int class,
                  const char *text, ...) __attribute__((format(printf, 5, 6)));

// Makes `to` use the error handler of `from`: a new communicator inherits (9.3).
void mpii_errhandler_inherit(struct mpii_object *to, const struct mpii_object *from);

// Error codes that mean something: predefined classes, and classes and codes the user added.
bool mpii_error_known(int code);

// Info objects (chapter 10). The value of `key` or NULL; `info` may be MPI_INFO_NULL.
const char *mpii_info_get(MPI_Info info, const char *key);

// MPI_SUCCESS for an info object or MPI_INFO_NULL, otherwise MPI_ERR_INFO as an error of `function`.
int mpii_check_info(const char *function, MPI_Comm comm, MPI_Info info);

// Sets `key` for the user to see, unless `info` is MPI_INFO_NULL. False: no memory.
bool mpii_info_tell(MPI_Info info, const char *key, const char *value);

// A new object with the keys of another one, or none of MPI_INFO_NULL. MPI_INFO_NULL: no memory.
MPI_Info mpii_info_copy(MPI_Info info);

// A new object with the hints of `first` and those of `second`, whose values win; either may be
// MPI_INFO_NULL. Keys that the standard does not know are no hints. MPI_INFO_NULL: no memory.
MPI_Info mpii_hints_merge(MPI_Info first, MPI_Info second);
void mpii_info_drop(MPI_Info info);

#pragma GCC visibility pop
