#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# mpi.sh [--write]: prints docs/mpi.md, made from the table in libmpi/api.tsv.
set -euo pipefail
cd "$(dirname "$0")/.."

list() { # done|later|removed
    awk -F'\t' -v want="$1" '$1 == "function" && $5 == want || $1 == want { print $2 }' libmpi/api.tsv |
        paste -sd, | sed 's/,/, /g' | fold -s -w 108 | sed 's/ *$//'
}

page() {
    printf '# MPI functions\n\n'
    printf 'Made by `docs/mpi.sh` from `libmpi/api.tsv`; do not edit. Each function has its `PMPI_` twin.\n'
    printf '\n## There\n\n'
    list 'done'
    printf '\n## Removed by MPI 3.0, and there for older programs\n\n'
    list removed
    printf '\nThe markers MPI_LB and MPI_UB are not there: see MPI_Type_create_resized.\n'
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
