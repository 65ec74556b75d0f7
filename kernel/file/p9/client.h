// SPDX-License-Identifier: BSD-2-Clause
// client.h: requests to 9p servers and the fids they know files by. Private to p9.
//
// An operation takes a call, makes one request after the other with it, and gives it back:
//
//     p9_request(call, P9_T..., fid);   p9_put...(&call->out, ...);
//     rc = p9_exchange(call, device);   p9_get...(&call->in)
//
// A call's number is its tag on every device, so a path may lead from one to another.
#pragma once
#include "kernel/file/p9/message.h"
#include "kernel/virtio/virtio.h"
#include <linux/limits.h>

#define P9_MESSAGE_BYTES 8192u // of a request or an answer without file data: a path and a name fit
#define P9_TEXT_BYTES (3 * PATH_MAX)
#define P9_SPARE_BYTES 512u // attributes fit
#define P9_CALLS 16u        // operations under way at once
#define P9_SPARES 16u       // requests beside theirs
#define P9_FIDS 4096u       // files, directories and places open at once
#define P9_LOCKS 4096u      // ranges
#define P9_DEVICES 16u
#define P9_TAG_BYTES 255u // of a mount tag; QEMU's have 31 at most

struct p9_device {
    struct virtio_device device;
    struct virtio_queue queue;
    bool dead;                    // each further request answers -EIO
    uint32_t msize;               // the server's limit
    uint32_t root;                // its fid
    const char *path;             // where it is mounted
    char place[P9_TAG_BYTES + 2]; // that, as its tag says
};

struct p9_call {
    uint16_t tag;
    bool busy;
    bool done;             // these four: under the lock
    uint32_t written;      // bytes of the answer
    bool clunk;            // nobody waits for it: it ends by itself, and `fid` with it
    struct thread *waiter; // NULL: before the scheduler runs
    uint32_t fid;
    uint32_t bytes; // of request and answer, each
    uint32_t held;  // of the answer, without data that lie elsewhere
    struct p9_device *device;
    struct p9_out out;
    struct p9_in in;
    char *request, *answer;
    char *text; // P9_TEXT_BYTES: a path on its way; a spare has none
};

struct p9_file { // what a fid stands for
    bool used;
    bool opened; // by Tlopen or Tlcreate
    bool append; // so that each write goes to the end
    uint8_t device;
    struct p9_qid qid;
    uint32_t flags; // O_ACCMODE of the opening
    uint32_t twin;  // the same file opened with `append` the other way round, or 0
};

extern struct p9_device *p9_devices;
extern uint32_t p9_device_count;
extern struct p9_file *p9_files; // by fid; 0 is never used

#define P9_CALLS_BYTES \
    (P9_CALLS * (2ul * P9_MESSAGE_BYTES + P9_TEXT_BYTES) + P9_SPARES * 2ul * P9_SPARE_BYTES)
void p9_calls_init(char *buffers); // P9_CALLS_BYTES of them

// Blocks until one is free.
struct p9_call *p9_call_take(void);
void p9_call_give(struct p9_call *call);

void p9_request(struct p9_call *call, enum p9_type type, uint32_t fid);
// Sends it and waits for the answer: 0 and the fields in call->in, the server's error, or -EIO.
int p9_exchange(struct p9_call *call, struct p9_device *device);
// The same for Tread and Twrite, whose data lie elsewhere, in one piece: physical address and
// bytes.
int p9_exchange_data(struct p9_call *call, struct p9_device *device, struct vq_part data);

// A second call for a request that goes along with another, or NULL; p9_call_give returns it.
struct p9_call *p9_spare_take(void);
// Sends both, then waits for both. The first one's error counts.
int p9_exchange_two(struct p9_call *first, struct p9_call *second, struct p9_device *device);

// A new fid, or -ENFILE.
long p9_fid_take(const struct p9_device *device);
void p9_fid_give(uint32_t fid);                    // the server does not know it
void p9_clunk(struct p9_call *call, uint32_t fid); // it does: forgets it on both sides

static inline struct p9_device *p9_device_of(uint32_t fid)
{
    return &p9_devices[p9_files[fid].device];
}
