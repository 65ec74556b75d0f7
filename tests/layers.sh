#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# layers.sh: dependencies between rooms point downwards only.
#
#   layers.sh            every #include, and a failure for each that layers.list does not allow
#   layers.sh -q         failures only
#   layers.sh -k BUILD   the kernel as built: nothing undefined, no thread-local storage, no vector
#                        register, at most 384 KiB
set -u
shopt -s extglob
cd "$(dirname "$0")/.." || exit 2

declare -A allowed=()
rooms=() public=() insiders=() system_rooms=() system_headers=()
failures=0

complain() {
    echo "layers: $*" >&2
    failures=$((failures + 1))
}

read_list() {
    local line left right

    while read -r line; do
        line=${line%%#*}
        [[ $line == *:* ]] || continue
        if [[ $line == public:* ]]; then
            read -r line <<<"${line#public:}"
            public+=("$line")
        elif [[ $line == inside:* ]]; then
            read -r line <<<"${line#inside:}"
            insiders+=("$line")
        elif [[ $line == system:* ]]; then
            line=${line#system:}
            read -ra system_rooms <<<"${line%%:*}"
            read -ra system_headers <<<"${line#*:}"
        else
            read -r left <<<"${line%%:*}"
            read -r right <<<"${line#*:}"
            rooms+=("$left")
            allowed[$left]=" $right "
        fi
    done <tests/layers.list
}

# Sets $room to the longest room that FILE lies in; empty if there is none.
find_room() { # FILE
    local candidate

    room=
    for candidate in "${rooms[@]}"; do
        [[ $1 == "$candidate"/* && ${#candidate} -gt ${#room} ]] && room=$candidate
    done
}

is_public() { # HEADER ROOM INCLUDING_ROOM
    local pattern

    [[ $1 == "$2/${2##*/}.h" || " ${insiders[*]} " == *" $3 "* ]] && return 0
    for pattern in "${public[@]}"; do
        # shellcheck disable=SC2053 # a pattern on purpose
        [[ $1 == $pattern ]] && return 0
    done
    return 1
}

check_system() { # FILE ROOM HEADER
    local pattern inside=

    for pattern in "${system_rooms[@]}"; do
        [[ $2 == "$pattern" || $2 == "$pattern"/* ]] && inside=yes
    done
    [ -n "$inside" ] || return 0
    # A unit test is a program of the host.
    [[ $1 == *_test.[ch] ]] && return 0
    for pattern in "${system_headers[@]}"; do
        # shellcheck disable=SC2053
        [[ $3 == $pattern ]] && return 0
    done
    complain "$1: <$3> is a header of the C library or of a program; the kernel has neither"
}

check_own() { # FILE ROOM HEADER
    local from=$2 target=${1%/*}/$3

    [ -e "$target" ] || target=$3
    [ -e "$target" ] || target=include/$3
    [ -e "$target" ] || target=$target.in # made by the build from it
    if [ ! -e "$target" ]; then
        # Made by the build, beside nothing: only the build's own glue may want it.
        [[ $1 == *.S ]] || complain "$1: \"$3\" is nowhere in the repository"
        return
    fi
    find_room "$target"
    if [ -z "$room" ]; then
        complain "$1: \"$3\" lies in no room"
    elif [ "$room" != "$from" ]; then
        if [[ ${allowed[$from]} != *" $room "* ]]; then
            complain "$1: \"$3\": $from may not include $room"
        elif ! is_public "$target" "$room" "$from"; then
            complain "$1: \"$3\" is private to $room"
        fi
    fi
}

check_includes() { # QUIET
    local file line header kind from
    local include='#[[:space:]]*include[[:space:]]*(["<])([^">]+)[">]'

    while IFS=: read -r file line; do
        if [[ $line =~ $include ]]; then
            kind=${BASH_REMATCH[1]}
            header=${BASH_REMATCH[2]}
        else
            complain "$file: cannot read: $line"
            continue
        fi
        find_room "$file"
        from=$room
        [ -n "$1" ] || printf '%-16s %-32s %s%s\n' "$from" "$file" "$kind" "$header"
        if [ -z "$from" ]; then
            complain "$file lies in no room of tests/layers.list"
        elif [ "$kind" = '<' ]; then
            check_system "$file" "$from" "$header"
        else
            check_own "$file" "$from" "$header"
        fi
    done < <(find "${rooms[@]%%/*}" -name '*.[chS]' -print0 2>/dev/null | sort -zu |
        xargs -0 -r grep -HE '^[[:space:]]*#[[:space:]]*include' /dev/null)
}

check_kernel() { # BUILD
    local elf=$1/lib/torito/kernel.elf bytes found

    [ -e "$elf" ] || { complain "$elf is missing"; return; }
    found=$(nm -u "$elf")
    [ -z "$found" ] || complain "undefined in the kernel:" "$found"
    # The payload owns FS (its libc's TLS) and every x87, MMX, SSE and AVX register; XSAVE and the
    # like name none of them. entry32.S is 32-bit code and text, and done before there is a payload.
    found=$(find "$1/kernel/CMakeFiles/kernel.elf.dir" -name '*.o' ! -name 'entry32.S.o' -exec \
        objdump -d --no-show-raw-insn {} + |
        grep -E '^[^ ].*file format|%fs:|%[xyz]?mm[0-9]|%st\b|%k[0-7]\b' |
        grep -vE 'file format' | head -n 5)
    [ -z "$found" ] || complain "the kernel touches what is the payload's:"$'\n'"$found"
    found=$(readelf -lW "$elf" | grep -E '^ *TLS ')
    [ -z "$found" ] || complain "the kernel has thread-local storage:" "$found"
    found=$(readelf -rW "$elf" | grep -E '^Relocation section')
    [ -z "$found" ] || complain "the kernel has relocations left: $found"
    # What every image carries of it: also its zeroed data (cmake/image.ld.in), and all in whole pages.
    bytes=$((16#$(nm "$elf" | awk '$3 == "kernel_bytes" { print $1 }')))
    echo "kernel: $bytes bytes"
    # It was 200 KiB before files and devices of its own, core files and timelines came in.
    [ "$bytes" -le $((384 * 1024)) ] || complain "the kernel has $bytes bytes, more than 384 KiB"
}

read_list
case ${1:-} in
-k) check_kernel "${2:-build}" ;;
-q) check_includes quiet ;;
'') check_includes '' ;;
*)
    sed -n '3,9s/^# \?//p' "$0" >&2
    exit 2
    ;;
esac
[ "$failures" -eq 0 ] || { echo "layers: $failures violations" >&2; exit 1; }
