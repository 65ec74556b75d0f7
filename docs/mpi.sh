#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# mpi.sh [--write]: prints docs/mpi.md, made from the table in libmpi/api.tsv.
set -euo pipefail
cd "$(dirname "$0")/.."

list() { # done|later
    awk -F'\t' -v want="$1" '$1 == "function" && $5 == want { print $2 }' libmpi/api.tsv |
        paste -sd, | sed 's/,/, /g' | fold -s -w 108 | sed 's/ *$//'
}

page() {
    printf '# MPI functions\n\n'
    printf 'Made by `docs/mpi.sh` from `libmpi/api.tsv`; do not edit. Each function has its `PMPI_` twin.\n'
    printf '\n## There\n\n'
    list 'done'
    printf '\n## Not there yet\n\nA call of one does not compile, or in Fortran does not link.\n\n'
    list later
}

case ${1:-} in
--write) page >docs/mpi.md ;;
'') page ;;
*)
    echo "usage: docs/mpi.sh [--write]" >&2
    exit 2
    ;;
esac
