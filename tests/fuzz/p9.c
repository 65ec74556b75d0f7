// SPDX-License-Identifier: BSD-2-Clause
// p9.c: what a 9p server answers, and what its device says in the used ring, while a rank works with files.
// fuzz: kernel/file/p9/p9.c kernel/file/p9/client.c kernel/file/p9/message.c
// fuzz: kernel/file/p9/walk.c kernel/file/p9/open.c kernel/file/p9/data.c
// fuzz: kernel/file/p9/attributes.c kernel/file/p9/names.c kernel/file/p9/where.c
// fuzz: kernel/file/p9/lock.c vq/chains.c lib/format.c
//
// The first byte chooses what the rank does. Each request then takes a byte that says how it is
// answered, one with the length of the rest, and the rest: fields behind a right header, an error, bytes as
// they are, or an entry of the used ring that is wrong. When the input is used up, all is an error.
#include "kernel/file/p9/fake_test.h"
#include <asm/statfs.h>
#include <errno.h>
#include <linux/uio.h>
#include <stdbool.h>

#define BUFFER_BYTES 3000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *input, *input_end;
static bool boots, spoil;
static uint32_t spoil_id, spoil_bytes;

static void must(bool holds)
{
    if (!holds)
        __builtin_trap();
}

static uint8_t take(void)
{
    return input < input_end ? *input++ : 1;
}

static long header(char *answer, uint32_t bytes, uint8_t type, const char *request)
{
    memcpy(answer, &bytes, 4);
    answer[4] = (char)type;
    memcpy(answer + 5, request + 5, 2);
    return bytes;
}

static long boot_server(const char *request, char *answer)
{
    static const char version[] = "\0\x10\x10\0\x8\0"
                                  "9P2000.L"; // msize: 1 MiB and 4096
    uint8_t type = (uint8_t)request[4];

    memset(answer, 0, 100);
    if (type == P9_TVERSION) {
        memcpy(answer + P9_HEADER_BYTES, version, sizeof version - 1);
        return header(answer, P9_HEADER_BYTES + sizeof version - 1, P9_TVERSION + 1, request);
    }
    must(type == P9_TATTACH);
    answer[P9_HEADER_BYTES] = (char)P9_QID_DIR;
    answer[P9_HEADER_BYTES + 5] = 1;
    return header(answer, P9_HEADER_BYTES + 13, P9_TATTACH + 1, request);
}

static long fake_server(const char *request, uint32_t bytes, char answer[FAKE_MESSAGE_BYTES])
{
    uint32_t rest, size;
    uint8_t how;

    memcpy(&size, request, 4);
    must(size == bytes && bytes >= P9_HEADER_BYTES);
    if (boots)
        return boot_server(request, answer);
    how = take();
    rest = take();
    if (rest > (size_t)(input_end - input))
        rest = (uint32_t)(input_end - input);
    memcpy(answer + P9_HEADER_BYTES, input, rest);
    input += rest;
    switch (how % 4) {
    case 0:
        return header(answer, P9_HEADER_BYTES + rest, (uint8_t)(request[4] + 1), request);
    case 1:
        memset(answer + P9_HEADER_BYTES, 0, 4);
        answer[P9_HEADER_BYTES] = (char)(rest ? rest : EIO);
        return header(answer, P9_DATA_BYTES, P9_RLERROR, request);
    case 2:
        memmove(answer, answer + P9_HEADER_BYTES, rest);
        return rest;
    default:
        spoil = true;
        spoil_id = how / 4;
        spoil_bytes = rest << 24 | rest;
        return header(answer, P9_HEADER_BYTES + rest, (uint8_t)(request[4] + 1), request);
    }
}

static void fake_used(struct vring_used_elem *used)
{
    if (!spoil)
        return;
    spoil = false;
    if (spoil_id)
        used->id = spoil_id > 40 ? spoil_id << 16 : spoil_id;
    else
        used->len = spoil_bytes;
}

