# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# page.sh: for the scripts here that write their tables into pages, between the lines <!-- NAME:begin --> and
# <!-- NAME:end -->.

# page_check PAGE NAME: ends the script if the page has no such lines. Before measuring takes minutes.
page_check() {
    grep -q "^<!-- $2:begin -->" "$1" && grep -q "^<!-- $2:end -->" "$1" && return
    echo "${0##*/}: $1 has no $2:begin and $2:end markers" >&2
    exit 1
}

# page_write PAGE NAME FILE: what is between them is then what FILE has.
page_write() {
    local new
    page_check "$1" "$2"
    new=$(awk -v name="$2" -v file="$3" '
        index($0, "<!-- " name ":end -->") == 1 { inside = 0 }
        !inside { print }
        index($0, "<!-- " name ":begin -->") == 1 {
            inside = 1
            while ((getline line < file) > 0) print line
        }' "$1")
    printf '%s\n' "$new" >"$1"
}
