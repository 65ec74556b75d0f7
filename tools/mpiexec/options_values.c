// SPDX-License-Identifier: BSD-2-Clause
// options_values.c: numbers, hosts and configuration files on mpiexec's command line.
#include "options.h"
#include "say.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool parse_count(const char *text, uint32_t max, uint32_t *out)
{
    unsigned long value;
    char *end;

    if (!isdigit((unsigned char)*text)) // strtoul takes signs and blanks
        return false;
    errno = 0;
    value = strtoul(text, &end, 10);
    if (*end != '\0' || errno != 0 || value == 0 || value > max)
        return false;
    *out = (uint32_t)value;
    return true;
}

bool parse_bytes(const char *text, uint64_t *out)
{
    static const char units[] = "KMGT";
    double value, scale = 1048576;
    const char *unit;
    char *end;

    if (!isdigit((unsigned char)*text))
        return false;
    value = strtod(text, &end);
    if (*end != '\0' && (unit = strchr(units, toupper((unsigned char)*end))) != NULL) {
        scale = ldexp(1, 10 * (int)(unit - units + 1));
        end++;
        if (strcmp(end, "iB") == 0)
            end += 2;
        else if (strcmp(end, "B") == 0 || strcmp(end, "b") == 0)
            end++;
    }
    if (*end != '\0' || !(value * scale >= 1) || value * scale > ldexp(1, 50))
        return false;
    *out = (uint64_t)(value * scale);
    return true;
}

bool parse_seconds(const char *text, double *out)
{
    double value;
    char *end;

    if (!isdigit((unsigned char)*text) && *text != '.')
        return false;
    value = strtod(text, &end);
    if (*end != '\0' || !(value > 0) || value > 1e9)
        return false;
    *out = value;
    return true;
}

static bool host_add(struct options *options, char *host, char *error)
{
    // "[::1]:4" and "::1" are addresses; one colon alone leads to a number of slots.
    char *colon = strrchr(host, ':');
    uint32_t slots;

    if (colon != NULL && (strchr(host, ':') == colon || (colon > host && colon[-1] == ']'))) {
        if (!parse_count(colon + 1, UINT32_MAX / 2, &slots)) {
            snprintf(error, OPTIONS_ERROR_BYTES, "host \"%s\": a number belongs behind the colon",
                     host);
            return false;
        }
        *colon = '\0';
        options->host_slots += slots;
    }
    if (*host == '\0') {
        snprintf(error, OPTIONS_ERROR_BYTES, "an empty name in the list of hosts");
        return false;
    }
    words_add(&options->hosts, host);
    return true;
}

bool hosts_add(struct options *options, const char *list, char *error)
{
    char *copy = need(strdup(list)), *rest = copy, *host;
    bool good = true;

    while (good && (host = strsep(&rest, ",")) != NULL)
        good = host_add(options, host, error);
    free(copy);
    return good;
}

// A line of a host file: "name", "name:4", "name slots=4 max_slots=8"; '#' starts a comment.
static bool hosts_add_line(struct options *options, char *line, char *error)
{
    static const char blanks[] = " \t\r\n";
    char *save = NULL, *word;
    uint32_t slots;

    line[strcspn(line, "#")] = '\0';
    word = strtok_r(line, blanks, &save);
    if (word == NULL)
        return true;
    if (!host_add(options, word, error))
        return false;
    while ((word = strtok_r(NULL, blanks, &save)) != NULL) {
        if (strncmp(word, "slots=", 6) == 0 && parse_count(word + 6, UINT32_MAX / 2, &slots))
            options->host_slots += slots;
    }
    return true;
}

bool hosts_add_file(struct options *options, const char *path, char *error)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    bool good = true;

    if (file == NULL) {
        snprintf(error, OPTIONS_ERROR_BYTES, "cannot read the host file \"%s\": %s", path,
                 strerror(errno));
        return false;
    }
    while (good && getline(&line, &room, file) > 0)
        good = hosts_add_line(options, line, error);
    free(line);
    fclose(file);
    return good;
}

// One word, quoted as in a shell; returns what follows it, or NULL if a quote stays open.
static const char *word_take(const char *at, char *out)
{
    while (*at != '\0' && !isspace((unsigned char)*at)) {
        if (*at == '\'') {
            const char *end = strchr(at + 1, '\'');

            if (end == NULL)
                return NULL;
            out = (char *)memcpy(out, at + 1, (size_t)(end - at - 1)) + (end - at - 1);
            at = end + 1;
        } else if (*at == '"') {
            for (at++; *at != '"'; at++) {
                if (*at == '\\' && (at[1] == '"' || at[1] == '\\'))
                    at++;
                if (*at == '\0')
                    return NULL;
                *out++ = *at;
            }
            at++;
        } else {
            at += *at == '\\' && at[1] != '\0';
            *out++ = *at++;
        }
    }
    *out = '\0';
    return at;
}

static bool config_line(const char *at, struct words *out)
{
    char *word = need(malloc(strlen(at) + 1));
    bool first = true;

    for (;;) {
        while (isspace((unsigned char)*at))
            at++;
        if (*at == '\0' || *at == '#')
            break;
        if (first && out->count > 0)
            words_add(out, ":");
        first = false;
        at = word_take(at, word);
        if (at == NULL)
            break;
        words_add(out, word);
    }
    free(word);
    return at != NULL;
}

bool config_read(const char *path, struct words *out, char *error)
{
    FILE *file = fopen(path, "re");
    char *line = NULL, *text = need(strdup(""));
    unsigned number = 0;
    size_t room = 0;
    ssize_t bytes;
    bool good = true;

    if (file == NULL) {
        snprintf(error, OPTIONS_ERROR_BYTES, "cannot read the configuration file \"%s\": %s", path,
                 strerror(errno));
        free(text);
        return false;
    }
    while (good && (bytes = getline(&line, &room, file)) > 0) {
        char *joined;
        bool more;

        number++;
        if (line[bytes - 1] == '\n')
            line[--bytes] = '\0';
        more = bytes > 0 && line[bytes - 1] == '\\';
        if (more)
            line[bytes - 1] = ' ';
        joined = need_format("%s%s", text, line);
        free(text);
        text = joined;
        if (!more) {
            good = config_line(text, out);
            *text = '\0';
        }
    }
    good = good && config_line(text, out);
    if (!good)
        snprintf(error, OPTIONS_ERROR_BYTES, "%s, line %u: a quote is not closed", path, number);
    free(text);
    free(line);
    fclose(file);
    return good;
}
