// SPDX-License-Identifier: BSD-2-Clause
// pci.h: virtio devices on PCI buses (VIRTIO 1.2, 4.1), found by configuration space.
//
// Firmware has given out bus numbers and addresses; nothing is moved here.
#pragma once
#include <stdbool.h>
#include <stdint.h>

// Configuration space, as a value, so that tests can offer one. `function` is bus << 8 | device << 3 |
// function; offsets are multiples of 4.
struct pci {
    uint32_t (*read)(uint32_t function, uint32_t offset);
    void (*write)(uint32_t function, uint32_t offset, uint32_t value);
};

struct pci_virtio { // a device with a modern interface; addresses are physical
    uint32_t id;    // VIRTIO 1.2, section 5
    uint64_t common, notify, config;
    uint32_t notify_bytes, notify_multiplier;
    uint32_t config_bytes; // 0: the device has none
};

// Calls found(device, context) for each and lets it use memory (bus master).
void pci_virtio_find(const struct pci *pci,
                     void (*found)(const struct pci_virtio *device, void *context), void *context);
