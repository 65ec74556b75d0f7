// SPDX-License-Identifier: BSD-2-Clause
// pair.h: what MPI_Sendrecv and MPI_Isendrecv share: the arguments of a send and a receive.
#pragma once
#include "libmpi/pt2pt/check.h"

#pragma GCC visibility push(hidden)

// Checks both. MPI_SUCCESS, or the class of the error after its handler was invoked.
int mpii_check_pair(struct mpii_message_args *send, struct mpii_message_args *receive);

// Packs what `send`, checked, describes to `copy` and makes it send that.
void mpii_pair_copy(void *copy, struct mpii_message_args *send);

#define MPII_PAIR_SEND \
    &(struct mpii_message_args) \
    { \
        .function = __func__, .buf = sendbuf, .count = sendcount, .datatype = sendtype, \
        .peer = dest, .tag = sendtag, .comm_handle = comm \
    }

#define MPII_PAIR_RECEIVE \
    &(struct mpii_message_args) \
    { \
        .function = __func__, .buf = recvbuf, .count = recvcount, .datatype = recvtype, \
        .peer = source, .tag = recvtag, .comm_handle = comm \
    }

#define MPII_REPLACE_SEND \
    &(struct mpii_message_args) \
    { \
        .function = __func__, .buf = buf, .count = count, .datatype = datatype, .peer = dest, \
        .tag = sendtag, .comm_handle = comm \
    }

#define MPII_REPLACE_RECEIVE \
    &(struct mpii_message_args) \
    { \
        .function = __func__, .buf = buf, .count = count, .datatype = datatype, .peer = source, \
        .tag = recvtag, .comm_handle = comm \
    }

#pragma GCC visibility pop
