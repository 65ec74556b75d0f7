// SPDX-License-Identifier: BSD-2-Clause
// fake_kernel.c: see fake_kernel.h.
#include "libmpi/test/fake_kernel.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <time.h>

static uint64_t fake_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void fake_yield(void)
{
}

static __attribute__((noreturn)) void fake_abort(int status, const char *message)
{
    fake_kernel.status = status;
    snprintf(fake_kernel.message, sizeof fake_kernel.message, "%s", message ? message : "");
    if (fake_kernel.catches) {
        fake_kernel.catches = false;
        longjmp(fake_kernel.caught, 1);
    }
    fprintf(stderr, "aborted with status %d: %s\n", status, fake_kernel.message);
    exit(99);
}

static void fake_mpi_state(int initialized, int finalized)
{
    fake_kernel.initialized = initialized;
    fake_kernel.finalized = finalized;
}

// The other ranks have called MPI_Init, and are never heard of again.
static char other_rank;
static void *_Atomic peers[] = {&other_rank, &other_rank, NULL, &other_rank, &other_rank};
static void *core_state;

static void *fake_thread(void)
{
    return &other_rank;
}

static void fake_wait(bool (*poll)(void))
{
    poll();
}

static void fake_wake(void *thread)
{
    (void)thread;
}

static void fake_explain(void (*how)(void *thread, bool runs, char *text, size_t bytes))
{
    (void)how;
}

static void fake_watch(struct service_watch *watch, bool (*poll)(void))
{
    (void)watch;
    poll();
}

static const _Atomic uint32_t *fake_asleep(uint32_t core)
{
    static const _Atomic uint32_t awake;

    (void)core;
    return &awake;
}

static void fake_rouse(uint32_t core)
{
    (void)core;
}

static bool fake_no(void)
{
    return false;
}

static uint32_t fake_core_of(uint32_t rank)
{
    return rank % fake_kernel.services.cores;
}

// Nothing ever comes out of them, and nobody sends.
static struct bus_message ring[1];
static struct bus_queue queues[] = {
    {.driver = {.ring = (char *)ring, .size = 1, .wrap = true},
     .device = {.ring = (char *)ring, .size = 1, .wrap = true}},
    {.device = {.ring = (char *)ring, .size = 1, .wrap = true}},
    {.device = {.ring = (char *)ring, .size = 1, .wrap = true}},
};

static struct bus_queue *fake_bus_out(uint32_t to_core)
{
    (void)to_core;
    return &queues[0];
}

struct fake_kernel fake_kernel = {
    .services = {.version = SERVICES_VERSION,
                 .rank = 2,
                 .ranks = 5,
                 .core = 1,
                 .cores = 3,
                 .machine = "linux",
                 .now_ns = fake_now_ns,
                 .yield = fake_yield,
                 .abort = fake_abort,
                 .mpi_state = fake_mpi_state,
                 .thread = fake_thread,
                 .wait = fake_wait,
                 .wake = fake_wake,
                 .explain = fake_explain,
                 .others_ready = fake_no,
                 .core_of = fake_core_of,
                 .peers = peers,
                 .core_state = &core_state,
                 .bus_in = queues,
                 .bus_out = fake_bus_out,
                 .core_alloc = malloc,
                 .core_free = free,
                 .watch = fake_watch,
                 .asleep = fake_asleep,
                 .rouse = fake_rouse},
};

// Instead of libc's.
unsigned long getauxval(unsigned long type)
{
    return type == AT_TORITO && !fake_kernel.absent ? (unsigned long)&fake_kernel.services : 0;
}
