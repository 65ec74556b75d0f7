// SPDX-License-Identifier: BSD-2-Clause
// data.c: reading, writing, directories. File data go between the server and the caller's memory
// without a copy, as much at once as the server takes and lies in one piece.
#include "kernel/file/p9/ops.h"
#include "lib/lib.h"
#include <linux/errno.h>
#include <linux/uio.h>

// Reads or writes the start of `bytes` at `at`: how much the server made of it, or an error;
// *asked: what was asked for.
static long piece_move(struct p9_call *call, uint32_t fid, bool read, const void *at, size_t bytes,
                       uint64_t offset, size_t *asked)
{
    struct p9_device *device = p9_device_of(fid);
    size_t most = device->msize - P9_WRITE_BYTES;
    struct vq_part data = {.device_writes = read};
    uint32_t moved;
    int rc;

    bytes = bytes < most ? bytes : most;
    data.addr = machine->physical(at, &bytes);
    if (!data.addr)
        return -EFAULT;
    data.bytes = (uint32_t)(*asked = bytes);
    p9_request(call, read ? P9_TREAD : P9_TWRITE, fid);
    p9_put64(&call->out, offset);
    p9_put32(&call->out, data.bytes);
    rc = p9_exchange_data(call, device, data);
    if (rc)
        return rc;
    moved = p9_get32(&call->in);
    if (call->in.bad || moved > bytes || (read && call->written < P9_DATA_BYTES + moved))
        return -EIO;
    return moved;
}

// The vector's elements one after the other, each in pieces. Ends at the first that is not all
// moved.
static long vector_move(struct p9_call *call, uint32_t fid, bool read, const struct iovec *vector,
                        uint32_t count, uint64_t offset)
{
    long done = 0;

    for (uint32_t i = 0; i < count; i++) {
        const char *at = vector[i].iov_base;

        for (size_t left = vector[i].iov_len; left > 0;) {
            size_t asked;
            long moved = piece_move(call, fid, read, at, left, offset + (uint64_t)done, &asked);

            if (moved < 0)
                return done ? done : moved;
            done += moved;
            if ((size_t)moved < asked)
                return done;
            at += moved;
            left -= (size_t)moved;
        }
    }
    return done;
}

long p9_op_read(uint32_t handle, const struct iovec *vector, uint32_t count, uint64_t offset)
{
    struct p9_call *call;
    long result;

    if (p9_files[handle].qid.type & P9_QID_DIR)
        return -EISDIR;
    call = p9_call_take();
    result = vector_move(call, handle, true, vector, count, offset);
    p9_call_give(call);
    return result;
}

// The fid through which to write: a file opened for appending appends whatever the offset says, any
// other never does. If the handle's is of the wrong kind, the file is opened once more.
static long fid_for(struct p9_call *call, uint32_t handle, bool append)
{
    struct p9_file *file = &p9_files[handle];
    long fid;

    if (file->append == append)
        return handle;
    if (file->twin)
        return file->twin;
    fid = p9_open_again(call, handle, O_WRONLY | (append ? O_APPEND : 0));
    if (fid >= 0 && file->twin) { // another thread was first
        p9_clunk(call, (uint32_t)fid);
        fid = file->twin;
    } else if (fid >= 0) {
        file->twin = (uint32_t)fid;
    }
    return fid;
}

long p9_op_write(uint32_t handle, const struct iovec *vector, uint32_t count, uint64_t offset,
                 uint64_t *end)
{
    struct p9_call *call = p9_call_take();
    bool append = offset == FILE_AT_END;
    long fid = fid_for(call, handle, append), result = fid;

    if (fid >= 0)
        result = vector_move(call, (uint32_t)fid, false, vector, count, append ? 0 : offset);
    if (result > 0 && append) {
        struct statx stat;

        // The protocol does not tell where it was written.
        if (p9_attributes(call, handle, &stat) == 0)
            *end = stat.stx_size;
    }
    p9_call_give(call);
    return result;
}

int p9_list(struct p9_call *call, uint32_t fid, uint64_t offset, struct p9_in *in)
{
    uint32_t listed;
    int rc;

    p9_request(call, P9_TREADDIR, fid);
    p9_put64(&call->out, offset);
    p9_put32(&call->out, P9_MESSAGE_BYTES - P9_DATA_BYTES);
    rc = p9_exchange(call, p9_device_of(fid));
    if (rc)
        return rc;
    *in = call->in;
    listed = p9_get32(in);
    if (in->bad || listed > (size_t)(in->end - in->at))
        return -EIO;
    in->end = in->at + listed;
    return 0;
}

static long entries_copy(struct p9_in *in, char *to, size_t bytes)
{
    struct p9_entry entry;
    long used = 0;

    while (p9_get_entry(in, &entry)) { // each takes bytes
        size_t more = p9_entry_dirent(&entry, to + used, bytes - (size_t)used);

        if (!more)
            return used ? used : -EINVAL;
        used += (long)more;
    }
    return in->bad && !used ? -EIO : used;
}

long p9_op_list(uint32_t handle, void *to, size_t bytes, uint64_t offset)
{
    struct p9_call *call;
    struct p9_in in;
    long rc;

    if (!(p9_files[handle].qid.type & P9_QID_DIR))
        return -ENOTDIR;
    call = p9_call_take();
    rc = p9_list(call, handle, offset, &in);
    if (!rc)
        rc = entries_copy(&in, to, bytes);
    p9_call_give(call);
    return rc;
}

long p9_op_sync(uint32_t handle, enum file_sync how)
{
    struct p9_call *call;
    int rc;

    if (how == FILE_SYNC_SYSTEM)
        return -EOPNOTSUPP; // the protocol knows files only
    call = p9_call_take();
    p9_request(call, P9_TFSYNC, handle);
    p9_put32(&call->out, how == FILE_SYNC_DATA);
    rc = p9_exchange(call, p9_device_of(handle));
    p9_call_give(call);
    return rc;
}

// The protocol has none; a libc then writes zeroes itself.
long p9_op_allocate(uint32_t handle, uint32_t mode, uint64_t offset, uint64_t bytes)
{
    (void)handle;
    (void)mode;
    (void)offset;
    (void)bytes;
    return -EOPNOTSUPP;
}
