# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# suite_static.sh: what can be judged without running the product: layout, warnings, analysis, layers.

# Sources under the rules, by name ending; build/ holds none of ours.
sources() { # ENDING...
    local ending

    for ending; do
        find "$HARNESS_ROOT" -path "$HARNESS_ROOT/build" -prune -o -path "$HARNESS_ROOT/.git" -prune \
            -o -type f -name "*.$ending" -print
    done | sort
}

static_format() {
    local bad

    sources c h cc cpp hpp | xargs -r clang-format-14 --dry-run -Werror && return
    bad=$(sources c h cc cpp hpp | while read -r file; do
        clang-format-14 --dry-run -Werror "$file" 2>/dev/null || echo "${file#"$HARNESS_ROOT/"}"
    done)
    fail "not formatted: ${bad//$'\n'/ }"
}

# What the formatter does not judge.
static_text() {
    local bad

    bad=$(sources c h cc cpp S sh f90 | xargs grep -L 'SPDX-License-Identifier: BSD-2-Clause')
    [ -z "$bad" ] || fail "no licence line: $bad"
    # A trailing comment may stick out (.clang-format), nothing may sprawl.
    bad=$(sources c h cc cpp S sh | xargs awk 'length > 110 { print FILENAME ":" FNR }')
    [ -z "$bad" ] || fail "longer than 110 columns: $bad"
    bad=$(sources c h cc cpp S sh md txt cmake f90 | xargs grep -nE '[[:blank:]]+$')
    [ -z "$bad" ] || fail "blanks at the end of a line: $bad"
    bad=$(sources c h | xargs wc -l | awk '$1 > 600 && $2 != "total" { print $2 " has " $1 " lines" }')
    [ -z "$bad" ] || fail "split it: $bad"
}

static_scripts() {
    cd "$HARNESS_ROOT" || return
    # Scripts that others generate from (configure.ac and the like) are not shell.
    grep -rlE --exclude-dir=build --exclude-dir=.git '^#!.*\b(ba)?sh\b|^# shellcheck shell=' . |
        xargs -r shellcheck
}

static_gcc() {
    # A build of its own: the one in build/ may be up to date, and silent, by luck.
    cmake --preset strict -S "$HARNESS_ROOT" -B "$HARNESS_ROOT/build/gcc" &&
        cmake --build "$HARNESS_ROOT/build/gcc" --clean-first >made 2>&1 && return
    cat made
    fail "$(grep -m 1 -E '(error|warning|undefined)' made | sed "s|$HARNESS_ROOT/||")"
}

static_clang() {
    cmake --preset clang -S "$HARNESS_ROOT" -B "$HARNESS_ROOT/build/clang" &&
        cmake --build "$HARNESS_ROOT/build/clang" --clean-first >made 2>&1 && return
    cat made
    fail "$(grep -m 1 -E '^[^ ]*: (error|warning)|undefined' made | sed "s|$HARNESS_ROOT/||")"
}

# The sources the clang build compiles, so that the flags are clang's. Tests are judged by the
# sanitizers they run under.
compiled_sources() {
    sed -n 's/^ *"file": "\(.*\.c\)",\?$/\1/p' "$HARNESS_ROOT/build/clang/compile_commands.json" |
        grep -v -e "^$HARNESS_ROOT/build/" -e '_test\.c$' | sort -u
}

# The static analyzer takes twenty times as long as all else: with --full.
static_tidy() {
    local checks='-clang-analyzer-*'

    [ -z "$CHECK_FULL" ] || checks=
    compiled_sources | xargs -r -P 2 -n 4 clang-tidy-14 --quiet -p "$HARNESS_ROOT/build/clang" \
        --config-file="$HARNESS_ROOT/.clang-tidy" --checks="$checks" >tidy && return
    cat tidy
    fail "$(grep -m 1 -E ' error: ' tidy | sed "s|$HARNESS_ROOT/||")"
}

