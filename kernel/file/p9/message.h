// SPDX-License-Identifier: BSD-2-Clause
// message.h: messages of 9P2000.L as functions over buffers; no device, no thread. Private to p9.
//
// Whoever writes a message begins, puts fields and finishes; a message that does not fit is noticed
// at its end. Whoever reads gets fields; what is not there reads as zero and sets `bad`, so that
// one check at the end is enough. A text is not terminated, and may hold anything.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct statfs;
struct statx;

// Requests; the answer to each is the next number, or P9_RLERROR.
enum p9_type {
    P9_RLERROR = 7,
    P9_TSTATFS = 8,
    P9_TLOPEN = 12,
    P9_TLCREATE = 14,
    P9_TSYMLINK = 16,
    P9_TMKNOD = 18,
    P9_TREADLINK = 22,
    P9_TGETATTR = 24,
    P9_TSETATTR = 26,
    P9_TREADDIR = 40,
    P9_TFSYNC = 50,
    P9_TLOCK = 52,
    P9_TGETLOCK = 54,
    P9_TLINK = 70,
    P9_TMKDIR = 72,
    P9_TRENAMEAT = 74,
    P9_TUNLINKAT = 76,
    P9_TVERSION = 100,
    P9_TATTACH = 104,
    P9_TWALK = 110,
    P9_TREAD = 116,
    P9_TWRITE = 118,
    P9_TCLUNK = 120,
};

#define P9_NO_TAG 0xffffu  // of Tversion
#define P9_NONE UINT32_MAX // no fid, no user, no group: as it is
#define P9_WALK_MAX 16u    // names in one Twalk
#define P9_NAME_MAX 255u
#define P9_HEADER_BYTES 7u
#define P9_DATA_BYTES 11u  // of Rread without its data, and of Rlerror
#define P9_WRITE_BYTES 23u // of Twrite without its data

#define P9_GETATTR_BASIC 0x7ffull
enum p9_setattr { // valid
    P9_SET_MODE = 1,
    P9_SET_UID = 2,
    P9_SET_GID = 4,
    P9_SET_SIZE = 8,
    P9_SET_ATIME = 16,
    P9_SET_MTIME = 32,
    P9_SET_ATIME_GIVEN = 128, // not: the server's clock
    P9_SET_MTIME_GIVEN = 256,
};

#define P9_QID_DIR 0x80u
#define P9_QID_SYMLINK 0x02u
struct p9_qid { // what a server calls a file by: the same path, the same file
    uint8_t type;
    uint32_t version;
    uint64_t path;
};

struct p9_out {
    char *start, *at, *end;
    bool full;
};

void p9_begin(struct p9_out *out, void *buffer, size_t bytes, uint8_t type, uint16_t tag);
void p9_put8(struct p9_out *out, uint8_t value);
void p9_put16(struct p9_out *out, uint16_t value);
void p9_put32(struct p9_out *out, uint32_t value);
void p9_put64(struct p9_out *out, uint64_t value);
void p9_put_text(struct p9_out *out, const char *text, size_t bytes);
// Bytes of the message, `data` not counted, which follows from elsewhere. 0: it did not fit.
uint32_t p9_finish(struct p9_out *out, uint32_t data);

struct p9_in {
    const char *at, *end;
    bool bad;
};

// Of `bytes` bytes that came as the answer to a request of `type` and `tag`, of which the buffer
// holds `held` at most (data may lie elsewhere). 0: fields follow. The server's error, or -EIO: no
// such answer.
int p9_open(struct p9_in *in, const void *buffer, size_t held, size_t bytes, uint8_t type,
            uint16_t tag);
uint8_t p9_get8(struct p9_in *in);
uint16_t p9_get16(struct p9_in *in);
uint32_t p9_get32(struct p9_in *in);
uint64_t p9_get64(struct p9_in *in);
const char *p9_get_text(struct p9_in *in, uint16_t *bytes);
struct p9_qid p9_get_qid(struct p9_in *in);

// Rgetattr, Rstatfs. False: not whole.
bool p9_get_attributes(struct p9_in *in, struct statx *out);
bool p9_get_statfs(struct p9_in *in, struct statfs *out);

struct p9_entry { // of Rreaddir
    struct p9_qid qid;
    uint64_t offset; // where the next one is read from
    uint8_t type;    // DT_*
    const char *name;
    uint16_t name_bytes;
};

// False: no further one, or in->bad. A name is one: not empty, no slash, no NUL.
bool p9_get_entry(struct p9_in *in, struct p9_entry *entry);

// As getdents64 has it. Bytes used, 0: it does not fit.
size_t p9_entry_dirent(const struct p9_entry *entry, void *to, size_t bytes);
