// SPDX-License-Identifier: BSD-2-Clause
// dump.c: prints its arguments and the variables that start with CASE_, so that a run as an image
// can be compared with a run as a native program byte for byte. Long strings by length and hash.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_BYTES 200

extern char **environ;

static uint64_t fnv1a(const char *s, size_t bytes)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ (unsigned char)s[i]) * 0x100000001b3u;
    return hash;
}

static void show(const char *what, const char *s)
{
    size_t bytes = strlen(s);

    printf("%s %zu bytes, hash %016llx:", what, bytes, (unsigned long long)fnv1a(s, bytes));
    for (size_t i = 0; i < bytes && i < SHOWN_BYTES; i++)
        printf(" %02x", (unsigned char)s[i]);
    putchar('\n');
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(int argc, char **argv)
{
    size_t count = 0;
    char **mine;

    printf("%d arguments\n", argc - 1);
    for (int i = 1; i < argc; i++)
        show("argument", argv[i]);
    if (argv[argc] != NULL)
        puts("argv does not end in NULL");
    while (environ[count] != NULL)
        count++;
    mine = malloc((count + 1) * sizeof *mine);
    if (mine == NULL)
        return 1;
    count = 0;
    for (char **e = environ; *e != NULL; e++)
        if (strncmp(*e, "CASE_", 5) == 0)
            mine[count++] = *e;
    qsort(mine, count, sizeof *mine, compare);
    for (size_t i = 0; i < count; i++)
        show("variable", mine[i]);
    free(mine);
    return 0;
}
