// SPDX-License-Identifier: BSD-2-Clause
// p9_test.c: the back end against a server of this file's own: a small tree, written from the
// protocol. What leads where; that nothing is remembered; that each request may fail, be answered
// wrongly, or never.
#include "kernel/file/file.h"
#include "kernel/file/p9/fake_test.h"
#include <asm/statfs.h>
#include <errno.h>
#include <linux/fs.h>
#include <linux/uio.h>

static int cases;

#define check(condition) \
    do { \
        if (!(condition)) { \
            printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

// --- the server ---

struct node {
    const char *name;
    int parent; // index; the root's own is 0
    uint32_t mode;
    char text[64]; // contents, or a link's target
};

static struct node tree[] = {
    {"", 0, S_IFDIR | 0755, ""},
    {"file", 0, S_IFREG | 0644, "one"},
    {"dir", 0, S_IFDIR | 0755, ""},
    {"inner", 2, S_IFREG | 0600, "two"},
    {"link", 0, S_IFLNK | 0777, "dir/inner"},
    {"absolute", 0, S_IFLNK | 0777, "/m/dir"},
    {"outside", 0, S_IFLNK | 0777, "/etc/passwd"},
    {"loop", 0, S_IFLNK | 0777, "loop"},
    {"pipe", 0, S_IFIFO | 0644, ""},
    {"deeper", 2, S_IFDIR | 0700, ""},
};

#define NODES ((int)(sizeof tree / sizeof tree[0]))

enum fault {
    FAULT_NONE,
    FAULT_ERROR,
    FAULT_TAG,
    FAULT_TYPE,
    FAULT_SHORT,
    FAULT_SILENT,
    FAULT_USED
};

static int fid_node[P9_FIDS]; // index + 1; 0: no such fid
static uint32_t requests;
static enum fault fault;
static int fault_type; // the request it befalls; 0: any
static bool spoil;

static uint64_t get(const char *at, size_t bytes)
{
    uint64_t value = 0;

    memcpy(&value, at, bytes);
    return value;
}

static char *put(char *at, uint64_t value, size_t bytes)
{
    memcpy(at, &value, bytes);
    return at + bytes;
}

static char *put_qid(char *at, int node)
{
    uint32_t type = tree[node].mode & S_IFMT;

    at = put(at, type == S_IFDIR ? P9_QID_DIR : type == S_IFLNK ? P9_QID_SYMLINK : 0, 1);
    return put(put(at, 0, 4), 100 + (uint64_t)node, 8);
}

static int child(int parent, const char *name, size_t bytes)
{
    if (bytes == 2 && memcmp(name, "..", 2) == 0)
        return tree[parent].parent;
    for (int i = 1; i < NODES; i++)
        if (tree[i].parent == parent && strlen(tree[i].name) == bytes &&
            memcmp(tree[i].name, name, bytes) == 0)
            return i;
    return -1;
}

// *error, or the end of the answer.
static char *walk(const char *request, char *at, int node, int *error)
{
    uint32_t fid = (uint32_t)get(request + 11, 4), count = (uint32_t)get(request + 15, 2), passed = 0;
    char *count_at = at;

    request += 17;
    for (at += 2; passed < count; passed++) {
        size_t bytes = get(request, 2);
        int next = tree[node].mode & 040000 ? child(node, request + 2, bytes) : -1;

        if (next < 0)
            break;
        node = next;
        at = put_qid(at, node);
        request += 2 + bytes;
    }
    *error = count && !passed ? ENOENT : 0;
    put(count_at, passed, 2);
    if (passed == count) {
        check(fid < P9_FIDS && !fid_node[fid]);
        fid_node[fid] = node + 1;
    }
    return at;
}

static char *attributes(char *at, int node)
{
    at = put_qid(put(at, 0x7ff, 8), node);
    at = put(put(put(at, tree[node].mode, 4), 1000, 4), 1000, 4);
    at = put(put(at, 1, 8), 0, 8);
    at = put(put(put(at, strlen(tree[node].text), 8), 4096, 8), 8, 8);
    memset(at, 0, 80);
    return at + 80;
}

static char *list(const char *request, char *at, int node)
{
    char *count_at = at;

    at += 4;
    for (int i = (int)get(request + 11, 8) + 1; i < NODES; i++)
        if (tree[i].parent == node) {
            size_t bytes = strlen(tree[i].name);

            at = put(put_qid(at, i), (uint64_t)i, 8);
            at = put(put(at, (tree[i].mode & S_IFMT) >> 12, 1), bytes, 2);
            memcpy(at, tree[i].name, bytes);
            at += bytes;
        }
    put(count_at, (uint64_t)(at - count_at - 4), 4);
    return at;
}

static char *reading(const char *request, char *at, int node)
{
    size_t size = strlen(tree[node].text), from = get(request + 11, 8), count = get(request + 19, 4);

    from = from < size ? from : size;
    count = count < size - from ? count : size - from;
    memcpy(put(at, count, 4), tree[node].text + from, count);
    return at + 4 + count;
}

static char *writing(const char *request, char *at, int node)
{
    size_t from = get(request + 11, 8), count = get(request + 19, 4);

    check(from + count < sizeof tree[0].text);
    memcpy(tree[node].text + from, request + P9_WRITE_BYTES, count);
    return put(at, count, 4);
}

static char *serve(const char *request, char *at, int *error)
{
    uint32_t fid = (uint32_t)get(request + 7, 4);
    int node = fid < P9_FIDS ? fid_node[fid] - 1 : -1;
    static const char version[] = "9P2000.L";

    *error = 0;
    switch ((uint8_t)request[4]) {
    case P9_TVERSION:
        at = put(put(at, get(request + 7, 4), 4), sizeof version - 1, 2);
        memcpy(at, version, sizeof version - 1);
        return at + sizeof version - 1;
    case P9_TATTACH:
        fid_node[fid] = 1;
        return put_qid(at, 0);
    }
    check(node >= 0); // nothing else is said of a fid that there is not
    switch ((uint8_t)request[4]) {
    case P9_TWALK:
        return walk(request, at, node, error);
    case P9_TGETATTR:
        return attributes(at, node);
    case P9_TLOPEN:
        return put(put_qid(at, node), 0, 4);
    case P9_TREAD:
        return reading(request, at, node);
    case P9_TWRITE:
        return writing(request, at, node);
    case P9_TREADDIR:
        return list(request, at, node);
    case P9_TREADLINK:
        at = put(at, strlen(tree[node].text), 2);
        memcpy(at, tree[node].text, strlen(tree[node].text));
        return at + strlen(tree[node].text);
    case P9_TCLUNK:
        fid_node[fid] = 0;
        return at;
    default:
        *error = ENOSPC;
        return at;
    }
}

static long fake_server(const char *request, uint32_t bytes, char answer[FAKE_MESSAGE_BYTES])
{
    uint8_t type = (uint8_t)request[4];
    enum fault now = !fault_type || fault_type == type ? fault : FAULT_NONE;
    int error;
    char *end;

    check(get(request, 4) == bytes);
    requests++;
    if (now == FAULT_SILENT)
        return -1;
    if (now == FAULT_ERROR) {
        if (type == P9_TCLUNK) // as the standard says, the fid is no more
            fid_node[get(request + 7, 4)] = 0;
        error = EDQUOT;
        end = NULL;
    } else {
        end = serve(request, answer + P9_HEADER_BYTES, &error);
    }
    if (error)
        end = put(answer + P9_HEADER_BYTES, (uint64_t)error, 4);
    if (now == FAULT_SHORT)
        end -= (end - answer - P9_HEADER_BYTES + 1) / 2;
    put(answer, (uint64_t)(end - answer), 4);
    put(answer + 4, error ? P9_RLERROR : (uint64_t)type + (now == FAULT_TYPE ? 3 : 1), 1);
    put(answer + 5, get(request + 5, 2) + (now == FAULT_TAG), 2);
    spoil = now == FAULT_USED;
    return end - answer;
}

static void fake_used(struct vring_used_elem *used)
{
    if (spoil)
        used->id = (used->id + VQ_PARTS_MAX) % 128; // a call that is not under way
    spoil = false;
}

// --- the tests ---

static void begin(void)
{
    fault = FAULT_NONE;
    fault_type = 0;
    memset(fid_node, 0, sizeof fid_node);
    check(fake_start() == 0);
}

// Nothing is left over, here or there.
static void end(void)
{
    int fids = 0;

    fault = FAULT_NONE;
    fake_backend->sync(fake_root, FILE_SYNC_ALL);
    check(fake_fids() == 1);
    for (int i = 0; i < (int)P9_FIDS; i++)
        fids += fid_node[i] != 0;
    check(fids == 1);
    cases++;
}

static long open_path(const char *path, uint32_t flags)
{
    return fake_backend->open(fake_root, path, flags, 0600);
}

// What a path's file says, or an error.
static long text_of(const char *path, uint32_t flags, char text[64])
{
    struct iovec vector = {text, 63};
    long handle = open_path(path, flags), bytes;

    if (handle < 0)
        return handle;
    bytes = fake_backend->read((uint32_t)handle, &vector, 1, 0);
    if (bytes >= 0)
        text[bytes] = '\0';
    check(fake_backend->close((uint32_t)handle) == 0);
    return bytes;
}

static bool says(const char *path, const char *wanted)
{
    char text[64];

    return text_of(path, O_RDONLY, text) == (long)strlen(wanted) && strcmp(text, wanted) == 0;
}

static void test_paths(void)
{
    char text[64];

    begin();
    check(says("file", "one") && says("dir/inner", "two") && says("./dir//./inner", "two"));
    check(says("link", "two") && says("absolute/inner", "two") && says("absolute/../file", "one"));
    check(says("../../file", "one") || text_of("../../file", 0, text) == -ENOENT);
    check(says("dir/deeper/../../dir/deeper/../../dir/deeper/../../dir/deeper/../../file", "one"));
    check(text_of("outside", 0, text) == -ENOENT && text_of("loop", 0, text) == -ELOOP);
    check(text_of("link", O_NOFOLLOW, text) == -ELOOP && text_of("file/", 0, text) == -ENOTDIR);
    check(text_of("file/x", 0, text) == -ENOTDIR && text_of("absent/x", 0, text) == -ENOENT);
    check(text_of("dir", 0, text) == -EISDIR && text_of("dir", O_WRONLY, text) == -EISDIR);
    check(text_of("pipe", 0, text) == -ENXIO && text_of("", 0, text) == -ENOENT);
    check(text_of("file", O_DIRECTORY, text) == -ENOTDIR);
    check(text_of("file", O_CREAT | O_EXCL | O_WRONLY, text) == -ENOSPC); // the server decides
    end();
}

static void test_long_names(void)
{
    static char name[PATH_MAX + 1];
    char text[64];

    begin();
    memset(name, 'x', 256);
    check(text_of(name, 0, text) == -ENAMETOOLONG);
    memset(name, '/', PATH_MAX);
    name[0] = '.';
    check(text_of(name, 0, text) == -ENAMETOOLONG);
    name[PATH_MAX - 1] = '\0';
    check(text_of(name, 0, text) == -EISDIR);
    end();
}

// What the server says changes from one call to the next.
static void test_no_memory(void)
{
    struct iovec vector = {(char[8]){0}, 8};
    struct statx stat;
    long handle;

    begin();
    handle = open_path("file", O_RDWR);
    check(handle > 0 && fake_backend->read((uint32_t)handle, &vector, 1, 0) == 3);
    strcpy(tree[1].text, "eleven");
    check(fake_backend->read((uint32_t)handle, &vector, 1, 3) == 3);
    check(memcmp(vector.iov_base, "ven", 3) == 0);
    check(fake_backend->stat((uint32_t)handle, "", AT_EMPTY_PATH, &stat) == 0 && stat.stx_size == 6);
    vector.iov_len = 2;
    check(fake_backend->write((uint32_t)handle, &vector, 1, 1, NULL) == 2);
    check(strcmp(tree[1].text, "eveven") == 0);
    check(fake_backend->close((uint32_t)handle) == 0);
    strcpy(tree[1].text, "one");
    end();
}

static void test_directories(void)
{
    static char entries[4096];
    char where[64];
    long handle, bytes;

    begin();
    handle = open_path("dir", O_RDONLY | O_DIRECTORY);
    bytes = fake_backend->list((uint32_t)handle, entries, sizeof entries, 0);
    check(bytes == 32 + 32 && strcmp(entries + 19, "inner") == 0);
    check(strcmp(entries + 32 + 19, "deeper") == 0);
    check(fake_backend->list((uint32_t)handle, entries, 31, 0) == -EINVAL);
    check(fake_backend->list((uint32_t)handle, entries, sizeof entries, 9) == 0);
    check(fake_backend->where((uint32_t)handle, where, sizeof where) == 7);
    check(strcmp(where, "/m/dir") == 0);
    check(fake_backend->where((uint32_t)handle, where, 6) == -ERANGE);
    check(fake_backend->where(fake_root, where, sizeof where) == 3 && strcmp(where, "/m") == 0);
    fake_backend->close((uint32_t)handle);
    handle = open_path("dir/deeper", O_PATH);
    check(fake_backend->where((uint32_t)handle, where, sizeof where) == 14);
    check(strcmp(where, "/m/dir/deeper") == 0);
    fake_backend->close((uint32_t)handle);
    end();
}

static void test_round_trips(void)
{
    struct statx stat;
    char text[64];

    begin();
    requests = 0;
    check(fake_backend->stat(fake_root, "dir/inner", 0, &stat) == 0);
    check(requests == 3); // Twalk, Tgetattr, and Tclunk, for which nobody waits
    requests = 0;
    check(text_of("dir/inner", 0, text) == 3);
    check(requests == 5); // Twalk, Tgetattr with Tlopen, Tread, Tclunk
    end();
}

// Every request of an opening, a look and a reading, failing in every way.
static void test_faults(void)
{
    static const int types[] = {P9_TWALK, P9_TGETATTR, P9_TLOPEN, P9_TREAD, P9_TREADLINK};
    static const enum fault faults[] = {FAULT_ERROR, FAULT_TAG, FAULT_TYPE, FAULT_SHORT};
    char text[64];

    for (size_t f = 0; f < sizeof faults / sizeof faults[0]; f++)
        for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
            long wanted = faults[f] == FAULT_ERROR ? -EDQUOT : -EIO;
            long got;

            begin();
            fault = faults[f];
            fault_type = types[t];
            got = text_of("link", O_RDONLY, text);
            // What Rlopen says is not needed.
            if (faults[f] == FAULT_SHORT && types[t] == P9_TLOPEN)
                check(got == 3);
            else
                check(got == wanted);
            fault = FAULT_NONE;
            fake_backend->sync(fake_root, FILE_SYNC_ALL);
            check(fake_fids() == 1);
            cases++;
        }
    begin();
    fault = FAULT_ERROR;
    fault_type = P9_TCLUNK;
    check(text_of("link", O_RDONLY, text) == 3);
    end();
}

// A device that returns what nobody sent, or that fails, is not asked again.
static void test_dead(void)
{
    struct statx stat;
    uint32_t before;
    char text[64];

    begin();
    fault = FAULT_USED;
    check(fake_backend->stat(fake_root, "file", 0, &stat) == -EIO);
    fault = FAULT_NONE;
    before = requests;
    check(text_of("file", 0, text) == -EIO && requests == before && fake_fids() == 1);
    cases++;
    begin();
    fault = FAULT_SILENT;
    fake_alive = false;
    check(fake_backend->stat(fake_root, "file", 0, &stat) == -EIO);
    before = requests;
    check(text_of("file", 0, text) == -EIO && requests == before && fake_fids() == 1);
    cases++;
}

static long lock(long handle, short type, long start, long bytes)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = bytes};

    return fake_backend->lock((uint32_t)handle, F_OFD_SETLK, &lock);
}

