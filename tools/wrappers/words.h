// SPDX-License-Identifier: BSD-2-Clause
// words.h: a growing list of command-line words, and response files.
//
// A wrapper lives for one command line, so nothing here is ever freed. Running out of memory ends
// the program with a message: there is nothing left to wrap.
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct words {
    const char **word; // always followed by a NULL, ready for execvp
    size_t count;
    size_t capacity;
};

// Appends `word` itself, not a copy.
void words_add(struct words *words, const char *word);

// Appends a word made as by printf.
void words_add_format(struct words *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Appends every word of `more`.
void words_append(struct words *words, const struct words *more);

// Appends the words of a string separated by blanks, as in CC="ccache gcc".
void words_add_split(struct words *words, const char *text);

// Appends `word`; if it is @FILE, what that file holds instead, as the compilers read response
// files: blanks separate words, quotes and backslashes protect them, and @FILE nests. A file that
// cannot be read stays the word it is (the compiler then says so).
void words_add_expanded(struct words *words, const char *word);

// Returns a string made as by printf.
char *words_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
