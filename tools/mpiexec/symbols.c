// SPDX-License-Identifier: BSD-2-Clause
// symbols.c: looks addresses up in symbol table and DWARF.
#include "symbols.h"
#include "say.h"
#include <dlfcn.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct symbols {
    Dwfl *dwfl;
    Dwfl_Module *module;
    GElf_Addr bias; // from the file's addresses to libdw's
};

// Debug information lies in the image; nothing is searched for on this host or in the network.
static int no_debuginfo(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
                        const char *file, const char *link, GElf_Word crc, char **out)
{
    (void)module, (void)data, (void)name, (void)base, (void)file, (void)link, (void)crc, (void)out;
    return -1;
}

static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = no_debuginfo,
    .section_address = dwfl_offline_section_address,
};

struct symbols *symbols_open(const char *path)
{
    struct symbols *symbols = need(calloc(1, sizeof *symbols));

    symbols->dwfl = dwfl_begin(&callbacks);
    if (symbols->dwfl != NULL) {
        dwfl_report_begin(symbols->dwfl);
        symbols->module = dwfl_report_offline(symbols->dwfl, path, path, -1);
        dwfl_report_end(symbols->dwfl, NULL, NULL);
    }
    if (symbols->module == NULL || dwfl_module_getelf(symbols->module, &symbols->bias) == NULL) {
        symbols_close(symbols);
        return NULL;
    }
    return symbols;
}

void symbols_close(struct symbols *symbols)
{
    if (symbols != NULL && symbols->dwfl != NULL)
        dwfl_end(symbols->dwfl);
    free(symbols);
}

// C++ names as people write them, if the C++ library is on this host; it is not worth loading it for
// every start of mpiexec.
static char *name_readable(const char *name)
{
    typedef char *demangle_fn(const char *name, char *out, size_t *bytes, int *status);
    void *library = name[0] == '_' && name[1] == 'Z' ? dlopen("libstdc++.so.6", RTLD_LAZY) : NULL;
    demangle_fn *demangle = NULL;
    char *readable = NULL;
    int status = -1;

    if (library != NULL) {
        void *symbol = dlsym(library, "__cxa_demangle");

        memcpy(&demangle, &symbol, sizeof demangle);
    }
    if (demangle != NULL)
        readable = demangle(name, NULL, NULL, &status);
    return readable != NULL && status == 0 ? readable : need(strdup(name));
}

// A file below the working directory is named from there.
static const char *file_short(const char *file)
{
    static char cwd[4096];
    size_t bytes;

    if (cwd[0] == '\0' && getcwd(cwd, sizeof cwd) == NULL)
        return file;
    bytes = strlen(cwd);
    return strncmp(file, cwd, bytes) == 0 && file[bytes] == '/' ? file + bytes + 1 : file;
}

char *symbols_describe(struct symbols *symbols, uint64_t address)
{
    GElf_Addr at = address + symbols->bias;
    const char *symbol, *file = NULL;
    char *name, *text;
    Dwfl_Line *line;
    int number = 0;

    symbol = dwfl_module_addrname(symbols->module, at);
    line = dwfl_module_getsrc(symbols->module, at);
    if (line != NULL)
        file = dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL);
    if (symbol == NULL && file == NULL)
        return NULL;
    name = name_readable(symbol != NULL ? symbol : "?");
    text = file != NULL ? need_format("%s at %s:%d", name, file_short(file), number)
                        : need_format("%s", name);
    free(name);
    return text;
}
