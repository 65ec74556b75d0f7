// SPDX-License-Identifier: BSD-2-Clause
// special.h: the paths the kernel answers itself, because they speak about the rank or the machine.
//
// On both machines: /proc/self/maps, status and statm (the host's would describe all ranks at
// once), /proc/self/exe, /proc/self/fd/N, /dev/fd/N, /dev/stdin, /dev/stdout, /dev/stderr (the
// host's would name its own descriptors), and the CPUs under /sys/devices/system/cpu. Where there
// is no host's kernel also /dev/null, /dev/zero, /dev/random, /dev/urandom, /proc/cpuinfo and
// /proc/meminfo. Whatever else lies in /proc of a host speaks about the host and is passed through.
#pragma once
#include "kernel/io/io.h"

// A text made when it was opened; lies in pages of the slot. Only the rank's core touches it.
struct file_text {
    uint32_t references; // descriptors
    uint64_t bytes, offset;
    size_t pages_bytes;
    char text[];
};

struct special; // one of those paths

// The special file at an absolute path, or NULL.
const struct special *special_find(const char *path);

// What fstat says about it, and the enum file_kind it becomes when opened.
uint32_t special_mode(const struct special *special);
uint32_t special_kind(const struct special *special);

// Opens it: fills *file. 0 or a negative errno.
int special_open(struct rank *rank, const struct special *special, uint32_t flags, struct file *file);

// One descriptor less.
void special_release(struct rank *rank, struct file_text *text);

// The rank's descriptor that /dev/stdin, /dev/fd/N or /proc/self/fd/N names, or -1.
int special_descriptor(const char *path);

// The path of the rank's image, "" if nobody knows.
const char *special_image(const struct rank *rank);
