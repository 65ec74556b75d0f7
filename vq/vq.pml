// SPDX-License-Identifier: BSD-2-Clause
// vq.pml: a model of the packed virtqueue between two cores, for spin.
//
// What vq.h and kernel/bus/bus.c do, with memory that reorders: the words of an element and its flags
// reach the other side one by one, in any order that the release and acquire of vq.h allow. A store is
// first put in the writer's store buffer; a plain store may leave it in any order with others, a release
// store only after all that came before it. The device may sleep and be notified.
//
// Checked over all interleavings: the device sees every message once, in order, whole; the driver never
// overwrites an element the device still holds; nobody waits for ever (a wake is never lost).
//
//   spin -a vq.pml && cc -O2 -DSAFETY -o pan pan.c && ./pan       (make -C is tests/model.sh)
//   -DHEAVY: who sleeps makes all cores execute a fence, and the driver has none
//   -DNO_RELEASE, -DNO_FENCE: versions that must fail

#define SIZE 2     // elements of the ring
#define MESSAGES 5 // two laps and one
#define BATCH 1    // elements per mark: bus.c's quarter of a small ring

#define AVAIL 1
#define USED 2

byte data[SIZE];  // as memory holds them: addr, len and the bytes beside
byte flags[SIZE];
bool events;      // the device wants to be notified
bool wake;        // the machine's: a notification is pending

// The driver's store buffer: one element at a time is under way, and the device's for `flags` and `events`.
bool buffered_data;
byte buffered_data_at, buffered_data_value;
bool buffered_flags;
byte buffered_flags_at, buffered_flags_value;
bool buffered_events;
bool buffered_events_value;

byte received;
bool asleep;

inline flush_data()
{
    data[buffered_data_at] = buffered_data_value;
    buffered_data = false
}

inline flush_flags()
{
    flags[buffered_flags_at] = buffered_flags_value;
    buffered_flags = false
}

// Memory: lets buffered stores out when it likes. A release store waits for the data before it.
active proctype driver_buffer()
{
end:
    do
    :: atomic { buffered_data -> flush_data() }
#ifdef NO_RELEASE
    :: atomic { buffered_flags -> flush_flags() }
#else
    :: atomic { buffered_flags && !buffered_data -> flush_flags() }
#endif
    od
}

active proctype device_buffer()
{
end:
    do
    :: atomic { buffered_events -> events = buffered_events_value; buffered_events = false }
    od
}

active proctype driver()
{
    byte sent = 0, at = 0, back = 0, back_at = 0;
    byte wrap = 1, back_wrap = 1;

    do
    :: sent == MESSAGES -> break
    :: else ->
        // vq_claim: room, or reclaim what the device has marked (acquire).
        if
        :: sent - back == SIZE ->
            // Ends: the device marks what it has taken.
            atomic {
                (flags[back_at] == (back_wrap -> AVAIL + USED : 0)) && !buffered_flags;
                back++;
                back_at = (back_at + 1) % SIZE;
                back_wrap = (back_at == 0 -> 1 - back_wrap : back_wrap)
            }
        :: else
        fi;
        // The element, then its flags with release.
        atomic { !buffered_data -> buffered_data = true; buffered_data_at = at; buffered_data_value = sent + 1 };
        atomic {
            !buffered_flags -> buffered_flags = true;
            buffered_flags_at = at;
            buffered_flags_value = (wrap -> AVAIL : USED)
        };
        at = (at + 1) % SIZE;
        wrap = (at == 0 -> 1 - wrap : wrap);
        sent++;
        // vq_notify_wanted: a full fence drains the buffer, then look. HEAVY: look at once.
#if !defined(NO_FENCE) && !defined(HEAVY)
        (!buffered_data && !buffered_flags);
#endif
        if
        :: events -> wake = true
        :: else
        fi
    od
}

active proctype device()
{
    byte at = 0, wrap = 1;

    do
    :: received == MESSAGES -> break
    :: else ->
        if
        :: flags[at] == (wrap -> AVAIL : USED) ->
            // vq_take (acquire), the element, vq_mark_used (release: after the read).
            assert(data[at] == received + 1);
            received++;
            flags[at] = (wrap -> AVAIL + USED : 0);
            at = (at + 1) % SIZE;
            wrap = (at == 0 -> 1 - wrap : wrap)
        :: else ->
            // bus_sleep: say so, fence, look once more; then sleep until notified.
            buffered_events_value = true;
            buffered_events = true;
#ifndef NO_FENCE
            !buffered_events;
#ifdef HEAVY
            // The fence of all cores: returns when the driver's buffer has been empty.
            (!buffered_data && !buffered_flags);
#endif
#endif
            if
            :: flags[at] == (wrap -> AVAIL : USED)
            :: else ->
                asleep = true;
                atomic { wake -> wake = false };
                asleep = false
            fi;
            atomic { !buffered_events -> events = false }
        fi
    od
}
