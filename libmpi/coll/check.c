// SPDX-License-Identifier: BSD-2-Clause
// check.c: the arguments that collective calls have in common, checked and looked up (MPI 4.1, 6.2).
// Only arguments that are significant on this rank are looked at.
#include "libmpi/coll/coll.h"

int mpii_check_coll_comm(struct mpii_coll_call *call)
{
    int rc = mpii_check_running(call->function);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_comm(call->function, call->handle);
    call->comm = mpii_comm(call->handle);
    return rc;
}

int mpii_check_coll_intra(struct mpii_coll_call *call)
{
    int rc = mpii_check_coll_comm(call);

    if (rc == MPI_SUCCESS && call->comm->remote)
        rc = mpii_error(call->function, call->handle, MPI_ERR_COMM, "comm is an intercommunicator");
    return rc;
}

int mpii_check_coll_root(struct mpii_coll_call *call)
{
    int size = mpii_coll_peers(call);

    if (call->root >= 0 && call->root < size)
        return MPI_SUCCESS;
    if (call->comm->remote && (call->root == MPI_ROOT || call->root == MPI_PROC_NULL))
        return MPI_SUCCESS;
    return mpii_error(call->function, call->handle, MPI_ERR_ROOT,
                      "root is %d, not a rank of the %s, which has %d", call->root,
                      call->comm->remote ? "remote group" : "communicator", size);
}

bool mpii_coll_is_root(const struct mpii_coll_call *call)
{
    return call->comm->remote ? call->root == MPI_ROOT : call->root == call->comm->rank;
}

static int check_arrays(const struct mpii_coll_call *call, const struct mpii_side *side,
                        const char *name)
{
    if (!side->counts || !side->displs || (side->layout == MPII_LAYOUT_EACH && !side->datatypes))
        return mpii_error(call->function, call->handle, MPI_ERR_ARG,
                          "an array of counts, displacements or datatypes of the %s buffer is NULL",
                          name);
    return MPI_SUCCESS;
}

static int check_block(const struct mpii_coll_call *call, const struct mpii_side *side, int i,
                       const char *name)
{
    MPI_Count count = mpii_side_count(side, i);
    struct mpii_type *type = side->type;
    int rc = MPI_SUCCESS;

    if (count < 0)
        return mpii_error(call->function, call->handle, MPI_ERR_COUNT,
                          "the count of the %s buffer is %lld, less than 0", name, (long long)count);
    if (side->layout == MPII_LAYOUT_EACH)
        rc = mpii_check_type_committed(call->function, call->handle, side->datatypes[i], name, &type);
    if (rc != MPI_SUCCESS)
        return rc;
    if (side->buf == MPI_IN_PLACE)
        return mpii_error(call->function, call->handle, MPI_ERR_BUFFER,
                          "the %s buffer is MPI_IN_PLACE, which is not for it here", name);
    if (!side->buf && count && type->size && type->dense)
        return mpii_error(call->function, call->handle, MPI_ERR_BUFFER,
                          "the %s buffer is NULL and its count is %lld", name, (long long)count);
    return MPI_SUCCESS;
}

int mpii_check_side(const struct mpii_coll_call *call, struct mpii_side *side, int ranks,
                    const char *name)
{
    int rc = MPI_SUCCESS;

    if (side->layout >= MPII_LAYOUT_LIST)
        rc = check_arrays(call, side, name);
    else
        ranks = 1;
    if (rc == MPI_SUCCESS && side->layout != MPII_LAYOUT_EACH)
        rc = mpii_check_type_committed(call->function, call->handle, side->datatype, name,
                                       &side->type);
    for (int i = 0; rc == MPI_SUCCESS && i < ranks; i++)
        rc = check_block(call, side, i, name);
    return rc;
}

