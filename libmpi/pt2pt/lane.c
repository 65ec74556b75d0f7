// SPDX-License-Identifier: BSD-2-Clause
// lane.c: see lane.h.
#include "libmpi/pt2pt/lane.h"
#include "libmpi/pt2pt/postponed.h"
#include "libmpi/pt2pt/wire.h"
#include <cpuid.h>
#include <stdlib.h>

#define NOT_READ UINT64_MAX
#define CPUID_HYPERVISOR (1u << 31) // leaf 1, ecx
#define CPUID_HYPERVISOR_NAME 0x40000000u
#define OFFER_TURNS 50   // some 1 us
#define OFFER_PROGRESS 8 // turns
#define OFFER_STREAM_MAX 4096
#define OFFER_SKIP_MAX 63 // a receiver that comes late mostly does so again

struct mpii_lane **mpii_lanes;
bool mpii_pauses;
struct mpii_room_wait *mpii_room_waits;

static void *memory_of_core(size_t bytes)
{
    void *memory = mpii_engine->core_alloc(bytes);

    if (!memory)
        mpii_abort(MPI_ERR_NO_MEM, "no memory to start MPI with; use --mem");
    memset(memory, 0, bytes);
    return memory;
}

// QEMU's TCG says its name where hypervisors do.
static bool is_emulated(void)
{
    unsigned eax, ebx, ecx, edx;
    char name[12];

    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & CPUID_HYPERVISOR))
        return false;
    __cpuid(CPUID_HYPERVISOR_NAME, eax, ebx, ecx, edx);
    memcpy(name, &ebx, 4);
    memcpy(name + 4, &ecx, 4);
    memcpy(name + 8, &edx, 4);
    return memcmp(name, "TCGTCGTCGTCG", sizeof name) == 0;
}

