// SPDX-License-Identifier: BSD-2-Clause
// service.c: what stands behind each function of abi/services.h.
#include "kernel/rank/service.h"
#include "kernel/bus/bus.h"
#include "kernel/rank/core_memory.h"
#include "kernel/rank/raw.h"
#include "lib/lib.h"

#define SPINS 4000      // some 50 us
#define SPINS_SHARED 20 // whoever is waited for may need this CPU

static uint64_t service_now_ns(void)
{
    return machine->now_ns();
}

__attribute__((noreturn)) static void service_abort(int status, const char *message)
{
    const struct thread *self = thread_self();
    struct job_end end = {.cause = JOB_ABORT,
                          .rank = self->rank->index,
                          .core = self->core,
                          .status = (uint32_t)status & 255,
                          .vector = 256,
                          .slot = self->rank->slot.memory.base,
                          .section = self->rank->section};

    if (message && slot_check((uintptr_t)message, 1, PROT_R))
        format(end.text, sizeof end.text, "%s", message);
    job_end(&end);
}

static void service_mpi_state(int initialized, int finalized)
{
    struct rank *rank = rank_self();

    rank->mpi_initialized = initialized != 0;
    rank->mpi_finalized = finalized != 0;
}

static void *service_thread(void)
{
    return thread_self();
}

static void service_wake(void *thread)
{
    sched_wake(thread);
}

static void service_explain(void (*how)(void *thread, bool runs, char *text, size_t bytes))
{
    rank_self()->explain = how;
}

static void service_rouse(uint32_t core)
{
    machine->core_wake(core);
}

static uint32_t service_core_of(uint32_t rank)
{
    return rank_core(rank, rank_count, core_count);
}

static struct bus_queue *service_bus_out(uint32_t to)
{
    return bus_queue(BUS_MPI, core_self()->index, to);
}

static void service_trace_empty(void)
{
    rank_trace_empty(rank_self(), false);
}

void services_fill(struct rank *rank)
{
    rank->services = (struct services){.version = SERVICES_VERSION,
                                       .rank = rank->index,
                                       .ranks = rank_count,
                                       .core = rank->core,
                                       .cores = core_count,
                                       .section = rank->section,
                                       .machine = machine->name,
                                       .now_ns = service_now_ns,
                                       .yield = sched_yield,
                                       .abort = service_abort,
                                       .mpi_state = service_mpi_state,
                                       .thread = service_thread,
                                       .wait = sched_wait,
                                       .wake = service_wake,
                                       .explain = service_explain,
                                       .spins = machine->poll_spins ? SPINS : SPINS_SHARED,
                                       .others_ready = sched_others_ready,
                                       .core_of = service_core_of,
                                       .peers = rank_peers,
                                       .core_state = core_state_of(rank->core),
                                       .bus_in = bus_queue(BUS_MPI, 0, rank->core),
                                       .bus_out = service_bus_out,
                                       .bus_fenced = machine->cores_fence != NULL,
                                       .core_wake = machine->core_wake,
                                       .send_to = raw_send,
                                       .recv_from = raw_receive,
                                       .core_alloc = core_memory_alloc,
                                       .core_free = core_memory_free,
                                       .trace = rank->trace,
                                       .trace_empty = service_trace_empty,
                                       .watch = sched_watch,
                                       .asleep = sched_asleep,
                                       .rouse = service_rouse};
}
