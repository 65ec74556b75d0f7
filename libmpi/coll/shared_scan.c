// SPDX-License-Identifier: BSD-2-Clause
// shared_scan.c: scan and exscan of small vectors: all put theirs into their cores' cells, and each
// reduces those of the ranks below it, in their order. Cost: one synchronisation, and up to n
// reductions on the last rank.
#include "libmpi/coll/shared.h"
#include <string.h>

static bool scan(struct mpii_coll_call *call, int *rc, bool inclusive)
{
    struct mpii_shared *shared = mpii_shared_of(call->comm);
    size_t bytes = (size_t)(call->recv.count * call->recv.type->size),
           stride = (bytes + 63) / 64 * 64;
    int last;

    if (!shared || !call->recv.type->dense || !mpii_choice_cell(shared, MPII_CHOICE_SCAN, stride))
        return false;
    *rc = MPI_SUCCESS;
    if (bytes == 0)
        return true;
    last = inclusive ? shared->rank : shared->rank - 1;
    mpii_shared_begin(shared);
    memcpy(mpii_shared_part(shared, shared->rank, stride), mpii_coll_input(call), bytes);
    mpii_shared_sync(shared);
    if (last >= 0)
        memcpy(call->recv.buf, mpii_shared_part(shared, last, stride), bytes);
    for (int i = last - 1; i >= 0; i--)
        mpii_op_reduce(call->op, mpii_shared_part(shared, i, stride), call->recv.buf,
                       call->recv.count, call->recv.type);
    mpii_shared_finish(shared, false);
    return true;
}

bool mpii_shared_scan(struct mpii_coll_call *call, int *rc)
{
    return scan(call, rc, true);
}

bool mpii_shared_exscan(struct mpii_coll_call *call, int *rc)
{
    return scan(call, rc, false);
}
