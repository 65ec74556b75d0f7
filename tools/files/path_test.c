// SPDX-License-Identifier: BSD-2-Clause
// path_test.c: where paths of the guest lead; also while somebody exchanges what lies on the way.
#include "files.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char top[] = "/tmp/path_test.XXXXXX";
static struct mounts mounts;
static struct file_server server;
static int planned, wrong;

static void file_make(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        abort();
    close(fd);
}

static void need(int rc)
{
    if (rc != 0) {
        perror("path_test");
        abort();
    }
}

// in is /w, locked is /data/locked (read-only), outside is nowhere.
static void tree_make(void)
{
    char target[128], error[MOUNTS_ERROR_BYTES];

    if (!mkdtemp(top))
        abort();
    need(chdir(top));
    need(mkdir("in", 0700) | mkdir("in/sub", 0700) | mkdir("locked", 0700) | mkdir("outside", 0700));
    file_make("in/file", "file");
    file_make("in/sub/file", "below");
    file_make("locked/file", "locked");
    file_make("outside/file", "secret");
    snprintf(target, sizeof target, "%s/outside/file", top);
    need(symlink(target, "in/host"));
    need(symlink("../outside/file", "in/beside"));
    need(symlink("/w/sub", "in/inside"));
    need(symlink("../file", "in/sub/up"));
    need(symlink("/data/locked/file", "in/other"));
    need(symlink("loop", "in/loop"));
    need(symlink("new", "in/dangling"));
    need(symlink("../../../../w/sub/file", "in/sub/far"));
    if (!mounts_add(&mounts, "in", "/w", false, error) ||
        !mounts_add(&mounts, "locked", "//data/./locked/", true, error))
        abort();
    file_server_open(&server, &mounts, 16);
}

static void tree_remove(void)
{
    char command[64];

    snprintf(command, sizeof command, "rm -rf %s", top);
    need(system(command));
}

static const struct {
    const char *path; // from /w
    uint32_t flags;
    const char *wanted; // what the file says; NULL: an error
    int error;
} paths[] = {
    {"file", O_RDONLY, "file", 0},
    {"./sub//file", O_RDONLY, "below", 0},
    {"sub/../file", O_RDONLY, "file", 0},
    {"../w/file", O_RDONLY, "file", 0},
    {"../../../../w/sub/./file", O_RDONLY, "below", 0},
    {"/w/file", O_RDONLY, "file", 0},
    {"inside/file", O_RDONLY, "below", 0},
    {"inside/../file", O_RDONLY, "file", 0},
    {"inside/../../file", O_RDONLY, NULL, ENOENT},
    {"sub/up", O_RDONLY, "file", 0},
    {"sub/far", O_RDONLY, "below", 0},
    {"other", O_RDONLY, "locked", 0},
    {"other", O_RDWR, NULL, EROFS},
    {"../data/locked/file", O_RDONLY, "locked", 0},
    {"../data/locked/file", O_RDONLY | O_TRUNC, NULL, EROFS},
    {"../data/locked/new", O_WRONLY | O_CREAT, NULL, EROFS},
    {"../data/locked/file", O_WRONLY | O_CREAT | O_EXCL, NULL, EEXIST},
    {"../data", O_RDONLY, NULL, EACCES},
    {"host", O_RDONLY, NULL, ENOENT},
    {"beside", O_RDONLY, NULL, ENOENT},
    {"beside", O_WRONLY | O_CREAT, NULL, ENOENT},
    {"../outside/file", O_RDONLY, NULL, ENOENT},
    {"sub/../../outside/file", O_RDONLY, NULL, ENOENT},
    {"/etc/passwd", O_RDONLY, NULL, ENOENT},
    {"/proc/self/root/etc/passwd", O_RDONLY, NULL, ENOENT},
    {"loop", O_RDONLY, NULL, ELOOP},
    {"../w/loop", O_RDONLY, NULL, ELOOP},
    {"inside", O_RDONLY | O_NOFOLLOW, NULL, ELOOP},
    {"file/", O_RDONLY, NULL, ENOTDIR},
    {"../w/file/", O_RDONLY, NULL, ENOTDIR},
    {"file/..", O_RDONLY, NULL, ENOTDIR},
    {"../w/file/x", O_RDONLY, NULL, ENOTDIR},
    {"absent/../file", O_RDONLY, NULL, ENOENT},
    {"", O_RDONLY, NULL, ENOENT},
    {"../w/sub", O_WRONLY, NULL, EISDIR},
    {"../w/created/", O_WRONLY | O_CREAT, NULL, EISDIR},
    {"../w/dangling", O_RDWR | O_CREAT, "", 0}, // makes what the link names
    {"new", O_RDONLY, "", 0},
    {"../w/dangling", O_RDWR | O_CREAT | O_EXCL, NULL, EEXIST},
};

static int path_read(const char *path, uint32_t flags, char text[static 16])
{
    const struct mount *mount;
    struct handle *root = handle_use(&server, 0);
    int fd = path_open(&server, root, path, flags, 0600, &mount);
    ssize_t bytes;

    handle_done(&server, root);
    if (fd < 0)
        return fd;
    bytes = read(fd, text, 15);
    text[bytes < 0 ? 0 : bytes] = '\0';
    close(fd);
    return 0;
}

static void paths_try(void)
{
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        char text[16] = "";
        int rc = path_read(paths[i].path, paths[i].flags, text);

        planned++;
        if (paths[i].wanted ? rc != 0 || strcmp(text, paths[i].wanted) != 0 : rc != -paths[i].error) {
            printf("\"%s\" with flags %o: %d, \"%s\"\n", paths[i].path, paths[i].flags, rc, text);
            wrong++;
        }
    }
}

// --- races ---

static atomic_bool over;

// in/swap is now a directory with a harmless file, now a link to what lies outside.
static void *exchange(void *arg)
{
    (void)arg;
    while (!atomic_load(&over))
        renameat2(AT_FDCWD, "in/swap", AT_FDCWD, "in/trap", RENAME_EXCHANGE);
    return NULL;
}

static void race_try(const char *path)
{
    struct timespec start, now;
    int good = 0, bad = 0;
    pthread_t thread;

    atomic_store(&over, false);
    if (pthread_create(&thread, NULL, exchange, NULL) != 0)
        abort();
    clock_gettime(CLOCK_MONOTONIC, &start);
    do { // for a while, and until both sides of the coin were seen
        char text[16] = "";

        if (path_read(path, O_RDONLY, text) < 0)
            bad++;
        else if (strcmp(text, "harmless") == 0)
            good++;
        else
            wrong++;
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec - start.tv_sec < 1 ||
             ((good == 0 || bad == 0) && now.tv_sec - start.tv_sec < 20));
    atomic_store(&over, true);
    pthread_join(thread, NULL);
    printf("%s: %d times the file, %d times an error\n", path, good, bad);
    planned++;
    if (good == 0 || bad == 0)
        wrong++;
}

static void races_try(void)
{
    char target[64];

    snprintf(target, sizeof target, "%s/outside", top);
    need(mkdir("in/swap", 0700));
    file_make("in/swap/file", "harmless");
    need(symlink(target, "in/trap"));
    race_try("swap/file");
    race_try("../w/swap/file"); // by the walk
    race_try("swap/../swap/file");
}

int main(void)
{
    tree_make();
    paths_try();
    races_try();
    file_server_close(&server);
    tree_remove();
    if (wrong) {
        printf("%d wrong\n", wrong);
        return 1;
    }
    printf("done %d\n", planned);
    return 0;
}
