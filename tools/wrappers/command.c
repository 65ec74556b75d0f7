// SPDX-License-Identifier: BSD-2-Clause
// command.c: classifies a compiler's command line: gcc's and clang's options, all languages.
//
// Options that take the next word as their argument must be known, or "-o hello" would look like an
// input file. Everything else unknown is passed on: judging it is the compiler's business.
#include "tools/wrappers/command.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Lists of words, separated by single blanks.
static const char takes_next_word[] =
    "-A -B -D -G -I -J -L -MF -MJ -MQ -MT -T -U -Xassembler -Xclang -Xlinker -Xpreprocessor -arch "
    "-aux-info -dumpbase -dumpbase-ext -dumpdir -e --entry -idirafter -imacros -imultilib -include "
    "-iprefix -iquote -isysroot -isystem -ivfsoverlay -iwithprefix -iwithprefixbefore -l -mllvm -o "
    "--output --param --sysroot -target -u -wrapper -x -z";
static const char stops_before_link[] = "-c --compile -S --assemble -E --preprocess -M -MM "
                                        "-fsyntax-only --analyze --precompile -emit-ast";
static const char query[] = "--version --help --target-help -dumpversion -dumpfullversion "
                            "-dumpmachine -dumpspecs";

// For the driver; harmless, since an image is all of these or has no use for them.
static const char driver_dropped[] =
    "-static --static -static-pie --static-pie -pie --pie -rdynamic";
static const char driver_no_pie[] = "-no-pie --no-pie -nopie";
static const char driver_object[] = "-shared --shared -r";

// For the linker, as words of -Wl, or -Xlinker.
static const char linker_dynamic[] = "-Bdynamic -dy -call_shared";
static const char linker_object[] = "-r -i --relocatable -shared --shared -Bshareable";
static const char linker_no_pie[] = "-no-pie --no-pie -no-pic-executable --no-pic-executable";

// Of -fsanitize=: those whose run-time intercepts a dynamic libc.
static const char dynamic_sanitizers[] = "address hwaddress leak memory thread";

static bool is_one_of(const char *word, const char *list)
{
    size_t length = strlen(word);

    while (*list != '\0') {
        size_t listed = strcspn(list, " ");

        if (listed == length && strncmp(word, list, length) == 0)
            return true;
        list += listed + (list[listed] == ' ');
    }
    return false;
}

static bool starts_with(const char *word, const char *prefix)
{
    return strncmp(word, prefix, strlen(prefix)) == 0;
}

static bool is_query(const char *word)
{
    return is_one_of(word, query) || starts_with(word, "-print-") ||
           starts_with(word, "--print-") || starts_with(word, "--help=");
}

// Splits "-Wl,a,b" into its words; any other word gives none.
static struct words linker_words(const char *word)
{
    struct words words = {0};

    if (!starts_with(word, "-Wl,"))
        return words;
    for (const char *comma = strchr(word, ','); comma != NULL; comma = strchr(comma + 1, ','))
        words_add_format(&words, "%.*s", (int)strcspn(comma + 1, ","), comma + 1);
    return words;
}

static bool is_shared_library(const char *path)
{
    Elf64_Ehdr header;
    FILE *file;
    bool is;

    // An ET_DYN may also be an image or a PIE; only the name tells.
    if (strstr(path, ".so") == NULL)
        return false;
    file = fopen(path, "re");
    if (file == NULL)
        return false;
    is = fread(&header, sizeof(header), 1, file) == 1 &&
         memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_type == ET_DYN;
    fclose(file);
    return is;
}

// Returns the static library that lies beside the shared one, or NULL: libz.a for DIR/libz.so or
// DIR/libz.so.1. Build systems name files (CMake's find_library, libtool's .libs), and the .so first.
static const char *static_library(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *end = strstr(slash == NULL ? path : slash + 1, ".so");
    char *archive;

    while (end != NULL && end[3] != '\0' && end[3] != '.')
        end = strstr(end + 3, ".so");
    if (end == NULL)
        return NULL;
    archive = words_format("%.*s.a", (int)(end - path), path);
    if (access(archive, R_OK) == 0)
        return archive;
    free(archive);
    return NULL;
}

// What the pass over the words finds; the verdict comes at the end, since order does not matter.
struct finding {
    bool query, input, no_link, object;
};

static void read_linker_word(struct command *command, struct finding *found, const char *word)
{
    if (is_one_of(word, linker_object))
        found->object = true;
    if (is_one_of(word, linker_no_pie))
        command->no_pie = word;
}

static void read_linker_choice(struct command *command, const char *linker)
{
    const char *base = strrchr(linker, '/');

    base = base == NULL ? linker : base + 1;
    if (strcmp(base, "bfd") != 0 && strcmp(base, "ld") != 0 && strcmp(base, "ld.bfd") != 0)
        command->linker = linker;
}

