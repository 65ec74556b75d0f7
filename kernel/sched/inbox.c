// SPDX-License-Identifier: BSD-2-Clause
// inbox.c: see inbox.h.
#include "kernel/sched/inbox.h"

bool inbox_post(struct inbox *inbox, struct thread *thread)
{
    struct thread *first;

    atomic_store_explicit(&thread->wake_pending, 1, memory_order_release); // [T]
    // [W] acq_rel: the token before the place. Pairs with the exchange in inbox_drain.
    if (atomic_exchange_explicit(&thread->in_inbox, 1, memory_order_acq_rel))
        return false;
    first = atomic_load_explicit(&inbox->head, memory_order_relaxed);
    do
        atomic_store_explicit(&thread->inbox_next, first, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&inbox->head, &first, thread,
                                                  memory_order_release, // [I] the link
                                                  memory_order_relaxed));
    return true;
}

void inbox_drain(struct inbox *inbox, void (*woken)(void *context, struct thread *thread),
                 void *context)
{
    struct thread *thread;

    if (!atomic_load_explicit(&inbox->head, memory_order_relaxed))
        return;
    // [I] acquire: the links of the threads pushed. Pairs with the push in inbox_post.
    thread = atomic_exchange_explicit(&inbox->head, NULL, memory_order_acquire);
    while (thread) {
        struct thread *next = atomic_load_explicit(&thread->inbox_next, memory_order_relaxed);

        // [W] acq_rel: read the link before giving the place back; see the token of whoever found
        // the place taken.
        atomic_exchange_explicit(&thread->in_inbox, 0, memory_order_acq_rel);
        woken(context, thread);
        thread = next;
    }
}
