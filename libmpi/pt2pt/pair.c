// SPDX-License-Identifier: BSD-2-Clause
// pair.c: see pair.h.
#include "libmpi/pt2pt/pair.h"
#include <string.h>

int mpii_check_pair(struct mpii_message_args *send, struct mpii_message_args *receive)
{
    int rc = mpii_check_send(send);

    return rc == MPI_SUCCESS ? mpii_check_receive(receive) : rc;
}

void mpii_pair_copy(void *copy, struct mpii_message_args *send)
{
    size_t bytes = (size_t)(send->count * send->type->size);

    if (bytes && send->type->dense)
        memcpy(copy, send->buf, bytes);
    else if (bytes)
        mpii_type_pack(copy, send->buf, send->count, send->type, 0, bytes);
    send->buf = copy;
    send->count = (MPI_Count)bytes;
    send->datatype = MPI_BYTE;
    send->type = mpii_type(MPI_BYTE);
}
