// SPDX-License-Identifier: BSD-2-Clause
// watch.c: see watch.h.
#include "kernel/sched/watch.h"

void watches_look(struct service_watch **list,
                  void (*reached)(void *context, struct thread *thread), void *context)
{
    struct service_watch **at = list;

    while (*at) { // ends: some entries for each thread of the core
        struct service_watch *watch = *at;

        // [V] acquire: what was written before the word rose. Pairs with who raises it.
        if (atomic_load_explicit(watch->word, memory_order_acquire) < watch->value) {
            at = &watch->next;
            continue;
        }
        *at = watch->next;
        reached(context, watch->thread);
        watch->thread = NULL;
    }
}

void watch_insert(struct service_watch **list, struct service_watch *watch, struct thread *thread)
{
    watch->thread = thread;
    watch->next = *list;
    *list = watch;
}

void watch_remove(struct service_watch **list, struct service_watch *watch)
{
    struct service_watch **at = list;

    if (!watch->thread)
        return;
    while (*at != watch) // ends: it is on the list
        at = &(*at)->next;
    *at = watch->next;
    watch->thread = NULL;
}

void watches_forget(struct service_watch **list, const struct thread *thread)
{
    struct service_watch **at = list;

    while (*at) // ends, as above
        if ((*at)->thread == thread)
            *at = (*at)->next;
        else
            at = &(*at)->next;
}
