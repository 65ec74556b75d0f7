// SPDX-License-Identifier: BSD-2-Clause
// files.c: files by path and by descriptor: C stdio and POSIX calls, in a directory of its own.
//
// Every rank works in its own directory below the current one, which it leaves empty and removes.
// It prints nothing but the verdict, which is the same whoever runs it. Needs a file system.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <unistd.h>

#define NEED(fact) ((fact) ? (void)0 : not_so(#fact, __LINE__))

static char home[4096]; // where the program was started
static char own[64];    // the directory's name

static void not_so(const char *fact, int line)
{
    printf("files.c:%d: not so: %s (errno %d, %s)\n", line, fact, errno, strerror(errno));
    exit(1);
}

// A directory nobody else has: the address of a local differs between ranks, the pid between runs.
static void directory_make(void)
{
    NEED(getcwd(home, sizeof home) != NULL);
    snprintf(own, sizeof own, "files.%lx.XXXXXX", (unsigned long)getpid());
    NEED(mkdtemp(own) == own);
    NEED(chdir(own) == 0);
}

static void test_cwd(void)
{
    char now[4096], wanted[sizeof home + sizeof own + 1];
    int back;

    snprintf(wanted, sizeof wanted, "%s/%s", home, own);
    NEED(getcwd(now, sizeof now) == now && strcmp(now, wanted) == 0);
    back = open(".", O_RDONLY | O_DIRECTORY);
    NEED(back >= 0);
    NEED(chdir("..") == 0);
    NEED(getcwd(now, sizeof now) == now && strcmp(now, home) == 0);
    NEED(fchdir(back) == 0);
    NEED(getcwd(now, sizeof now) == now && strcmp(now, wanted) == 0);
    NEED(close(back) == 0);
    NEED(chdir("no such place") == -1 && errno == ENOENT);
    NEED(getcwd(now, 3) == NULL && errno == ERANGE);
}

static void test_stdio(void)
{
    char line[100];
    int number = 0;
    FILE *file = fopen("poem.txt", "w+");

    NEED(file != NULL);
    for (int i = 0; i < 10000; i++)
        NEED(fprintf(file, "line %d\n", i) > 0);
    NEED(fseek(file, 0, SEEK_SET) == 0);
    while (fgets(line, sizeof line, file)) {
        NEED(atoi(line + 5) == number);
        number++;
    }
    NEED(number == 10000 && feof(file) && !ferror(file));
    NEED(ftell(file) == 98890);
    NEED(fclose(file) == 0);
    file = fopen("poem.txt", "a");
    NEED(file != NULL && fputs("the end\n", file) >= 0 && fclose(file) == 0);
    file = fopen("absent.txt", "r");
    NEED(file == NULL && errno == ENOENT);
    file = tmpfile();
    NEED(file != NULL && fputs("gone", file) >= 0 && fclose(file) == 0);
}

