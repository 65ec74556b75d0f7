// SPDX-License-Identifier: BSD-2-Clause
// stdin_echo.c: reads standard input to its end and counts; a rank without input sees the end at
// once.
//
// Three ways to read: single lines by stdio, then with the arguments `read` or `readv`.
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static unsigned long bytes, lines, sum;

static void count(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bytes++;
        lines += text[i] == '\n';
        sum = sum * 31 + (unsigned char)text[i];
    }
}

static int read_stdio(void)
{
    char line[200];

    while (fgets(line, sizeof line, stdin))
        count(line, strlen(line));
    return ferror(stdin);
}

static int read_calls(void)
{
    char text[1000];
    ssize_t got;

    while ((got = read(0, text, sizeof text)) > 0)
        count(text, (size_t)got);
    return got != 0 || read(0, text, 1) != 0; // the end stays the end
}

static int read_vectors(void)
{
    char text[300];
    struct iovec vector[3] = {{text, 7}, {text + 7, 0}, {text + 7, sizeof text - 7}};
    ssize_t got;

    while ((got = readv(0, vector, 3)) > 0)
        count(text, (size_t)got);
    return got != 0;
}

int main(int argc, char **argv)
{
    const char *way = argc > 1 ? argv[1] : "stdio";
    int failed = strcmp(way, "read") == 0    ? read_calls()
                 : strcmp(way, "readv") == 0 ? read_vectors()
                                             : read_stdio();

    printf("stdin: %lu lines, %lu bytes, sum %lx%s\n", lines, bytes, sum, failed ? ", failed" : "");
    if (!failed)
        printf("stdin: ok\n");
    return failed;
}
