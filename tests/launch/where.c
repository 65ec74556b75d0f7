// SPDX-License-Identifier: BSD-2-Clause
// where.c [FILE]: prints the working directory, and a file's first line if one is named.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char path[4096], line[256];

    if (getcwd(path, sizeof path) == NULL) {
        perror("getcwd");
        return 1;
    }
    printf("cwd %s\n", path);
    if (argc > 1) {
        FILE *file = fopen(argv[1], "r");

        if (file == NULL) {
            perror(argv[1]);
            return 3;
        }
        if (fgets(line, sizeof line, file) != NULL)
            printf("%s says %s", argv[1], line);
        fclose(file);
    }
    return 0;
}