static_cppcheck() {
    cd "$HARNESS_ROOT" || return
    compiled_sources | sed "s|^$HARNESS_ROOT/||" >"$HARNESS_WHY.list"
    cppcheck --enable=warning,performance,portability --error-exitcode=1 --std=c11 --quiet -j 2 \
        --inline-suppr --suppressions-list=tests/cppcheck.suppress -I . -I include \
        '-D__attribute__(x)=' \
        --file-list="$HARNESS_WHY.list" 2>"$HARNESS_WHY.found" && return
    cat "$HARNESS_WHY.found"
    fail "$(grep -m 1 -E ': (error|warning|performance|portability): ' "$HARNESS_WHY.found")"
}

# A test nobody builds tests nothing.
static_registered() {
    local test name

    for test in $(sources c | grep '_test\.c$'); do
        name=${test#"$HARNESS_ROOT/"}
        find "$HARNESS_ROOT" -path "$HARNESS_ROOT/build" -prune -o -name CMakeLists.txt -print0 |
            xargs -0 grep -qE -e "torito_unit_test\(${name%_test.c}([ )]|$)" \
                -e "[ /]${name##*/}[ )]|^ *${name##*/}$" ||
            fail "no CMakeLists.txt names $name"
    done
}

static_mpi() {
    diff "$HARNESS_ROOT/docs/mpi.md" <("$HARNESS_ROOT/docs/mpi.sh") >&2 ||
        fail 'docs/mpi.md is not what the table says: run docs/mpi.sh --write'
}

static_syscalls() {
    diff "$HARNESS_ROOT/docs/syscalls.md" <("$HARNESS_ROOT/docs/syscalls.sh") >&2 ||
        fail 'docs/syscalls.md is not what the table says: run docs/syscalls.sh --write'
}

# The manual names every option of mpiexec that has an effect, its --help nothing that is none.
static_options() {
    local table="$HARNESS_ROOT/tools/mpiexec/option_table.c" name

    sed -nE 's/^    \{"([A-Za-z-]+)", [0-9], (take_nothing|take_silently|take_unsupported)\},$/\1/p' \
        "$table" | sort >without
    sed -nE 's/^    \{"([A-Za-z-]+)", [0-9], [a-z_]+\},$/\1/p' "$table" | sort >all
    [ "$(wc -l <all)" -gt 60 ] || fail "only $(wc -l <all) options found in ${table##*/}"
    sed 's/\\-/-/g' "$HARNESS_ROOT/docs/man/mpiexec.1" >manual
    comm -23 all without | while read -r name; do
        grep -Eq -e "(^|[ \"])--?$name([^a-zA-Z-]|\$)" manual || fail "mpiexec.1 does not tell of -$name"
    done || exit
    "$BIN/mpiexec" --help | grep -oE '(^|[ ,])--?[a-zA-Z][a-zA-Z-]*' | sed 's/^[ ,]*-*//' |
        grep -vxE 'h|help' | while read -r name; do
        grep -Fxq -e "$name" all || fail "mpiexec --help tells of -$name, which is no option"
    done
}

# Links between the pages, and to files, must lead somewhere.
static_links() {
    local page target

    for page in "$HARNESS_ROOT"/README.md "$HARNESS_ROOT"/docs/*.md; do
        grep -oE '\]\([^)#]+' "$page" | cut -c 3- | grep -v '^https\?:' | while read -r target; do
            [ -e "${page%/*}/$target" ] || fail "${page##*/}: $target is nowhere"
        done || exit
    done
}

run_case harness 60 "$HARNESS_ROOT/tests/harness_test.sh"
run_case run 60 "$HARNESS_ROOT/tests/run_test.sh"
run_case static.format 60 static_format
run_case static.text 20 static_text
run_case static.scripts 60 static_scripts
run_case static.layers 30 "$HARNESS_ROOT/tests/layers.sh"
run_case static.kernel 30 "$HARNESS_ROOT/tests/layers.sh" -k "$HARNESS_ROOT/build"
run_case static.gcc 600 static_gcc
run_case static.clang 600 static_clang
run_case static.kernel-clang 30 "$HARNESS_ROOT/tests/layers.sh" -k "$HARNESS_ROOT/build/clang"
run_case static.tidy 900 static_tidy
run_case static.cppcheck 300 static_cppcheck
run_case static.registered 20 static_registered
run_case static.mpi 30 static_mpi
run_case static.model 120 "$HARNESS_ROOT/tests/model.sh"
run_case static.syscalls 20 static_syscalls
run_case static.options 20 static_options
run_case static.links 20 static_links
