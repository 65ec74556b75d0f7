// SPDX-License-Identifier: BSD-2-Clause
// special.c: the files that speak about the process and its machine, as libcs and runtimes read
// them.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define NEED(fact) ((fact) ? (void)0 : not_so(#fact, __LINE__))

static int global = 1;

static void not_so(const char *fact, int line)
{
    fprintf(stderr, "special.c:%d: not so: %s (errno %d)\n", line, fact, errno);
    exit(1);
}

static void test_devices(void)
{
    unsigned char text[64], again[64];
    struct stat stat_now;
    int fd = open("/dev/null", O_RDWR);

    NEED(fd >= 0 && write(fd, text, 64) == 64 && read(fd, text, 64) == 0);
    NEED(fstat(fd, &stat_now) == 0 && S_ISCHR(stat_now.st_mode) && stat_now.st_rdev == 0x103);
    NEED(close(fd) == 0 && stat("/dev/null", &stat_now) == 0 && S_ISCHR(stat_now.st_mode));
    fd = open("/dev/zero", O_RDONLY);
    memset(text, 1, sizeof text);
    memset(again, 0, sizeof again);
    NEED(fd >= 0 && read(fd, text, 64) == 64 && memcmp(text, again, 64) == 0 && close(fd) == 0);
    fd = open("/dev/urandom", O_RDONLY);
    NEED(fd >= 0 && read(fd, text, 64) == 64 && read(fd, again, 64) == 64 && close(fd) == 0);
    NEED(memcmp(text, again, 64) != 0);
    NEED(access("/dev/null", R_OK | W_OK) == 0 && access("/dev/null", X_OK) == -1);
}

// In the map of our own memory: who holds the address, with which rights?
static int mapped(const void *address, char rights[5])
{
    unsigned long low, high;
    char line[500];
    int found = 0;
    FILE *maps = fopen("/proc/self/maps", "re");

    NEED(maps != NULL);
    while (fgets(line, sizeof line, maps))
        if (sscanf(line, "%lx-%lx %4s", &low, &high, rights) == 3 && (uintptr_t)address >= low &&
            (uintptr_t)address < high) {
            found = 1;
            break;
        }
    NEED(fclose(maps) == 0);
    return found;
}

static void test_maps(void)
{
    char rights[5];
    int local = 1;
    size_t bytes;
    void *stack;
    pthread_attr_t attributes;

    NEED(mapped(&local, rights) && strcmp(rights, "rw-p") == 0);
    NEED(mapped(&global, rights) && strcmp(rights, "rw-p") == 0);
    NEED(mapped((const void *)(uintptr_t)test_maps, rights) && strcmp(rights, "r-xp") == 0);
    NEED(!mapped((const void *)16, rights));
    NEED(pthread_getattr_np(pthread_self(), &attributes) == 0);
    NEED(pthread_attr_getstack(&attributes, &stack, &bytes) == 0);
    NEED((char *)&local > (char *)stack && (char *)&local < (char *)stack + bytes);
    for (char *at = (char *)&local; at < (char *)stack + bytes; at += 4096)
        NEED(mapped(at, rights)); // all that is in use is ours
    pthread_attr_destroy(&attributes);
}

static void test_descriptors(void)
{
    struct stat a, b;
    struct termios terminal;
    struct winsize size;
    int fd;

    for (int i = 1; i < 3; i++) {
        char name[30];

        snprintf(name, sizeof name, "/dev/fd/%d", i);
        fd = open(name, O_WRONLY);
        NEED(fd >= 0 && fstat(fd, &a) == 0 && fstat(i, &b) == 0 && a.st_ino == b.st_ino);
        NEED((S_ISCHR(a.st_mode) && isatty(i)) == (tcgetattr(i, &terminal) == 0));
        NEED(!isatty(i) || ioctl(i, TIOCGWINSZ, &size) == 0);
        NEED(write(fd, "", 0) == 0 && close(fd) == 0);
    }
    fd = open("/dev/stdout", O_WRONLY);
    NEED(fd >= 0 && dprintf(fd, "special: by another name\n") == 25 && close(fd) == 0);
    NEED(open("/proc/self/fd/77", O_RDONLY) == -1 && errno == ENOENT);
}

static void test_machine(void)
{
    char text[4096] = "";
    struct stat stat_now;
    ssize_t got;
    long cpus;
    int fd;
    FILE *file = fopen("/sys/devices/system/cpu/online", "r");

    NEED(file != NULL && fgets(text, sizeof text, file) && text[0] == '0' && fclose(file) == 0);
    cpus = sysconf(_SC_NPROCESSORS_CONF);
    NEED(cpus >= 1 && sysconf(_SC_NPROCESSORS_ONLN) >= 1);
    fd = open("/proc/cpuinfo", O_RDONLY);
    NEED(fd >= 0 && read(fd, text, sizeof text - 1) > 10 && strstr(text, "processor\t: 0"));
    NEED(lseek(fd, 0, SEEK_SET) == 0 && read(fd, text, 9) == 9 && memcmp(text, "processor", 9) == 0);
    NEED(close(fd) == 0);
    fd = open("/proc/meminfo", O_RDONLY);
    NEED(fd >= 0 && read(fd, text, sizeof text - 1) > 10 && strstr(text, "MemTotal:"));
    NEED(close(fd) == 0 && stat("/proc/meminfo", &stat_now) == 0 && S_ISREG(stat_now.st_mode));
    file = fopen("/proc/self/status", "r");
    NEED(file != NULL);
    got = (ssize_t)fread(text, 1, sizeof text - 1, file);
    NEED(got > 0 && fclose(file) == 0);
    text[got] = '\0';
    NEED(strstr(text, "VmRSS:") && strstr(text, "Threads:\t1\n"));
    NEED(open("/no/such/file", O_RDONLY) == -1 && errno == ENOENT);
    NEED(stat("/no/such/file", &stat_now) == -1 && errno == ENOENT);
    NEED(getcwd(text, sizeof text) == text && text[0] == '/');
}

int main(void)
{
    test_devices();
    test_maps();
    test_descriptors();
    test_machine();
    fflush(stdout);
    printf("special: ok\n");
    return 0;
}
