#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# kernel_symbols.sh NM KERNEL.ELF: the entry points' offsets as C macros, for machine/kernel_blob.S.
set -eu
"$1" "$2" | awk '
    $3 == "kernel_base" { base = $1 }
    $3 == "elf_entry" { at["ELF"] = $1 }
    $3 == "pc_entry_pvh" { at["PVH"] = $1 }
    $3 == "pc_entry_mb2" { at["MB2"] = $1 }
    $3 == "kernel_bytes" { bytes = $1 }
    $3 == "kernel_file_bytes" { file_bytes = $1 }
    END {
        printf "#define KERNEL_ZEROED_BYTES (0x%s - 0x%s)\n", bytes, file_bytes
        if (length(at) != 3) { print "kernel_symbols.sh: an entry point is missing" > "/dev/stderr"; exit 1 }
        for (name in at)
            printf "#define KERNEL_%s_ENTRY (0x%s - 0x%s)\n", name, at[name], base
    }'
