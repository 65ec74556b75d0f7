// SPDX-License-Identifier: BSD-2-Clause
// smp.c: the other cores: how they start, sleep and wake each other.
//
// Start: each gets INIT and a startup IPI by its APIC id, all at once; the trampoline (entry32.S)
// finds its core's index and stack and calls pc_ap_main. Core 0 sleeps until all are online.
//
// Sleep: a core stores `sleeping`, fences, and looks at `wake`; a waker stores `wake`, fences, and looks
// at `sleeping`: one of the two sees the other. [W] labels both. Interrupts are off between the look
// and `sti; hlt`, so an interrupt sent in between ends the hlt.
#include "machine/pc/devices.h"
#include "machine/pc/memory.h"
#include "machine/pc/pc.h"
#include "machine/pc/x86io.h"

#define ICR_INIT 0x4500u
#define ICR_STARTUP (0x4600u | PC_TRAMPOLINE >> 12)
#define ICR_FIXED 0x4000u
#define ICR_ALL_BUT_SELF 0xc0000u
#define EFER_LME 0x100u
#define EFER_NXE 0x800u

#define INIT_WAIT_NS 10000000ull // Multiprocessor Specification B.4
#define POLL_NS 1000000ull
#define AGAIN_NS 500000000ull // slow, not lost: dozens of emulated CPUs may share a host's core
#define GIVE_UP_NS 20000000000ull

static _Atomic uint32_t online_count; // cores that are up, core 0 among them

void pc_ap_main(uint32_t index)
{
    struct pc_core *self = pc_core[index];

    cpu_init(self, index);
    clock_core_init();
    lapic_core_init();
    // [O] release: this core's set-up before the word that it is up. Pairs with send_to_missing and
    // wait_online.
    atomic_store_explicit(&self->online, 1, memory_order_release);
    atomic_fetch_add_explicit(&online_count, 1, memory_order_release);
    pc_core_wake(0);
    self->entry(&self->core);
    __builtin_unreachable();
}

static void trampoline_place(void)
{
    uint32_t cr3 = paging_trampoline(), efer = EFER_LME | (pc_features.nx ? EFER_NXE : 0);
    char *to = direct(PC_TRAMPOLINE);

    memcpy(to, pc_ap_start, (size_t)(pc_ap_end - pc_ap_start));
    memcpy(to + ((const char *)&pc_ap_cr3 - pc_ap_start), &cr3, sizeof cr3);
    memcpy(to + ((const char *)&pc_ap_efer - pc_ap_start), &efer, sizeof efer);
}

// Sends `command` to every core of 1 .. count-1 that has not come up.
static void send_to_missing(uint32_t count, uint32_t command)
{
    for (uint32_t i = 1; i < count; i++)
        if (!atomic_load_explicit(&pc_core[i]->online, memory_order_acquire)) // [O]
            lapic_ipi(pc_apic_id[i], command);
}

static bool wait_online(uint32_t count, uint64_t timeout_ns)
{
    uint64_t end = clock_now_ns() + timeout_ns;

    while (atomic_load_explicit(&online_count, memory_order_acquire) < count) { // [O]
        if (clock_now_ns() >= end)
            return false;
        pc_core_idle(&pc_core[0]->core, clock_now_ns() + POLL_NS);
    }
    return true;
}

static void others_start(uint32_t count)
{
    uint64_t begin = clock_now_ns();

    trampoline_place();
    send_to_missing(count, ICR_INIT);
    if (!pc_features.hypervisor)
        clock_wait_ns(INIT_WAIT_NS);
    send_to_missing(count, ICR_STARTUP);
    while (!wait_online(count, AGAIN_NS)) {
        uint32_t online = atomic_load_explicit(&online_count, memory_order_relaxed);

        if (clock_now_ns() - begin > GIVE_UP_NS)
            pc_panic("only %u of %u CPUs started", online, count);
        if (online == 1) { // none answers to its id: all at once, and those not listed stop by themselves
            lapic_ipi(0, ICR_ALL_BUT_SELF | ICR_INIT);
            clock_wait_ns(INIT_WAIT_NS);
            lapic_ipi(0, ICR_ALL_BUT_SELF | ICR_STARTUP);
        }
        send_to_missing(count, ICR_STARTUP); // no second INIT: it may just have come up
    }
}

void pc_cores_start(uint32_t count, void (*entry)(struct core *core))
{
    assert(count >= 1 && count <= pc_core_count);
    for (uint32_t i = 0; i < count; i++)
        pc_core[i]->entry = entry;
    // Relaxed: nobody else runs yet; the start-up IPIs come after it.
    atomic_store_explicit(&online_count, 1, memory_order_relaxed);
    if (count > 1)
        others_start(count);
    entry(&pc_core[0]->core);
    __builtin_unreachable();
}

// The timer rings by the deadline or earlier. One that rings in time is left alone, and none is stopped
// after the sleep: where a hypervisor sits between, setting it costs as much as waking a core. What is
// left of it ends a later sleep for no reason, once; elsewhere interrupts are off.
static void timer_set(struct pc_core *self, uint64_t now, uint64_t deadline_ns)
{
    if (self->timer_ns > now && self->timer_ns <= deadline_ns)
        return;
    self->timer_ns = deadline_ns;
    lapic_timer_arm(deadline_ns - now);
}

void pc_core_idle(struct core *core, uint64_t deadline_ns)
{
    struct pc_core *self = (struct pc_core *)core;
    bool timed = deadline_ns != NEVER;
    uint64_t now = timed ? clock_now_ns() : 0;

    if (timed && deadline_ns <= now)
        return;
    atomic_store_explicit(&self->sleeping, 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst); // [W]
    if (!atomic_load_explicit(&self->wake, memory_order_relaxed)) {
        if (timed)
            timer_set(self, now, deadline_ns);
        __asm__ volatile("sti; hlt; cli" : : : "memory");
    }
    atomic_store_explicit(&self->sleeping, 0, memory_order_relaxed);
    // [K] acquire: the wake before what it announces. Pairs with pc_core_wake.
    atomic_exchange_explicit(&self->wake, 0, memory_order_acquire);
}

void pc_core_wake(uint32_t index)
{
    struct pc_core *core = pc_core[index];

    // [K] release: the news before the wake. Whoever finds it set already is covered by its setter.
    if (atomic_exchange_explicit(&core->wake, 1, memory_order_acq_rel))
        return;
    atomic_thread_fence(memory_order_seq_cst); // [W]
    if (atomic_load_explicit(&core->sleeping, memory_order_relaxed))
        lapic_ipi(pc_apic_id[index], ICR_FIXED | PC_VECTOR_WAKE);
}

struct core *pc_core_get(uint32_t index)
{
    return index < pc_core_count ? &pc_core[index]->core : NULL;
}

// Both kinds only end a hlt. The old PICs and the spurious vector want no end of interrupt.
void pc_interrupt(uint32_t vector)
{
    if (vector == PC_VECTOR_TIMER)
        ((struct pc_core *)core_self())->timer_ns = 0;
    if (vector == PC_VECTOR_TIMER || vector == PC_VECTOR_WAKE)
        lapic_eoi();
}
