// SPDX-License-Identifier: BSD-2-Clause
// format.c: snprintf for the kernel: the conversions lib.h lists and no others.
#include "lib/lib.h"

struct out {
    char *to;
    size_t size, length; // of the buffer; of the whole text
};

struct spec {
    bool left, zero;
    int width, precision; // precision -1: none
    int longs;            // how many l, z counts as two
};

static void out_char(struct out *out, char c)
{
    if (out->length + 1 < out->size)
        out->to[out->length] = c;
    out->length++;
}

static void out_padded(struct out *out, const struct spec *spec, const char *text, size_t length)
{
    size_t pad = (size_t)spec->width > length ? (size_t)spec->width - length : 0;

    for (size_t i = 0; !spec->left && i < pad; i++)
        out_char(out, spec->zero ? '0' : ' ');
    for (size_t i = 0; i < length; i++)
        out_char(out, text[i]);
    for (size_t i = 0; spec->left && i < pad; i++)
        out_char(out, ' ');
}

static void out_number(struct out *out, const struct spec *spec, uint64_t n, unsigned base,
                       bool negative)
{
    char text[24];
    size_t at = sizeof text;

    do
        text[--at] = "0123456789abcdef"[n % base];
    while ((n /= base) != 0);
    if (negative)
        text[--at] = '-';
    out_padded(out, spec, text + at, sizeof text - at);
}

static const char *spec_parse(const char *text, struct spec *spec, va_list *list)
{
    *spec = (struct spec){.precision = -1};
    for (;; text++) {
        if (*text == '-')
            spec->left = true;
        else if (*text == '0')
            spec->zero = true;
        else
            break;
    }
    while (*text >= '0' && *text <= '9')
        spec->width = spec->width * 10 + (*text++ - '0');
    if (text[0] == '.' && text[1] == '*') {
        spec->precision = va_arg(*list, int);
        text += 2;
    }
    for (; *text == 'l' || *text == 'z'; text++)
        spec->longs += *text == 'z' ? 2 : 1;
    return text;
}

// One conversion; `text` points behind the percent sign. Returns the place behind it.
static const char *out_conversion(struct out *out, const char *text, va_list *list)
{
    struct spec spec;

    text = spec_parse(text, &spec, list);
    switch (*text) {
    case 'd': {
        int64_t n = spec.longs ? va_arg(*list, long) : va_arg(*list, int);

        out_number(out, &spec, n < 0 ? 0 - (uint64_t)n : (uint64_t)n, 10, n < 0);
        break;
    }
    case 'u':
    case 'x':
        out_number(out, &spec, spec.longs ? va_arg(*list, unsigned long) : va_arg(*list, unsigned),
                   *text == 'u' ? 10 : 16, false);
        break;
    case 'p':
        out_char(out, '0');
        out_char(out, 'x');
        out_number(out, &spec, (uintptr_t)va_arg(*list, void *), 16, false);
        break;
    case 'c': {
        char c = (char)va_arg(*list, int);

        out_padded(out, &spec, &c, 1);
        break;
    }
    case 's': {
        const char *s = va_arg(*list, const char *);

        s = s ? s : "(null)";
        out_padded(out, &spec, s, strnlen(s, spec.precision < 0 ? SIZE_MAX : (size_t)spec.precision));
        break;
    }
    default: // %% and what nobody should write
        out_char(out, *text);
        break;
    }
    return *text ? text + 1 : text;
}

int format_list(char *to, size_t size, const char *text, va_list list)
{
    struct out out = {to, size, 0};
    va_list copy;

    va_copy(copy, list);
    while (*text)
        if (*text != '%')
            out_char(&out, *text++);
        else
            text = out_conversion(&out, text + 1, &copy);
    va_end(copy);
    if (size)
        to[out.length < size ? out.length : size - 1] = '\0';
    return (int)out.length;
}

int format(char *to, size_t size, const char *text, ...)
{
    va_list list;
    int length;

    va_start(list, text);
    length = format_list(to, size, text, list);
    va_end(list);
    return length;
}

uint64_t parse_number(const char *s, int base, const char **end)
{
    uint64_t n = 0;

    if (base == 16 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
        s += 2;
    for (;; s++) {
        unsigned digit = (unsigned)*s - '0';

        if (digit > 9)
            digit = ((unsigned)*s | 0x20) - 'a' + 10;
        if (*s == '\0' || digit >= (unsigned)base)
            break;
        n = n * (unsigned)base + digit;
    }
    if (end)
        *end = s;
    return n;
}