static void read_sanitizers(struct command *command, const char *word)
{
    const char *from = word + strlen("-fsanitize=");

    while (*from != '\0') {
        size_t length = strcspn(from, ",");

        if (is_one_of(words_format("%.*s", (int)length, from), dynamic_sanitizers))
            command->sanitizer = word;
        from += length + (from[length] == ',');
    }
}

// Options that are one word.
static void read_option(struct command *command, struct finding *found, const char *word)
{
    struct words linker = linker_words(word);

    for (size_t i = 0; i < linker.count; i++)
        read_linker_word(command, found, linker.word[i]);
    if (is_query(word))
        found->query = true;
    else if (is_one_of(word, stops_before_link))
        found->no_link = true;
    else if (is_one_of(word, driver_object))
        found->object = true;
    else if (is_one_of(word, driver_no_pie))
        command->no_pie = word;
    else if (starts_with(word, "-fuse-ld="))
        read_linker_choice(command, word + strlen("-fuse-ld="));
    else if (starts_with(word, "--ld-path="))
        read_linker_choice(command, word + strlen("--ld-path="));
    else if (starts_with(word, "-fsanitize="))
        read_sanitizers(command, word);
    else if (strcmp(word, "-pg") == 0 || strcmp(word, "-p") == 0)
        command->profile = word;
    else if (strcmp(word, "-###") == 0)
        command->dry_run = true;
    else if (starts_with(word, "--output="))
        command->output = word + strlen("--output=");
    else if (starts_with(word, "-o"))
        command->output = word + 2;
    else if (starts_with(word, "-l"))
        found->input = true; // gcc too counts a library as an input file
}

static void read_words(struct command *command, struct finding *found, const struct words *all)
{
    for (size_t i = 0; i < all->count; i++) {
        const char *word = all->word[i];
        const char *next = i + 1 < all->count ? all->word[i + 1] : NULL;

        if (is_one_of(word, takes_next_word) && next != NULL) {
            if (strcmp(word, "-o") == 0 || strcmp(word, "--output") == 0)
                command->output = next;
            else if (strcmp(word, "-l") == 0)
                found->input = true;
            else if (strcmp(word, "-Xlinker") == 0)
                read_linker_word(command, found, next);
            i++;
        } else if (word[0] == '-' && word[1] != '\0') {
            read_option(command, found, word);
        } else {
            found->input = true;
            if (command->shared_library == NULL && static_library(word) == NULL &&
                is_shared_library(word))
                command->shared_library = word;
        }
    }
}

// Adds "-Wl,a,b" without the words that switch back to shared libraries. Returns whether any went.
static bool add_linker_words(struct words *kept, const char *word)
{
    struct words linker = linker_words(word);
    const char *joined = "-Wl";
    size_t dropped = 0;

    for (size_t i = 0; i < linker.count; i++) {
        if (is_one_of(linker.word[i], linker_dynamic))
            dropped++;
        else
            joined = words_format("%s,%s", joined, linker.word[i]);
    }
    if (dropped == 0)
        words_add(kept, word);
    else if (dropped < linker.count)
        words_add(kept, joined);
    return dropped > 0;
}

// Copies what an image link takes of `all` to `kept`. Returns whether that is something else.
static bool filter_words(struct words *kept, const struct words *all)
{
    bool changed = false;

    for (size_t i = 0; i < all->count; i++) {
        const char *word = all->word[i];
        const char *next = i + 1 < all->count ? all->word[i + 1] : NULL;
        const char *archive = word[0] == '-' ? NULL : static_library(word);

        if (strcmp(word, "-Xlinker") == 0 && next != NULL && is_one_of(next, linker_dynamic)) {
            changed = true;
            i++;
        } else if (is_one_of(word, takes_next_word) && next != NULL) {
            words_add(kept, word);
            words_add(kept, next);
            i++;
        } else if (is_one_of(word, driver_dropped)) {
            changed = true;
        } else if (archive != NULL) {
            words_add(kept, archive);
            changed = true;
        } else {
            changed |= add_linker_words(kept, word);
        }
    }
    return changed;
}

void command_read(struct command *command, const struct words *user)
{
    struct finding found = {0};
    struct words all = {0};
    struct words kept = {0};

    *command = (struct command){.output = "a.out", .arguments = *user};
    for (size_t i = 0; i < user->count; i++)
        words_add_expanded(&all, user->word[i]);
    read_words(command, &found, &all);

    if (found.query || !found.input)
        command->kind = COMMAND_QUERY;
    else if (found.no_link)
        command->kind = COMMAND_COMPILE;
    else if (found.object)
        command->kind = COMMAND_LINK_OBJECT;
    else
        command->kind = COMMAND_LINK_IMAGE;

    // Response files exist since command lines have limits: hand them on unread where possible.
    if (command->kind == COMMAND_LINK_IMAGE && filter_words(&kept, &all))
        command->arguments = kept;
}
