// SPDX-License-Identifier: BSD-2-Clause
// virtio.c: looks for virtio devices in the places where VMMs put them:
//
//   PCI            q35, Cloud Hypervisor
//   command line   Firecracker, QEMU's microvm without ACPI: virtio_mmio.device=
//   microvm        24 fixed places; with ACPI it names them in AML only, so look there. Only in a VM
//                  without PCI: elsewhere other devices' registers lie at these addresses.
#include "machine/pc/virtio.h"
#include "machine/pc/devices.h"
#include "machine/pc/memory.h"
#include "machine/pc/pc.h"
#include "machine/pc/pci.h"
#include "machine/pc/x86io.h"
#include <linux/virtio_mmio.h>

#define DEVICES_MAX (PAGE_BYTES / sizeof(struct device))
#define MICROVM_FIRST 0xfeb00000ull // hw/i386/microvm.c: VIRTIO_MMIO_BASE
#define MICROVM_STEP 512u
#define MICROVM_PLACES 24u // 8 without a second I/O APIC; the others read as empty
#define MMIO_MAGIC 0x74726976u
#define MMIO_BYTES 0x200u // at least, in every VMM
#define PCI_ADDRESS 0xcf8u
#define PCI_DATA 0xcfcu
#define PCI_ENABLE 0x80000000u

static struct device *devices; // one page
static uint32_t device_count;
static struct ranges *memory;

static uint32_t ports_read(uint32_t function, uint32_t offset)
{
    out32(PCI_ADDRESS, PCI_ENABLE | function << 8 | offset);
    return in32(PCI_DATA);
}

static void ports_write(uint32_t function, uint32_t offset, uint32_t value)
{
    out32(PCI_ADDRESS, PCI_ENABLE | function << 8 | offset);
    out32(PCI_DATA, value);
}

// NULL if there is no PCI behind the ports.
static const struct pci *pci_machine(void)
{
    static const struct pci ports = {.read = ports_read, .write = ports_write};

    out32(PCI_ADDRESS, PCI_ENABLE);
    return in32(PCI_ADDRESS) == PCI_ENABLE ? &ports : NULL;
}

static void device_add(const struct device *device)
{
    if (!devices)
        devices = paging_take(memory, PAGE_BYTES);
    if (device_count == DEVICES_MAX)
        pc_panic("this machine has more than %lu virtio devices", DEVICES_MAX);
    devices[device_count++] = *device;
}

static void pci_found(const struct pci_virtio *found, void *context)
{
    struct device device = {
        .id = found->id,
        .common = paging_registers(found->common, PAGE_BYTES, memory),
        .notify = paging_registers(found->notify, found->notify_bytes, memory),
        .notify_bytes = found->notify_bytes,
        .notify_multiplier = found->notify_multiplier,
    };

    (void)context;
    if (found->config) {
        device.config = paging_registers(found->config, found->config_bytes, memory);
        device.config_bytes = found->config_bytes;
    }
    if (device.common && device.notify)
        device_add(&device);
}

static uint32_t mmio_read(const volatile char *mmio, uint32_t offset)
{
    return *(const volatile uint32_t *)(mmio + offset);
}

// Takes the place if a device is there (4.2.2.2: id 0 is a place without one).
static void mmio_try(uint64_t address)
{
    volatile char *mmio = paging_registers(address, MMIO_BYTES, memory);
    struct device device = {.mmio = mmio};
    uint32_t version;

    for (uint32_t i = 0; i < device_count; i++)
        if (devices[i].mmio == mmio)
            return; // named twice
    if (!mmio || mmio_read(mmio, VIRTIO_MMIO_MAGIC_VALUE) != MMIO_MAGIC)
        return;
    version = mmio_read(mmio, VIRTIO_MMIO_VERSION);
    device.id = mmio_read(mmio, VIRTIO_MMIO_DEVICE_ID);
    if ((version != 1 && version != 2) || !device.id)
        return;
    device.config = mmio + VIRTIO_MMIO_CONFIG;
    device.config_bytes = MMIO_BYTES - VIRTIO_MMIO_CONFIG;
    device_add(&device);
}

void pc_virtio_find(const struct cmdline *cmdline, struct ranges *free, struct boot *boot)
{
    const struct pci *pci = pci_machine();

    memory = free;
    if (pci)
        pci_virtio_find(pci, pci_found, NULL);
    for (uint32_t i = 0; i < cmdline->device_count; i++)
        mmio_try(cmdline->device[i]);
    // The highest is used first: so that devices are listed in the order they were asked for.
    for (uint32_t i = MICROVM_PLACES; !pci && pc_features.hypervisor && i-- > 0;)
        mmio_try(MICROVM_FIRST + i * MICROVM_STEP);
    boot->devices = devices;
    boot->device_count = device_count;
}
