// SPDX-License-Identifier: BSD-2-Clause
// watch.h: threads that wait for words in memory to reach a value.
//
// The words only rise, and any core may raise them. The core of the waiting threads looks at the words
// whenever it chooses a thread to run, and while it has none, again and again: a thread is not
// run before its word has risen, and who raises it pays for one store and one load.
//
// That load tells whether the core sleeps and must be roused. The core says so, looks at the words once
// more, and sleeps; the raiser writes the word, then reads what the core says. For each to see the
// other, both need a full fence between the two (as on the bus); the raiser's would make it wait until
// the word's line has come from the other core, some 50 to 200 ns on every event. So the raiser has
// none. What can go wrong: its store is still on the way to memory when the core looks for the last
// time, and its load was early. But a store stays on the way for nanoseconds, and it reaches memory
// whatever its CPU does afterwards. Therefore a core with watches sleeps for WATCH_NAP_NS at
// first, looks again, and sleeps twice as long each time up to WATCH_NAP_MOST_NS. Nothing is lost;
// the worst is a delay of one nap, if a store takes longer than the way into the sleep. Cores that share
// CPUs, and so sleep at every wait, take longer naps at once: setting a timer costs them more than the
// little that remains of that risk.
#pragma once
#include "abi/services.h"
#include "kernel/sched/sched.h"

#define WATCH_NAP_NS 50000u
#define WATCH_NAP_SHARED_NS 1000000u
#define WATCH_NAP_MOST_NS 1000000000u

// Takes watches whose word has risen off the list, and calls reached(context, thread) for each.
void watches_look(struct service_watch **list,
                  void (*reached)(void *context, struct thread *thread), void *context);

void watch_insert(struct service_watch **list, struct service_watch *watch, struct thread *thread);

// Takes off whatever the thread has on the list: it ends.
void watches_forget(struct service_watch **list, const struct thread *thread);

// If it still is on the list.
void watch_remove(struct service_watch **list, struct service_watch *watch);
