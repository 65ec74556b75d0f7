// SPDX-License-Identifier: BSD-2-Clause
// inbox.h: how a core learns which of its threads other cores have woken. No lock.
//
// A waker leaves a token in the thread (wake_pending), then pushes the thread on the core's inbox,
// unless it is there already (in_inbox). The core takes the whole inbox, gives each place back, and
// only then looks for the token. Place and token of one thread are ordered by the exchanges on
// in_inbox: a waker that finds the place taken has its token seen by the core that frees the place.
#pragma once
#include "kernel/sched/sched.h"

struct inbox {
    _Atomic(struct thread *) head; // newest first; wakers push, the core takes all
};

// Any core. Returns true if the thread's core may have to be roused.
bool inbox_post(struct inbox *inbox, struct thread *thread);

// The inbox's core: calls woken(context, thread) for each thread posted since the last time, once. The
// token is still there: token_take tells whether the wake has been used already.
void inbox_drain(struct inbox *inbox, void (*woken)(void *context, struct thread *thread),
                 void *context);

// Any core: a glance.
static inline bool inbox_empty(const struct inbox *inbox)
{
    return atomic_load_explicit(&inbox->head, memory_order_relaxed) == NULL;
}

// The thread's core: uses up the thread's token. True if there was one.
static inline bool token_take(struct thread *thread)
{
    // [T] acquire: what the waker wrote before. Pairs with the release in inbox_post.
    return atomic_load_explicit(&thread->wake_pending, memory_order_relaxed) != 0 &&
           atomic_exchange_explicit(&thread->wake_pending, 0, memory_order_acquire) != 0;
}
