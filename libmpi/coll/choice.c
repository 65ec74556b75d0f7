// SPDX-License-Identifier: BSD-2-Clause
// choice.c: from which size on data stay in the users' buffers instead of going through cells: the cell
// costs a copy more, the buffers a second synchronisation. One table, to be measured again where it runs.
#include "libmpi/coll/shared.h"

size_t mpii_choice_cell_max[MPII_CHOICES] = {
    [MPII_CHOICE_BCAST] = 4080,     [MPII_CHOICE_GATHER] = 4080,   [MPII_CHOICE_SCATTER] = 4080,
    [MPII_CHOICE_ALLGATHER] = 4080, [MPII_CHOICE_ALLTOALL] = 4080, [MPII_CHOICE_REDUCE] = 4080,
    [MPII_CHOICE_ALLREDUCE] = 4080, [MPII_CHOICE_SCAN] = 4080,
};
