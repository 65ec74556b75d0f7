// SPDX-License-Identifier: BSD-2-Clause
// words.c: growing lists of words, response files.
#define _GNU_SOURCE // vasprintf
#include "words.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Response files may name response files; a file that names itself must end somewhere.
#define RESPONSE_DEPTH_MAX 100

static _Noreturn void out_of_memory(void)
{
    fputs("torito: out of memory for the command line\n", stderr);
    exit(1);
}

static void *grow(void *old, size_t bytes)
{
    void *grown = realloc(old, bytes);

    if (grown == NULL)
        out_of_memory();
    return grown;
}

void words_add(struct words *words, const char *word)
{
    if (words->count + 2 > words->capacity) {
        words->capacity = 2 * words->capacity + 16;
        words->word = grow(words->word, words->capacity * sizeof(words->word[0]));
    }
    words->word[words->count++] = word;
    words->word[words->count] = NULL;
}

static char *format_list(const char *format, va_list list)
{
    char *text;

    if (vasprintf(&text, format, list) < 0)
        out_of_memory();
    return text;
}

char *words_format(const char *format, ...)
{
    va_list list;
    char *text;

    va_start(list, format);
    text = format_list(format, list);
    va_end(list);
    return text;
}

void words_add_format(struct words *words, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    words_add(words, format_list(format, list));
    va_end(list);
}

void words_append(struct words *words, const struct words *more)
{
    for (size_t i = 0; i < more->count; i++)
        words_add(words, more->word[i]);
}

void words_add_split(struct words *words, const char *text)
{
    for (;;) {
        size_t length;

        text += strspn(text, " \t\n");
        length = strcspn(text, " \t\n");
        if (length == 0)
            return;
        words_add_format(words, "%.*s", (int)length, text);
        text += length;
    }
}

// Reads a whole file as a string. NULL if it cannot be read.
static char *file_read(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t bytes = 0;
    size_t got;

    if (file == NULL)
        return NULL;
    do { // ends with the file
        text = grow(text, bytes + 4096 + 1);
        got = fread(text + bytes, 1, 4096, file);
        bytes += got;
    } while (got > 0);
    if (ferror(file)) {
        free(text);
        text = NULL;
    } else {
        text[bytes] = '\0';
    }
    fclose(file);
    return text;
}

// Takes the first word of *text, unquoted, and moves *text behind it. NULL at the end. The rules are
// those of the compilers: a backslash protects any character, inside quotes as well.
static char *response_word(const char **text)
{
    const char *from = *text;
    char quote = '\0';
    char *word;
    size_t length = 0;

    while (isspace((unsigned char)*from))
        from++;
    if (*from == '\0')
        return NULL;
    word = grow(NULL, strlen(from) + 1);
    for (; *from != '\0' && (quote != '\0' || !isspace((unsigned char)*from)); from++) {
        if (*from == '\\' && from[1] != '\0')
            word[length++] = *++from;
        else if (quote != '\0' && *from == quote)
            quote = '\0';
        else if (quote == '\0' && (*from == '\'' || *from == '"'))
            quote = *from;
        else
            word[length++] = *from;
    }
    word[length] = '\0';
    *text = from;
    return word;
}

// Adds the words of the response file that @FILE names; false if `word` names none.
static bool add_file(struct words *words, const char *word, int depth)
{
    const char *rest;
    char *text, *part;

    if (word[0] != '@' || depth == RESPONSE_DEPTH_MAX)
        return false;
    text = file_read(word + 1);
    if (text == NULL)
        return false;
    rest = text;
    while ((part = response_word(&rest)) != NULL) {
        if (add_file(words, part, depth + 1))
            free(part);
        else
            words_add(words, part);
    }
    free(text);
    return true;
}

void words_add_expanded(struct words *words, const char *word)
{
    if (!add_file(words, word, 0))
        words_add(words, word);
}
