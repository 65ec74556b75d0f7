// SPDX-License-Identifier: BSD-2-Clause
// postponed.h: nonblocking sends that found no room on the bus. Such a call is local (MPI 4.1, 2.4.2 and
// 3.7): it returns, whatever the receiver does, and the message goes when there is room.
//
// A rank has a queue for each core it has postponed sends to; what it sends there later comes behind them,
// for messages do not overtake each other (3.5). So that the short ways need not ask, a lane is not in
// mpii_lanes while something is postponed there: who has to send at once waits in mpii_lane_find, and a
// nonblocking send joins the queue.
//
// All that makes progress (mpii_progress) sends what there is room for. Who sleeps watches the marks of those
// lanes as well.
#pragma once
#include "libmpi/pt2pt/lane.h"

#pragma GCC visibility push(hidden)

struct mpii_postponed {
    struct mpii_postponed *next; // of those that are not empty
    struct mpii_lane *lane;
    struct mpii_request *first, *last; // linked by next
    const void *watcher;               // a thread that sleeps with the watch, or NULL
    struct service_watch watch;
};

// Is there one for the lane's core?
bool mpii_postponed_there(const struct mpii_lane *lane);

// Puts a send off. False: no memory, it must wait instead.
bool mpii_postpone(struct mpii_lane *lane, struct mpii_request *request);

// Takes a send back. False: it is not among them.
bool mpii_postponed_withdraw(struct mpii_request *request);

// Sleeps like engine->watch, or engine->wait without a watch, and until there is room for what is postponed.
// May return early.
void mpii_postponed_sleep(struct service_watch *watch);

#pragma GCC visibility pop
