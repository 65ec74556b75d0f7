// SPDX-License-Identifier: BSD-2-Clause
// server.c: takes requests from the queues and serves them, in threads of its own.
//
// One thread at a time leads: it holds the mutex, takes the next request from the queues or sleeps until
// there is one. What may take long (reading and writing much, waiting for a disk) is served after another
// thread may lead; the rest at once, for a change of leaders costs more than most calls do.
#include "files.h"
#include "vq/vq.h"
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define THREADS 4
#define LONG_BYTES 65536 // of data: from here on others may lead meanwhile
#define SPIN_NS 50000    // looking costs less than sleeping and being woken

struct queues {
    struct file_server *server;
    struct files_region region;
    pthread_mutex_t lead;
    struct vq *vq; // one per core
    uint32_t next; // the queue to look at first: each gets its turn
    int kick_fd;
    bool spin;
};

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// The block a descriptor names, or NULL: it must be one of the queue's own.
static struct file_block *block_find(const struct files_region *region, uint32_t queue, uint64_t addr)
{
    uint64_t first =
        region->blocks_offset + (uint64_t)queue * FILE_BLOCKS * sizeof(struct file_block);
    uint64_t at = addr - first;

    if (addr < first || at % sizeof(struct file_block) != 0 ||
        at / sizeof(struct file_block) >= FILE_BLOCKS)
        return NULL;
    return region->blocks + (uint64_t)queue * FILE_BLOCKS + at / sizeof(struct file_block);
}

// The next block of any queue, given back to the kernel's side of the queue; NULL: none.
static struct file_block *block_take(struct queues *queues)
{
    for (uint32_t i = 0; i < queues->region.queues; i++) {
        uint32_t queue = (queues->next + i) % queues->region.queues;
        struct vq *vq = &queues->vq[queue];
        const struct vq_desc *desc = vq_take(vq);
        struct file_block *block;

        if (desc == NULL)
            continue;
        block = block_find(&queues->region, queue, desc->addr);
        vq_mark_used(vq);
        queues->next = queue + 1;
        if (block != NULL)
            return block;
    }
    return NULL;
}

static bool queues_pending(const struct queues *queues)
{
    for (uint32_t i = 0; i < queues->region.queues; i++) {
        if (vq_peek(&queues->vq[i]) != NULL)
            return true;
    }
    return false;
}

// Sleeps until the kernel rings. False: nobody will ever ring again.
static bool kick_wait(struct queues *queues)
{
    struct pollfd poll_fd = {.fd = queues->kick_fd, .events = POLLIN};
    struct job_files *files = queues->region.files;
    bool alive = true;
    char bytes[256];

    atomic_store_explicit(&files->sleeps, 1, memory_order_relaxed);
    // [S] say it before the last look at the queues; pairs with the fence in file_server_sleeps.
    atomic_thread_fence(memory_order_seq_cst);
    if (!queues_pending(queues) && poll(&poll_fd, 1, -1) > 0)
        alive = read(queues->kick_fd, bytes, sizeof bytes) != 0;
    atomic_store_explicit(&files->sleeps, 0, memory_order_relaxed);
    return alive;
}

static struct file_block *block_await(struct queues *queues)
{
    uint64_t until = queues->spin ? now() + SPIN_NS : 0;

    for (;;) { // ends with a request, or with the process
        struct file_block *block = block_take(queues);

        if (block != NULL)
            return block;
        if (now() < until) {
            __builtin_ia32_pause();
            continue;
        }
        if (!kick_wait(queues))
            return NULL;
    }
}

static bool takes_long(const struct file_request *request)
{
    switch (request->op) {
    case FILE_OP_READ:
    case FILE_OP_WRITE:
        return request->bytes >= LONG_BYTES;
    case FILE_OP_SYNC:
    case FILE_OP_ALLOCATE:
    case FILE_OP_CLOSE: // may write what is left to a remote file system
        return true;
    default:
        return false;
    }
}

static void *serve(void *arg)
{
    struct queues *queues = arg;

    // Modes come from the ranks, which have masked them. The umask is the process's: get one of our own.
    if (unshare(CLONE_FS) == 0)
        umask(0);
    for (;;) { // for the life of the process
        struct file_request request;
        struct file_answer answer;
        struct file_block *block;
        bool leads = true;

        pthread_mutex_lock(&queues->lead);
        block = block_await(queues);
        if (block == NULL) {
            pthread_mutex_unlock(&queues->lead);
            return NULL;
        }
        memcpy(&request, &block->request, sizeof request);
        if (takes_long(&request)) {
            pthread_mutex_unlock(&queues->lead);
            leads = false;
        }
        answer = file_serve(queues->server, &request, block->window);
        block->reply.result = answer.result;
        block->reply.value = answer.value;
        // [D] release: reply and window before done. Pairs with the kernel's acquire.
        atomic_store_explicit(&block->reply.done, 1, memory_order_release);
        if (leads)
            pthread_mutex_unlock(&queues->lead);
    }
}

int file_server_start(struct file_server *server, const struct files_region *region, int kick_fd,
                      bool spin)
{
    struct queues *queues = calloc(1, sizeof *queues);
    sigset_t all, before;
    pthread_t thread;
    int rc = 0;

    if (queues == NULL)
        return ENOMEM;
    *queues = (struct queues){.server = server, .region = *region, .kick_fd = kick_fd, .spin = spin};
    pthread_mutex_init(&queues->lead, NULL);
    queues->vq = calloc(region->queues, sizeof *queues->vq);
    if (queues->vq == NULL)
        return ENOMEM;
    for (uint32_t i = 0; i < region->queues; i++)
        vq_init(&queues->vq[i], region->rings + (size_t)i * FILE_RING_BYTES, FILE_BLOCKS,
                sizeof(struct vq_desc));
    // Signals are the other thread's business; SIGXFSZ, which stays blocked, becomes EFBIG.
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (int i = 0; i < THREADS && rc == 0; i++) {
        rc = pthread_create(&thread, NULL, serve, queues);
        if (rc == 0)
            pthread_detach(thread);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}