static void test_stat(void)
{
    struct stat by_path, by_fd, link;
    struct statfs fs;
    int fd = open("poem.txt", O_RDONLY);

    NEED(fd >= 0);
    NEED(stat("poem.txt", &by_path) == 0 && S_ISREG(by_path.st_mode));
    NEED(by_path.st_size == 98890 + 8);
    NEED(fstat(fd, &by_fd) == 0 && by_fd.st_ino == by_path.st_ino);
    NEED(symlink("poem.txt", "short") == 0);
    NEED(lstat("short", &link) == 0 && S_ISLNK(link.st_mode));
    NEED(stat("short", &link) == 0 && link.st_ino == by_path.st_ino);
    NEED(fstatat(AT_FDCWD, "short", &link, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(link.st_mode));
    NEED(access("poem.txt", R_OK | W_OK) == 0);
    NEED(access("absent.txt", F_OK) == -1 && errno == ENOENT);
    NEED(statfs(".", &fs) == 0 && fstatfs(fd, &fs) == 0 && fs.f_bsize > 0);
    NEED(close(fd) == 0);
    NEED(fstat(fd, &by_fd) == -1 && errno == EBADF);
}

static void test_links(void)
{
    char target[100] = "";
    struct stat stat_new;

    NEED(readlink("short", target, sizeof target) == 8 && strcmp(target, "poem.txt") == 0);
    NEED(link("poem.txt", "second") == 0);
    NEED(stat("second", &stat_new) == 0 && stat_new.st_nlink == 2);
    NEED(rename("second", "third") == 0);
    NEED(access("second", F_OK) == -1 && access("third", F_OK) == 0);
    NEED(renameat(AT_FDCWD, "third", AT_FDCWD, "third.bak") == 0);
    NEED(unlink("third.bak") == 0 && unlink("short") == 0);
    NEED(unlink("short") == -1 && errno == ENOENT);
    NEED(readlink("/proc/self/exe", target, sizeof target) > 0 && target[0] == '/');
}

static void test_offsets(void)
{
    char text[16] = "";
    int a = open("offsets", O_RDWR | O_CREAT | O_TRUNC, 0666), b, c;

    NEED(a >= 0 && write(a, "0123456789", 10) == 10);
    NEED(lseek(a, 0, SEEK_CUR) == 10 && lseek(a, -3, SEEK_END) == 7);
    b = open("offsets", O_RDONLY); // an offset of its own
    c = dup(a);                    // the same offset
    NEED(b >= 0 && c >= 0);
    NEED(read(b, text, 2) == 2 && memcmp(text, "01", 2) == 0);
    NEED(read(c, text, 2) == 2 && memcmp(text, "78", 2) == 0);
    NEED(read(a, text, 2) == 1 && text[0] == '9');
    NEED(read(a, text, 2) == 0);
    NEED(pwrite(a, "abc", 3, 4) == 3 && pread(b, text, 4, 3) == 4 && memcmp(text, "3abc", 4) == 0);
    NEED(lseek(b, 0, SEEK_CUR) == 2);
    NEED(write(b, "x", 1) == -1 && errno == EBADF);
    NEED(ftruncate(a, 100) == 0 && lseek(a, 0, SEEK_END) == 100);
    NEED(truncate("offsets", 5) == 0 && lseek(a, 0, SEEK_END) == 5);
    NEED(fsync(a) == 0 && fdatasync(a) == 0);
    NEED(close(a) == 0 && close(b) == 0 && close(c) == 0);
    NEED(close(c) == -1 && errno == EBADF);
}

static void test_numbers(void)
{
    int a = open("offsets", O_RDONLY | O_CLOEXEC), b = open("offsets", O_RDONLY), fd;

    NEED(a == 3 && b == 4); // the lowest free numbers, whatever other ranks have open
    NEED((fcntl(a, F_GETFD) & FD_CLOEXEC) && !(fcntl(b, F_GETFD) & FD_CLOEXEC));
    NEED(fcntl(b, F_SETFD, FD_CLOEXEC) == 0 && (fcntl(b, F_GETFD) & FD_CLOEXEC));
    NEED((fcntl(a, F_GETFL) & (O_ACCMODE | O_NONBLOCK | O_APPEND)) == O_RDONLY);
    fd = fcntl(a, F_DUPFD, 20);
    NEED(fd == 20 && close(fd) == 0);
    NEED(dup2(a, 30) == 30 && dup2(a, a) == a && dup3(a, 31, O_CLOEXEC) == 31);
    NEED(fcntl(31, F_GETFD) & FD_CLOEXEC);
    NEED(dup2(99, 5) == -1 && errno == EBADF);
    NEED(close_range(30, 31, 0) == 0 && fcntl(30, F_GETFD) == -1 && errno == EBADF);
    NEED(close(a) == 0 && close(b) == 0);
    NEED(open("offsets/below", O_RDONLY) == -1 && errno == ENOTDIR);
    NEED(open("absent", O_RDONLY) == -1 && errno == ENOENT);
    NEED(open("offsets", O_RDWR | O_CREAT | O_EXCL, 0600) == -1 && errno == EEXIST);
    NEED(read(1000, &fd, 1) == -1 && errno == EBADF);
    NEED(open((const char *)8, O_RDONLY) == -1 && errno == EFAULT);
}

static void test_modes(void)
{
    struct timespec times[2] = {{1000000000, 0}, {1234567890, 500}};
    struct stat now;
    int fd;

    NEED(umask(027) == umask(0) || umask(027) != 027);
    umask(027);
    fd = open("modes", O_WRONLY | O_CREAT, 0666);
    NEED(fd >= 0 && fstat(fd, &now) == 0 && (now.st_mode & 0777) == 0640);
    NEED(mkdir("below", 0777) == 0 && stat("below", &now) == 0 && (now.st_mode & 0777) == 0750);
    NEED(umask(022) == 027);
    NEED(chmod("modes", 0600) == 0 && stat("modes", &now) == 0 && (now.st_mode & 0777) == 0600);
    NEED(fchmod(fd, 0644) == 0 && fstat(fd, &now) == 0 && (now.st_mode & 0777) == 0644);
    NEED(futimens(fd, times) == 0 && fstat(fd, &now) == 0 && now.st_mtime == 1234567890);
    times[1].tv_sec++;
    NEED(utimensat(AT_FDCWD, "modes", times, 0) == 0 && stat("modes", &now) == 0);
    NEED(now.st_mtime == 1234567891);
    NEED(utimes("modes", NULL) == 0 && stat("modes", &now) == 0 && now.st_mtime != 1234567891);
    NEED(chown("modes", (uid_t)-1, (gid_t)-1) == 0);
    NEED(posix_fallocate(fd, 0, 8192) == 0 && fstat(fd, &now) == 0 && now.st_size == 8192);
    NEED(close(fd) == 0);
}

static void test_directories(void)
{
    DIR *directory;
    const struct dirent *entry;
    int found = 0, dir, fd;

    dir = open("below", O_RDONLY | O_DIRECTORY);
    NEED(dir >= 0);
    for (int i = 0; i < 300; i++) {
        char name[20];

        snprintf(name, sizeof name, "entry%d", i);
        fd = openat(dir, name, O_CREAT | O_WRONLY, 0600);
        NEED(fd >= 0 && close(fd) == 0);
    }
    directory = opendir("below");
    NEED(directory != NULL);
    while ((entry = readdir(directory)) != NULL)
        if (strncmp(entry->d_name, "entry", 5) == 0) {
            found++;
            NEED(unlinkat(dir, entry->d_name, 0) == 0);
        }
    NEED(found == 300 && closedir(directory) == 0);
    NEED(mkdirat(dir, "deeper", 0700) == 0 && faccessat(dir, "deeper", X_OK, 0) == 0);
    NEED(rmdir("below") == -1 && errno == ENOTEMPTY);
    NEED(unlinkat(dir, "deeper", AT_REMOVEDIR) == 0);
    NEED(close(dir) == 0 && rmdir("below") == 0);
}

static void test_locks(void)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 4};
    int a = open("modes", O_RDWR), b = open("modes", O_RDWR);

    NEED(a >= 0 && b >= 0);
    NEED(flock(a, LOCK_EX) == 0 && flock(b, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK);
    NEED(flock(a, LOCK_UN) == 0);
    NEED(fcntl(a, F_SETLKW, &lock) == 0);
    lock.l_type = F_UNLCK;
    NEED(fcntl(a, F_SETLK, &lock) == 0);
    NEED(close(a) == 0 && close(b) == 0);
}

