// SPDX-License-Identifier: BSD-2-Clause
// offer.h: a message whose data the receiver takes from the sender's own buffer if it comes soon, and
// from a cell if it does not.
//
// For some KiB of a blocking send neither of the usual ways is good. By a cell each cache line is moved
// twice, which takes two to three times as long; but a send that waits until the receiver has copied
// from its buffer might wait as long as the receiver computes. So the buffer is offered, for a moment:
//
//     OFFERED ---- receiver ----> TAKEN ---- receiver ----> DONE
//        |         claims it                 has copied
//        +------- sender -------> KEPT
//                 has put a copy into the cell
//
// OFFERED is left once, by a compare-and-swap of whoever is first. While it is TAKEN the receiver copies,
// and the sender waits for no more than that. From KEPT on the message is one in a cell, like any other.
//
// The element has its cell from the start, used or not, so both go back to the sender in the usual way.
// The state lies in the element's second line: the receiver that looks for messages has the first.
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum mpii_offer_state { MPII_OFFERED, MPII_OFFER_TAKEN, MPII_OFFER_DONE, MPII_OFFER_KEPT };

// In the element, behind the head.
struct mpii_offer {
    const char *cell;
    const void *lent; // the sender's buffer
    uint64_t unused[3];
    _Atomic uint32_t state;
};

// Sender: before the element is published, which orders it.
static inline void mpii_offer_make(struct mpii_offer *offer, const char *cell, const void *lent)
{
    offer->cell = cell;
    offer->lent = lent;
    atomic_store_explicit(&offer->state, MPII_OFFERED, memory_order_relaxed);
}

// Sender: does the receiver copy, or has it?
static inline bool mpii_offer_taken(const struct mpii_offer *offer)
{
    return atomic_load_explicit(&offer->state, memory_order_relaxed) != MPII_OFFERED;
}

// Sender: is the buffer its own again?
static inline bool mpii_offer_over(const struct mpii_offer *offer)
{
    // [O] acquire: the receiver's reads before what the sender does to its buffer next. Pairs with
    // mpii_offer_done.
    return atomic_load_explicit(&offer->state, memory_order_acquire) == MPII_OFFER_DONE;
}

// Sender: the data are in the cell. False: too late, the receiver copies from the buffer.
static inline bool mpii_offer_keep(struct mpii_offer *offer)
{
    uint32_t state = MPII_OFFERED;

    // [K] release: the copy in the cell before the word that it is there. Pairs with mpii_offer_claim.
    return atomic_compare_exchange_strong_explicit(&offer->state, &state, MPII_OFFER_KEPT,
                                                   memory_order_release, memory_order_relaxed);
}

// Receiver: where the data are. They stay there until mpii_offer_done.
static inline const void *mpii_offer_claim(struct mpii_offer *offer)
{
    uint32_t state = MPII_OFFERED;

    // Acquire: no look at the buffer before it is claimed; and [K] the state before the cell.
    if (atomic_compare_exchange_strong_explicit(&offer->state, &state, MPII_OFFER_TAKEN,
                                                memory_order_acquire, memory_order_acquire))
        return offer->lent;
    return offer->cell;
}

// Receiver: has copied them.
static inline void mpii_offer_done(struct mpii_offer *offer)
{
    // No other than the receiver changes a state that is TAKEN.
    if (atomic_load_explicit(&offer->state, memory_order_relaxed) == MPII_OFFER_TAKEN)
        atomic_store_explicit(&offer->state, MPII_OFFER_DONE, memory_order_release); // [O]
}
