// SPDX-License-Identifier: BSD-2-Clause
// schedule_op.c: schedules that reduce.
#include "libmpi/coll/schedule.h"

void mpii_schedule_keep_op(struct mpii_schedule *schedule, const struct mpii_op *op)
{
    schedule->op = (struct mpii_op *)(uintptr_t)op;
    schedule->reduce = mpii_op_reduce;
    schedule->op_drop = mpii_op_drop;
    mpii_object_keep(&schedule->op->object);
}
