// SPDX-License-Identifier: BSD-2-Clause
// info_drop.c: the end of info objects: a file of its own, for every communicator needs it and most
// have none.
#include "libmpi/object/info.h"
#include <stdlib.h>

void mpii_info_delete(struct mpii_info *info)
{
    for (int i = 0; i < info->count; i++) {
        free(info->pair[i].key);
        free(info->pair[i].value);
    }
    free(info->pair);
    mpii_object_delete(info);
}

void mpii_info_drop(MPI_Info info)
{
    if (mpii_object_ok(info, MPII_INFO) && mpii_object_drop((struct mpii_object *)info))
        mpii_info_delete((struct mpii_info *)info);
}
