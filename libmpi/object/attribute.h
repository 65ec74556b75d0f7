// SPDX-License-Identifier: BSD-2-Clause
// attribute.h: attributes and their keys, between the files that deal with them.
#pragma once
#include "libmpi/object.h"

#pragma GCC visibility push(hidden)

struct mpii_attribute {
    int keyval;
    bool cell; // Fortran set it, a number: `value` is the address of its own malloc'ed MPI_Aint (19.3.7)
    void *value;
};

// A key the user made. Freed when neither the user nor any attribute needs it (MPI 4.1, 7.7.2).
struct mpii_keyval {
    enum mpii_kind kind;
    int number;
    int uses;   // the user's handle and one for each attribute
    bool freed; // the user's handle is gone
    void *extra_state;
    union {
        MPI_Comm_copy_attr_function *comm;
        MPI_Type_copy_attr_function *type;
        MPI_Win_copy_attr_function *win;
    } copy;
    union {
        MPI_Comm_delete_attr_function *comm;
        MPI_Type_delete_attr_function *type;
        MPI_Win_delete_attr_function *win;
    } delete;
    // A key made in Fortran: how to call the two. NULL: made in C.
    int (*call_copy)(const struct mpii_keyval *key, void *handle, const struct mpii_attribute *in,
                     struct mpii_attribute *out, int *flag);
    int (*call_delete)(const struct mpii_keyval *key, void *handle,
                       const struct mpii_attribute *attribute);
};

// Oldest first. Callbacks may change the array they are called for: hold indexes, not addresses.
struct mpii_attributes {
    // Of this file's functions: see mpii_attributes_delete in object.h.
    int (*delete_all)(const char *function, MPI_Comm comm, struct mpii_object *object, void *handle);
    int (*copy_all)(const char *function, MPI_Comm comm, struct mpii_object *to, void *to_handle,
                    const struct mpii_object *from, void *from_handle);
    int count, capacity;
    struct mpii_attribute entry[];
};

// The key behind a number, or NULL: it is predefined or none. A key that the user freed is still one
// while attributes have it. The address stays the same.
struct mpii_keyval *mpii_keyval(int keyval);

// One use less, of the user or of an attribute.
void mpii_keyval_drop(struct mpii_keyval *key);

// Index of the attribute, or -1.
int mpii_attribute_find(const struct mpii_object *object, int keyval);

// Appends an attribute that is not there yet; keeps its key if it is a user's. False: no memory.
bool mpii_attribute_put(struct mpii_object *object, struct mpii_attribute attribute);

// A cell of its own for a number. False: no memory.
bool mpii_attribute_number(struct mpii_attribute *attribute, int keyval, MPI_Aint number);

// Deletes the attribute at `index` after its callback; it stays if that fails. The code to return.
int mpii_attribute_delete(const char *function, MPI_Comm comm, struct mpii_object *object,
                          void *handle, int index);

// What the calls of C and of Fortran that set and get attributes have in common. mpii_attribute_set takes
// a cell over, also if it fails. mpii_attribute_get says as `found` what C's MPI_X_get_attr returns.
int mpii_attribute_set(const char *function, enum mpii_kind kind, void *handle,
                       struct mpii_attribute attribute);
int mpii_attribute_get(const char *function, enum mpii_kind kind, void *handle, int keyval,
                       struct mpii_attribute *found, int *flag);

#pragma GCC visibility pop