void mpii_lanes_init(void)
{
    mpii_pauses = !is_emulated();
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

struct mpii_lane *mpii_lane_peek(uint32_t world)
{
    const uint32_t core = mpii_endpoint_of(world)->core;
    struct mpii_lane **lane = &mpii_core()->lanes[core];

    if (core == mpii_endpoint.core)
        return NULL;
    if (!*lane)
        *lane = lane_new(core);
    if (!mpii_postponed_there(*lane))
        mpii_lanes[world] = *lane;
    return *lane;
}

void mpii_lane_notify(const struct mpii_lane *lane)
{
    mpii_engine->core_wake(lane->core);
}

void mpii_queue_mark(struct bus_queue *in)
{
    const uint32_t from = (uint32_t)(in - mpii_engine->bus_in);
    uint64_t marks = atomic_load_explicit(&in->marks, memory_order_relaxed); // written here alone

    vq_mark_used(&in->device);
    in->held = 0;
    // [M] release: the elements before the word that says so. Pairs with marks_of.
    atomic_store_explicit(&in->marks, marks + 1, memory_order_release);
    if (atomic_load_explicit(mpii_engine->asleep(from), memory_order_relaxed))
        mpii_engine->rouse(from);
}

uint64_t mpii_lane_marks(const struct mpii_lane *lane)
{
    return atomic_load_explicit(&lane->queue->marks, memory_order_acquire); // [M]
}

// A turn of waiting until there are more than `marks`. The own core's messages are taken meanwhile: two
// cores that wait for each other's room give it to each other.
static void room_wait(struct mpii_lane *lane, uint64_t marks, uint32_t *turns)
{
    struct service_watch watch = {.word = &lane->queue->marks, .value = marks + 1};
    struct mpii_room_wait wait = {.thread = mpii_engine->thread(), .lane = lane};
    struct mpii_room_wait **at = &mpii_room_waits;

    if (mpii_progress()) {
        *turns = 0;
        return;
    }
    if (!mpii_engine->others_ready() && ++*turns < mpii_engine->spins) {
        __builtin_ia32_pause();
        return;
    }
    wait.next = mpii_room_waits;
    mpii_room_waits = &wait;
    mpii_postponed_sleep(&watch);
    while (*at != &wait) // other threads of the rank may have come and gone
        at = &(*at)->next;
    *at = wait.next;
    *turns = 0;
}

struct mpii_lane *mpii_lane_find(uint32_t world)
{
    struct mpii_lane *lane = mpii_lane_peek(world);
    uint32_t turns = 0;

    while (lane && mpii_postponed_there(lane)) { // ends when the other core has made progress
        uint64_t marks = mpii_lane_marks(lane);

        if (!mpii_postponed_send())
            room_wait(lane, marks, &turns);
    }
    if (lane)
        mpii_lanes[world] = lane;
    return lane;
}

struct bus_message *mpii_lane_wait(struct mpii_lane *lane)
{
    uint32_t turns = 0;

    for (;;) { // ends when the other core has made progress
        uint64_t marks = mpii_lane_marks(lane);
        struct bus_message *message = (struct bus_message *)vq_claim(&lane->queue->driver);

        if (message)
            return message;
        room_wait(lane, marks, &turns);
    }
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

// Where a cell for so many bytes would end, counted like lane->head: it lies in one piece.
static uint32_t cell_end(const struct mpii_lane *lane, size_t bytes)
{
    const uint32_t lines = ((uint32_t)bytes + BUS_LINE_BYTES - 1) & ~(BUS_LINE_BYTES - 1u);
    const uint32_t at = lane->head % MPII_CELLS_BYTES;

    return lane->head + (at + lines > MPII_CELLS_BYTES ? MPII_CELLS_BYTES - at : 0) + lines;
}

static bool cell_fits(struct mpii_lane *lane, uint32_t end)
{
    if (end - lane->tail > MPII_CELLS_BYTES)
        cells_reclaim(lane);
    return end - lane->tail <= MPII_CELLS_BYTES;
}

// A cell, or NULL while there is no room.
static char *cell_take(struct mpii_lane *lane, size_t bytes)
{
    const uint32_t lines = ((uint32_t)bytes + BUS_LINE_BYTES - 1) & ~(BUS_LINE_BYTES - 1u);
    const uint32_t end = cell_end(lane, bytes);

    if (!cell_fits(lane, end))
        return NULL;
    lane->head = end;
    return lane->cells + (end - lines) % MPII_CELLS_BYTES;
}

bool mpii_lane_has_room(struct mpii_lane *lane, size_t bytes)
{
    if (!vq_claim(&lane->queue->driver))
        return false;
    if (bytes <= MPII_INLINE_BYTES_MAX)
        return true;
    if (!lane->cells)
        lane->cells = mpii_engine->core_alloc(MPII_CELLS_BYTES);
    return !lane->cells || cell_fits(lane, cell_end(lane, bytes));
}

struct bus_message *mpii_lane_claim_cell(struct mpii_lane *lane, size_t bytes, char **cell)
{
    uint32_t turns = 0;

    if (!lane->cells)
        lane->cells = mpii_engine->core_alloc(MPII_CELLS_BYTES);
    if (!lane->cells) {
        *cell = NULL;
        return mpii_lane_claim(lane);
    }
    // Ends when the other core has made progress. The line of the marks is the receiver's: it is not read
    // before a look for room has failed.
    for (uint64_t marks = NOT_READ;; marks = mpii_lane_marks(lane)) {
        struct bus_message *message = mpii_lane_claim(lane);

        *cell = cell_take(lane, bytes);
        if (*cell)
            return message;
        if (marks != NOT_READ)
            room_wait(lane, marks, &turns);
    }
}

static void cell_publish(struct mpii_lane *lane, struct bus_message *message, uint64_t addr,
                         union mpii_wire_head head, enum mpii_wire_kind kind, size_t bytes)
{
    head.kind = (uint8_t)kind;
    message->desc.addr = addr;
    message->desc.len = (uint32_t)bytes;
    mpii_wire(message)->head = head;
    mpii_lane_publish(lane, message);
}

bool mpii_lane_send_cell(struct mpii_lane *lane, uint64_t addr, union mpii_wire_head head,
                         const void *data, size_t bytes)
{
    char *cell;
    struct bus_message *message = mpii_lane_claim_cell(lane, bytes, &cell);

    if (!cell)
        return false; // the element stays what it was: free
    memcpy(cell, data, bytes);
    mpii_wire(message)->cell = cell;
    cell_publish(lane, message, addr, head, MPII_WIRE_EAGER, bytes);
    return true;
}

// Has the receiver taken what is offered? Waits for the time that copying it costs here, not longer: so
// the worst that can happen is twice that.
static bool offer_awaited(struct mpii_offer *offer)
{
    for (unsigned turn = 1; turn < OFFER_TURNS; turn++) {
        if (mpii_offer_taken(offer))
            return true;
        // Who waits here might be who is waited for.
        if (turn % OFFER_PROGRESS == 0)
            (void)mpii_progress();
        __builtin_ia32_pause();
    }
    return false;
}

// No thread is switched here and nothing is sent, so the element stays what it is.
static void offer_end(struct mpii_lane *lane, struct mpii_offer *offer, char *cell,
                      const void *data, size_t bytes)
{
    if (!offer_awaited(offer)) {
        memcpy(cell, data, bytes);
        if (mpii_offer_keep(offer)) {
            lane->late = lane->late < OFFER_SKIP_MAX ? lane->late * 2 + 1 : lane->late;
            lane->skip = lane->late;
            return;
        }
    }
    lane->late = 0;
    while (!mpii_offer_over(offer)) // ends when the receiver has copied: it is doing so
        __builtin_ia32_pause();
}

// Is it worth waiting for the receiver? A sender that has had no message from there since the last one
// is in a stream of them: cells let it go ahead, and are faster for the shorter ones.
static bool offer_sensible(struct mpii_lane *lane, size_t bytes)
{
    const uint32_t heard = mpii_engine->bus_in[lane->core].device.next;
    const bool stream = heard == lane->heard;

    lane->heard = heard;
    if (lane->skip) {
        lane->skip--;
        return false;
    }
    // Who needs this CPU will not come while this one looks.
    return (!stream || bytes > OFFER_STREAM_MAX) && mpii_engine->spins >= OFFER_TURNS &&
           !mpii_engine->others_ready();
}

bool mpii_lane_offer(struct mpii_lane *lane, uint64_t addr, union mpii_wire_head head,
                     const void *data, size_t bytes)
{
    struct bus_message *message;
    char *cell;

    if (!offer_sensible(lane, bytes))
        return mpii_lane_send_cell(lane, addr, head, data, bytes);
    message = mpii_lane_claim_cell(lane, bytes, &cell);
    if (!cell)
        return false; // the element stays what it was: free
    mpii_offer_make(&mpii_wire(message)->offer, cell, data);
    cell_publish(lane, message, addr, head, MPII_WIRE_OFFER, bytes);
    offer_end(lane, &mpii_wire(message)->offer, cell, data, bytes);
    return true;
}