static void must_be_result(long result, size_t most)
{
    must(result >= -4095 && result <= (long)most);
}

static void must_be_entries(const char *entries, long bytes)
{
    for (long at = 0; at < bytes;) {
        uint16_t length;

        memcpy(&length, entries + at + 16, 2);
        must(length >= 24 && length % 8 == 0 && at + length <= bytes);
        must(memchr(entries + at + 19, 0, length - 19u) != NULL);
        at += length;
    }
}

static void work_with(uint32_t handle, uint8_t what)
{
    static char buffer[BUFFER_BYTES];
    struct iovec vector[2] = {{buffer, 1000}, {buffer + 1000, BUFFER_BYTES - 1000}};
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_END, .l_start = -1};
    struct statfs statfs;
    uint64_t end = 0;
    long done;

    must_be_result(fake_backend->read(handle, vector, 2, what), BUFFER_BYTES);
    must_be_result(fake_backend->write(handle, vector, 2, what & 32 ? FILE_AT_END : what, &end),
                   BUFFER_BYTES);
    done = fake_backend->list(handle, buffer, sizeof buffer, 0);
    must_be_result(done, sizeof buffer);
    must_be_entries(buffer, done);
    done = fake_backend->where(handle, buffer, sizeof buffer);
    must_be_result(done, sizeof buffer);
    must(done < 0 || (done >= 2 && buffer[0] == '/' && buffer[done - 1] == '\0'));
    must_be_result(fake_backend->statfs(handle, &statfs), 0);
    must_be_result(fake_backend->lock(handle, F_OFD_SETLK, &lock), 0);
    must_be_result(fake_backend->sync(handle, FILE_SYNC_ALL), 0);
}

static void work_by_path(const char *path)
{
    static const struct file_change change = {.what = FILE_SET_SIZE};
    static char text[PATH_MAX];
    struct statx stat;

    must_be_result(fake_backend->stat(fake_root, path, 0, &stat), 0);
    must_be_result(fake_backend->access(fake_root, path, 7, 0), 0);
    must_be_result(fake_backend->set(fake_root, path, AT_SYMLINK_NOFOLLOW, &change), 0);
    must_be_result(fake_backend->readlink(fake_root, path, text, 100), 100);
    must_be_result(fake_backend->mkdir(fake_root, path, 0700), 0);
    must_be_result(fake_backend->unlink(fake_root, path, 0), 0);
    must_be_result(fake_backend->rename(fake_root, path, fake_root, "b/c/", 0), 0);
    must_be_result(fake_backend->link(fake_root, path, fake_root, "d", AT_SYMLINK_FOLLOW), 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {
        "a",         "a/b/c", "a/../b", "d1/d2/d3/d4/d5/d6/d7/d8/d9/10/11/12/13/14/15/16/17",
        "../x/./y/", "a/"};
    static const uint32_t flags[] = {O_RDWR,
                                     O_RDWR | O_CREAT,
                                     O_RDONLY | O_DIRECTORY,
                                     O_PATH | O_NOFOLLOW,
                                     O_WRONLY | O_CREAT | O_EXCL,
                                     O_WRONLY | O_APPEND};
    uint8_t what;
    long handle;

    if (size < 1)
        return 0;
    boots = true;
    must(fake_start() == 0);
    boots = spoil = false;
    input = data + 1;
    input_end = data + size;
    what = data[0];
    if (what & 1) {
        handle = fake_backend->open(fake_root, paths[what / 2 % 6], flags[what / 12 % 6], 0600);
        must_be_result(handle, P9_FIDS - 1);
        if (handle >= 0) {
            work_with((uint32_t)handle, what);
            fake_backend->close((uint32_t)handle);
        }
    } else {
        work_by_path(paths[what / 2 % 6]);
    }
    fake_backend->sync(fake_root, FILE_SYNC_ALL); // takes back what nobody waits for
    must(fake_fids() == 1); // the root: whatever was answered, nothing is left over
    return 0;
}
