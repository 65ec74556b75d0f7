#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# fuzz.sh: libFuzzer on a parser of what another party wrote.
#
#   fuzz.sh                        the names of the targets
#   fuzz.sh NAME SECONDS [FLAG]... builds build/fuzz/NAME and runs it for so long; status 0: no finding
#   fuzz.sh NAME FILE...           runs it on these inputs only
#   fuzz.sh --all SECONDS [JOBS]   every target for so long, JOBS at once (2); one line for each
#   fuzz.sh --write                writes what has been run into docs/debugging.md
#
# A target is one file here, NAME.c:
#   - it defines LLVMFuzzerTestOneInput, which feeds bytes to the parser and aborts (__builtin_trap)
#     when the result breaks what the parser's header promises;
#   - lines `// fuzz: FILE...` name the sources it is built with, from the root of the tree;
#   - inputs worth starting from lie in seeds/NAME/, if there are any, and words in NAME.dict.
# Nothing else is to be registered: tests/suite_fuzz.sh runs whatever is here. What is found stays in
# build/fuzz/: the corpus, from which a later run goes on, inputs that fail as NAME-crash-*, and in the file
# `runs` a line for each run. A finding becomes a seed, with its fix.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
out=${FUZZ_OUT:-$root/build/fuzz}

# All runs since the folder is there, short ones too: how long each target was run, and what came of it.
table() {
    echo '| target | CPU seconds | executions | inputs kept | runs with a finding | seeds |'
    echo '|---|---:|---:|---:|---:|---:|'
    "$0" | while read -r target; do
        awk -v target="$target" -v kept="$(find "$out/corpus/$target" -type f 2>/dev/null | wc -l)" \
            -v seeds="$(find "$here/seeds/$target" -type f 2>/dev/null | wc -l)" '
            $1 == target { seconds += $2; runs += $3; found += $4 }
            END {
                if (runs)
                    printf "| %s | %d | %d | %d | %d | %d |\n", target, seconds, runs, kept, found, seeds
            }' "$out/runs"
    done
}

if [ $# -eq 0 ]; then
    for target in "$here"/*.c; do
        basename "$target" .c
    done
    exit 0
elif [ "$*" = --write ]; then
    # shellcheck source=bench/page.sh
    . "$root/bench/page.sh"
    page_check "$root/docs/debugging.md" fuzz
    table >"$out/table"
    page_write "$root/docs/debugging.md" fuzz "$out/table"
    exit
elif [ $# -eq 1 ] || { [ "$1" != --all ] && [ ! -e "$here/$1.c" ]; }; then
    sed -n '3,18s/^# \?//p' "$0"
    exit 2
fi
if [ "$1" = --all ]; then
    mkdir -p "$out"
    export FUZZ_OUT=$out
    "$0" | xargs -P "${3:-2}" -I@ bash -c '
        status=0
        "$1" @ "$2" >"$FUZZ_OUT/@.log" 2>&1 || status=$?
        runs=$(sed -n "s/^stat::number_of_executed_units: //p" "$FUZZ_OUT/@.log")
        [ "$status" = 0 ] && echo "ok @: $2 s, ${runs:-no} runs" && exit
        echo "FAIL @: status $status (log: $FUZZ_OUT/@.log)"
        exit 1' fuzz "$0" "$2"
    exit
fi
name=$1
shift
mkdir -p "$out/corpus/$name"
cd "$root"
mapfile -t sources < <(sed -n 's|^// fuzz: ||p' "$here/$name.c" | tr ' ' '\n')
clang-14 -std=gnu11 -D_GNU_SOURCE -g -O1 -I . -Wall -Wextra -Werror -fno-omit-frame-pointer \
    -fno-sanitize-recover=all -fsanitize=fuzzer,address,undefined \
    -o "$out/$name" "$here/$name.c" "${sources[@]}"
if ! [[ $1 =~ ^[0-9]+$ ]]; then
    exec "$out/$name" "$@"
fi
seconds=$1
shift
folders=("$out/corpus/$name")
[ ! -d "$here/seeds/$name" ] || folders+=("$here/seeds/$name")
[ ! -e "$here/$name.dict" ] || set -- -dict="$here/$name.dict" "$@"
status=0
TIMEFORMAT='%U %S' # of the processor: the host may have had other things to do
cpu=$({ time "$out/$name" -max_total_time="$seconds" -timeout=30 -rss_limit_mb=1024 -max_len=4096 \
    -verbosity=0 -print_final_stats=1 -artifact_prefix="$out/$name-" "$@" "${folders[@]}" \
    >"$out/$name.said" 2>&1; } 2>&1) || status=$?
cat "$out/$name.said" >&2
runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$out/$name.said")
printf '%s\t%s\t%d\t%d\n' "$name" "$(awk '{ print $1 + $2 }' <<<"$cpu")" "${runs:-0}" $((status != 0)) \
    >>"$out/runs"
exit "$status"
