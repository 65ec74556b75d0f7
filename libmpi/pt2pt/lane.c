// SPDX-License-Identifier: BSD-2-Clause
// lane.c: see lane.h.
#include "libmpi/pt2pt/lane.h"
#include "libmpi/pt2pt/wire.h"
#include <stdlib.h>

struct mpii_lane **mpii_lanes;

static void *memory_of_core(size_t bytes)
{
    void *memory = mpii_engine->core_alloc(bytes);

    if (!memory)
        mpii_abort(MPI_ERR_NO_MEM, "no memory to start MPI with; use --mem");
    memset(memory, 0, bytes);
    return memory;
}

void mpii_lanes_init(void)
{
    if (!*mpii_engine->core_state) {
        struct mpii_core *core = memory_of_core(sizeof *core);

        core->lanes = memory_of_core(mpii_engine->cores * sizeof(void *));
        *mpii_engine->core_state = core;
    }
    mpii_lanes = calloc(mpii_engine->ranks, sizeof(void *));
    if (!mpii_lanes)
        mpii_abort(MPI_ERR_NO_MEM, "no memory to start MPI with; use --mem");
}

static struct mpii_lane *lane_new(uint32_t core)
{
    struct bus_queue *queue = mpii_engine->bus_out(core);
    struct mpii_lane *lane = memory_of_core(sizeof *lane + queue->driver.size * sizeof lane->end[0]);

    lane->queue = queue;
    lane->core = core;
    lane->fenced = mpii_engine->bus_fenced;
    return lane;
}

struct mpii_lane *mpii_lane_find(uint32_t world)
{
    const uint32_t core = mpii_endpoint_of(world)->core;
    struct mpii_lane **lane = &mpii_core()->lanes[core];

    if (core == mpii_endpoint.core)
        return NULL;
    if (!*lane)
        *lane = lane_new(core);
    mpii_lanes[world] = *lane;
    return *lane;
}

void mpii_lane_notify(const struct mpii_lane *lane)
{
    mpii_engine->core_wake(lane->core);
}

struct bus_message *mpii_lane_wait(struct mpii_lane *lane)
{
    struct bus_message *message;

    while (!(message = (struct bus_message *)vq_claim(&lane->queue->driver)))
        mpii_engine_turn(); // ends when the other core has made progress
    return message;
}

// The cells of all elements that came back are free again. While the ring is full, the element before
// the oldest is the youngest one, and says nothing.
static void cells_reclaim(struct mpii_lane *lane)
{
    struct vq *driver = &lane->queue->driver;

    vq_reclaim(driver);
    if (driver->open < driver->size)
        lane->tail = lane->end[(driver->open_at ? driver->open_at : driver->size) - 1];
}

// A cell, in one piece, or NULL while there is no room.
static char *cell_take(struct mpii_lane *lane, size_t bytes)
{
    const uint32_t lines = ((uint32_t)bytes + BUS_LINE_BYTES - 1) & ~(BUS_LINE_BYTES - 1u);
    const uint32_t at = lane->head % MPII_CELLS_BYTES;
    const uint32_t skip = at + lines > MPII_CELLS_BYTES ? MPII_CELLS_BYTES - at : 0;

    if (lane->head + skip + lines - lane->tail > MPII_CELLS_BYTES) {
        cells_reclaim(lane);
        if (lane->head + skip + lines - lane->tail > MPII_CELLS_BYTES)
            return NULL;
    }
    lane->head += skip + lines;
    return lane->cells + (skip ? 0 : at);
}

struct bus_message *mpii_lane_claim_cell(struct mpii_lane *lane, size_t bytes, char **cell)
{
    if (!lane->cells)
        lane->cells = mpii_engine->core_alloc(MPII_CELLS_BYTES);
    if (!lane->cells) {
        *cell = NULL;
        return mpii_lane_claim(lane);
    }
    for (;;) { // ends when the other core has made progress
        struct bus_message *message = mpii_lane_claim(lane);

        *cell = cell_take(lane, bytes);
        if (*cell)
            return message;
        mpii_engine_turn();
    }
}

bool mpii_lane_send_cell(struct mpii_lane *lane, uint64_t addr, union mpii_wire_head head,
                         const void *data, size_t bytes)
{
    char *cell;
    struct bus_message *message = mpii_lane_claim_cell(lane, bytes, &cell);

    if (!cell)
        return false; // the element stays what it was: free
    memcpy(cell, data, bytes);
    head.kind = MPII_WIRE_EAGER;
    message->desc.addr = addr;
    message->desc.len = (uint32_t)bytes;
    mpii_wire(message)->head = head;
    mpii_wire(message)->cell = cell;
    mpii_lane_publish(lane, message);
    return true;
}
