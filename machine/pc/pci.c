// SPDX-License-Identifier: BSD-2-Clause
// pci.c: see pci.h. What lies in configuration space is told by <linux/pci_regs.h>.
#include "machine/pc/pci.h"
#include "lib/lib.h"
#include <linux/pci_regs.h>
#include <linux/virtio_pci.h>

#define VENDOR_VIRTIO 0x1af4u
#define DEVICE_FIRST 0x1000u  // transitional devices; their subsystem says what they are
#define DEVICE_MODERN 0x1040u // plus the id of section 5
#define DEVICE_LAST 0x107fu
#define CAPABILITIES_MAX 48u // of 4 bytes at least, in 192 bytes: ends a loop in the list
#define BARS 6u

static uint32_t read8(const struct pci *pci, uint32_t function, uint32_t offset)
{
    return pci->read(function, offset & ~3u) >> offset % 4 * 8 & 0xff;
}

// Where a base address register points to, 0: nowhere, or to ports.
static uint64_t bar_address(const struct pci *pci, uint32_t function, uint32_t bar)
{
    uint32_t low = pci->read(function, PCI_BASE_ADDRESS_0 + bar * 4);
    uint64_t address = low & (uint32_t)PCI_BASE_ADDRESS_MEM_MASK;

    if (low & PCI_BASE_ADDRESS_SPACE_IO)
        return 0;
    if ((low & PCI_BASE_ADDRESS_MEM_TYPE_MASK) == PCI_BASE_ADDRESS_MEM_TYPE_64 && bar + 1 < BARS)
        address |= (uint64_t)pci->read(function, PCI_BASE_ADDRESS_0 + (bar + 1) * 4) << 32;
    return address;
}

// One of the device's own capabilities (4.1.4): a structure behind a base address register. Of each type
// the first that can be used counts.
static void capability_read(const struct pci *pci, uint32_t function, uint32_t at,
                            struct pci_virtio *out)
{
    uint32_t type = read8(pci, function, at + VIRTIO_PCI_CAP_CFG_TYPE);
    uint32_t bar = read8(pci, function, at + VIRTIO_PCI_CAP_BAR);
    uint32_t offset = pci->read(function, at + VIRTIO_PCI_CAP_OFFSET);
    uint32_t bytes = pci->read(function, at + VIRTIO_PCI_CAP_LENGTH);
    uint64_t address = bar < BARS ? bar_address(pci, function, bar) : 0;

    if (!address || address + offset < address)
        return;
    address += offset;
    if (type == VIRTIO_PCI_CAP_COMMON_CFG && !out->common &&
        bytes >= VIRTIO_PCI_COMMON_Q_USEDHI + sizeof(uint32_t)) {
        out->common = address;
    } else if (type == VIRTIO_PCI_CAP_NOTIFY_CFG && !out->notify) {
        out->notify = address;
        out->notify_bytes = bytes;
        out->notify_multiplier = pci->read(function, at + VIRTIO_PCI_NOTIFY_CAP_MULT);
    } else if (type == VIRTIO_PCI_CAP_DEVICE_CFG && !out->config) {
        out->config = address;
        out->config_bytes = bytes;
    }
}

static void capabilities_read(const struct pci *pci, uint32_t function, struct pci_virtio *out)
{
    uint32_t at = 0;

    if (pci->read(function, PCI_COMMAND) >> 16 & PCI_STATUS_CAP_LIST)
        at = read8(pci, function, PCI_CAPABILITY_LIST) & ~3u;
    for (uint32_t i = 0; i < CAPABILITIES_MAX && at >= 0x40; i++) {
        if (read8(pci, function, at) == PCI_CAP_ID_VNDR && at <= 0x100 - 20)
            capability_read(pci, function, at, out);
        at = read8(pci, function, at + PCI_CAP_LIST_NEXT) & ~3u;
    }
}

static bool virtio_read(const struct pci *pci, uint32_t function, struct pci_virtio *out)
{
    uint32_t name = pci->read(function, PCI_VENDOR_ID), device = name >> 16;

    *out = (struct pci_virtio){0};
    if ((name & 0xffff) != VENDOR_VIRTIO || device < DEVICE_FIRST || device > DEVICE_LAST)
        return false;
    out->id = device >= DEVICE_MODERN ? device - DEVICE_MODERN
                                      : pci->read(function, PCI_SUBSYSTEM_VENDOR_ID) >> 16;
    capabilities_read(pci, function, out);
    return out->common && out->notify;
}

// Status bits are cleared by writing ones: the upper half stays zero.
static void device_enable(const struct pci *pci, uint32_t function)
{
    uint32_t command = pci->read(function, PCI_COMMAND) & 0xffff;

    pci->write(function, PCI_COMMAND,
               command | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE);
}

void pci_virtio_find(const struct pci *pci,
                     void (*found)(const struct pci_virtio *device, void *context), void *context)
{
    uint64_t buses[4] = {1}; // to be looked at; a bridge leads to a higher number only

    for (uint32_t function = 0; function < 0x10000; function++) {
        uint32_t bus = function >> 8, type;
        struct pci_virtio device;

        if (!(buses[bus / 64] >> bus % 64 & 1)) {
            function |= 0xff;
            continue;
        }
        if ((pci->read(function, PCI_VENDOR_ID) & 0xffff) == 0xffff) {
            if (function % 8 == 0)
                function |= 7; // no function 0: no others
            continue;
        }
        if (virtio_read(pci, function, &device)) {
            device_enable(pci, function);
            found(&device, context);
        }
        type = read8(pci, function, PCI_HEADER_TYPE);
        if ((type & 0x7f) == PCI_HEADER_TYPE_BRIDGE) {
            uint32_t below = read8(pci, function, PCI_SECONDARY_BUS);

            if (below > bus)
                buses[below / 64] |= 1ull << below % 64;
        }
        if (function % 8 == 0 && !(type & 0x80))
            function |= 7; // one function only
    }
}