static void test_locks(void)
{
    struct flock asked = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    long a, b;

    begin();
    a = open_path("file", O_RDWR);
    b = open_path("file", O_RDWR);
    check(lock(a, F_WRLCK, 0, 100) == 0 && lock(b, F_RDLCK, 99, 1) == -EAGAIN);
    check(lock(b, F_WRLCK, 100, 0) == 0 && lock(a, F_RDLCK, 1000, 1) == -EAGAIN);
    check(lock(a, F_UNLCK, 40, 20) == 0 && lock(b, F_WRLCK, 40, 20) == 0); // a's falls in two
    check(lock(b, F_WRLCK, 39, 1) == -EAGAIN && lock(b, F_WRLCK, 60, 1) == -EAGAIN);
    check(lock(a, F_RDLCK, 0, 40) == 0 && lock(b, F_RDLCK, 0, 40) == 0);
    check(lock(a, F_WRLCK, 0, 40) == -EAGAIN);
    check(fake_backend->lock((uint32_t)a, F_OFD_GETLK, &asked) == 0);
    check(asked.l_type != F_UNLCK && asked.l_pid == -1);
    check(fake_backend->flock((uint32_t)a, LOCK_EX | LOCK_NB) == 0); // of another kind
    check(fake_backend->flock((uint32_t)b, LOCK_SH | LOCK_NB) == -EAGAIN);
    fake_backend->close((uint32_t)a); // takes a's with it
    check(lock(b, F_WRLCK, 0, 0) == 0 && fake_backend->flock((uint32_t)b, LOCK_EX) == 0);
    check(lock(b, F_WRLCK, -1, 1) == -EINVAL && lock(b, F_WRLCK, INT64_MAX, 2) == -EOVERFLOW);
    fake_backend->close((uint32_t)b);
    end();
}

static void test_boot(void)
{
    begin();
    fault = FAULT_ERROR;
    check(fake_start() == 1 && strstr(fake_panic_text, "9p server of /m"));
    fault = FAULT_SILENT;
    check(fake_start() == 1 && strstr(fake_panic_text, "does not answer"));
    cases++;
}

int main(void)
{
    test_paths();
    test_long_names();
    test_no_memory();
    test_directories();
    test_round_trips();
    test_faults();
    test_dead();
    test_locks();
    test_boot();
    printf("done %d\n", cases);
    return 0;
}
