#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# syscalls.sh [--write]: prints docs/syscalls.md, made from the table in kernel/syscall/table.c.
set -euo pipefail
cd "$(dirname "$0")/.."

names() { # MACRO|MACRO: names in the table's order
    local macros=$1

    sed -nE "s/^ *($macros)\\(([a-z0-9_]+),.*/\\2/p" kernel/syscall/table.c
}

page() {
    local name file

    cat <<'HEAD'
# System calls

Made by `docs/syscalls.sh` from `kernel/syscall/table.c`; do not edit. Both machines have the same table.
A handler may still answer ENOSYS or EOPNOTSUPP for what it cannot do on a machine: pipes, sockets and
their kin are the host's, on machine `linux`, and do not exist on `pc`. Files are there on both
([files.md](files.md)).

## Calls with a handler

HEAD
    # By the file that handles them: one file per family.
    names 'CALL|LOUD' | while read -r name; do
        file=$(grep -lE "^long sys_$name\\(" kernel/*/*.c | head -n 1 || true)
        printf '%s %s\n' "${file:-kernel/syscall/?}" "$name"
    done | sort -s -k 1,1 | awk '
        $1 != file { if (file) print ""; file = $1; printf "`%s`: ", file; comma = "" }
        { printf "%s%s", comma, $2; comma = ", " }
        END { print "" }' | sed 's/^\(`.*\)$/- \1/' | grep -v '^$' | fold -s -w 110 |
        sed -e 's/ *$//' -e 's/^\([^-]\)/  \1/'
    printf '\n## Calls that answer ENOSYS and are named once per rank\n\n'
    names NONE | paste -sd, | sed 's/,/, /g' | fold -s -w 110 | sed 's/ *$//'
    printf '\n## Calls that answer ENOSYS in silence: libcs only try them\n\n'
    names QUIET | paste -sd, | sed 's/,/, /g' | fold -s -w 110 | sed 's/ *$//'
}

case ${1:-} in
--write) page >docs/syscalls.md.new && mv docs/syscalls.md.new docs/syscalls.md ;;
'') page ;;
*) sed -n '3s/^# //p' "$0" >&2 && exit 2 ;;
esac
