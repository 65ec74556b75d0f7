#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# performance.sh: writes docs/performance.md, between its markers, from a session of `torito compare`.
#
#   bench/performance.sh [OPTION OF torito compare]...  measures first; by default 2 ranks, five rounds
#   bench/performance.sh --from FOLDER...               takes what earlier sessions left there
#   bench/performance.sh --vm ...                       the same, of the part of the page on virtual machines
#
# For example: bench/performance.sh --ranks 2,4,8,16,32 --rounds 3 --time 20000. Needs a build in build/
# (or in $TORITO_BUILD), and a machine on which nothing else runs.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=bench/page.sh
. bench/page.sh
build=${TORITO_BUILD:-build}
page=docs/performance.md
block=compare
options=()
if [ "${1-}" = --vm ]; then
    block=compare-vm
    options=(--vm)
    shift
fi
page_check "$page" "$block"

case ${1-} in
-h | --help)
    sed -n '3,10s/^# \?//p' "$0"
    exit
    ;;
--from)
    shift
    [ $# -gt 0 ] || { echo 'performance.sh: --from wants a folder' >&2 && exit 2; }
    folders=("$@")
    ;;
*)
    folders=("$build/performance")
    "$build/bin/torito" compare "${options[@]}" "$@" --out "$build/performance"
    ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for folder in "${folders[@]}"; do
    # Without the plots, which stay in the folder.
    sed -e '1d' -e 's/^#/##/' -e '/^!\[/d' "$folder/report.md"
done | cat -s >"$work/report"
page_write "$page" "$block" "$work/report"
echo "$page is written"