int mpii_check_movement(struct mpii_coll_call *call, bool to_root, bool from_root)
{
    bool inter = call->comm->remote != NULL, root = false;
    int rc = MPI_SUCCESS, ranks = mpii_coll_peers(call);
    struct mpii_side *own = from_root ? &call->recv : &call->send; // where MPI_IN_PLACE stands

    if (to_root || from_root) {
        rc = mpii_check_coll_root(call);
        root = mpii_coll_is_root(call);
    }
    if (rc != MPI_SUCCESS)
        return rc;
    call->in_place = !inter && own->buf == MPI_IN_PLACE && (root || !(to_root || from_root));
    call->sends = to_root ? (inter ? call->root >= 0 : true) : from_root ? root : true;
    call->receives = from_root ? (inter ? call->root >= 0 : true) : to_root ? root : true;
    if (call->sends && !(call->in_place && own == &call->send))
        rc = mpii_check_side(call, &call->send, ranks, "send");
    if (rc == MPI_SUCCESS && call->receives && !(call->in_place && own == &call->recv))
        rc = mpii_check_side(call, &call->recv, ranks, "receive");
    if (rc == MPI_SUCCESS && call->sends && call->receives && call->send.layout <= MPII_LAYOUT_EQUAL &&
        call->recv.layout <= MPII_LAYOUT_EQUAL && !call->in_place && call->send.buf &&
        call->send.buf == call->recv.buf && call->send.count && call->send.type->size)
        rc = mpii_error(call->function, call->handle, MPI_ERR_BUFFER,
                        "the send and receive buffers are the same; use MPI_IN_PLACE");
    return rc;
}

// The common case, quickly: one vector, all in order. Otherwise what is wrong is found out afterwards.
static bool reduction_ok(struct mpii_coll_call *call)
{
    struct mpii_side *vector = &call->recv;
    const struct mpii_op *op = mpii_op(call->op_handle);
    const void *in = call->send.buf, *out = vector->buf;

    vector->type = call->send.type = mpii_type(vector->datatype);
    call->op = op;
    return vector->layout == MPII_LAYOUT_ONE && vector->type && vector->type->committed &&
           vector->count > 0 && op && op->object.predefined && mpii_op_allows(op, vector->type) &&
           call->op_handle != MPI_REPLACE && call->op_handle != MPI_NO_OP && in && out &&
           in != out && out != MPI_IN_PLACE && (in != MPI_IN_PLACE || call->in_place);
}

int mpii_check_reduction(struct mpii_coll_call *call, int ranks)
{
    struct mpii_side *vector = &call->recv;
    bool list = vector->layout == MPII_LAYOUT_LIST;
    int rc;

    call->in_place = !call->comm->remote && call->send.buf == MPI_IN_PLACE;
    if (reduction_ok(call))
        return MPI_SUCCESS;
    if (list && !vector->counts)
        return mpii_error(call->function, call->handle, MPI_ERR_ARG, "recvcounts is NULL");
    rc = mpii_check_type_committed(call->function, call->handle, vector->datatype, "datatype",
                                   &vector->type);
    for (int i = 0; rc == MPI_SUCCESS && i < (list ? ranks : 1); i++)
        if (mpii_side_count(vector, i) < 0)
            rc = mpii_error(call->function, call->handle, MPI_ERR_COUNT,
                            "a count is %lld, less than 0", (long long)mpii_side_count(vector, i));
    if (rc == MPI_SUCCESS)
        rc = mpii_check_op(call->function, call->handle, call->op_handle, vector->type);
    if (rc != MPI_SUCCESS)
        return rc;
    call->op = mpii_op(call->op_handle);
    call->send.type = vector->type;
    if (call->sends && !call->in_place) {
        struct mpii_side send = {.buf = call->send.buf,
                                 .type = vector->type,
                                 .count = mpii_side_total(vector, list ? ranks : 1)};

        rc = check_block(call, &send, 0, "send");
    }
    if (rc == MPI_SUCCESS && call->receives)
        rc = check_block(call, vector, call->comm->rank < ranks ? call->comm->rank : 0, "receive");
    if (rc == MPI_SUCCESS && call->sends && call->receives && !call->in_place && vector->buf &&
        call->send.buf == vector->buf && vector->type->size &&
        mpii_side_total(vector, list ? ranks : 1))
        rc = mpii_error(call->function, call->handle, MPI_ERR_BUFFER,
                        "the send and receive buffers are the same; use MPI_IN_PLACE");
    return rc;
}