static void test_copies(void)
{
    struct stat from, to;
    off_t offset = 10;
    int in = open("poem.txt", O_RDONLY), out = open("copy", O_RDWR | O_CREAT, 0600);

    NEED(in >= 0 && out >= 0 && fstat(in, &from) == 0);
    NEED(sendfile(out, in, NULL, (size_t)from.st_size) == from.st_size);
    NEED(fstat(out, &to) == 0 && to.st_size == from.st_size);
    NEED(sendfile(out, in, &offset, 5) == 5 && offset == 15);
    NEED(lseek(in, 0, SEEK_SET) == 0 && copy_file_range(in, NULL, out, NULL, 100, 0) == 100);
    NEED(close(in) == 0 && close(out) == 0);
}

// A descriptor in place of standard output, and back.
static void test_redirect(void)
{
    char text[20] = "";
    int old, fd = open("redirected", O_RDWR | O_CREAT, 0600);

    fflush(stdout);
    old = dup(1);
    NEED(fd >= 0 && old >= 0 && dup2(fd, 1) == 1);
    printf("into the file\n");
    fflush(stdout);
    NEED(dup2(old, 1) == 1 && close(old) == 0);
    NEED(pread(fd, text, sizeof text - 1, 0) == 14 && strcmp(text, "into the file\n") == 0);
    NEED(close(fd) == 0);
}

int main(void)
{
    static const char *const left[] = {"poem.txt", "offsets", "modes", "copy", "redirected"};

    directory_make();
    test_cwd();
    test_stdio();
    test_stat();
    test_links();
    test_offsets();
    test_numbers();
    test_modes();
    test_directories();
    test_locks();
    test_copies();
    test_redirect();
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        NEED(unlink(left[i]) == 0);
    NEED(chdir("..") == 0 && rmdir(own) == 0);
    printf("files: ok\n");
    return 0;
}
