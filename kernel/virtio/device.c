// SPDX-License-Identifier: BSD-2-Clause
// device.c: a device from reset to ready, by whichever transport (VIRTIO 1.2, 3.1).
#include "kernel/virtio/transport.h"
#include "lib/lib.h"
#include <asm/errno.h>
#include <linux/virtio_config.h>

#define RESET_NS_MAX 1000000000ull // how long a device may take to reset

#define BIT(n) (1ull << (n))
// A device that offers to see memory as its bus does, or to be ordered as the bus orders, works only if
// that is accepted; both hold here: addresses are physical, there is no IOMMU of ours.
#define FEATURES_ALWAYS \
    (BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_F_RING_PACKED) | BIT(VIRTIO_F_ACCESS_PLATFORM) | \
     BIT(VIRTIO_F_ORDER_PLATFORM))

const struct device *virtio_find(const struct boot *boot, uint32_t id, uint32_t n)
{
    for (uint32_t i = 0; i < boot->device_count; i++)
        if (boot->devices[i].id == id && n-- == 0)
            return &boot->devices[i];
    return NULL;
}

static void status_add(const struct virtio_device *device, uint32_t bits)
{
    device->transport->status_set(device, device->transport->status_get(device) | bits);
}

void virtio_stop(struct virtio_device *device)
{
    uint64_t end_ns = machine->now_ns() + RESET_NS_MAX;

    device->transport->status_set(device, 0);
    // Ends by the clock. The device is done with our memory when it says so (2.4.2, 4.1.4.3.2).
    while (device->transport->status_get(device) && machine->now_ns() < end_ns)
        __builtin_ia32_pause();
}

static int give_up(const struct virtio_device *device)
{
    status_add(device, VIRTIO_CONFIG_S_FAILED);
    return -EIO;
}

int virtio_open(struct virtio_device *device, const struct device *place, uint64_t wanted)
{
    *device = (struct virtio_device){.place = place};
    device->transport = place->mmio ? &virtio_mmio : &virtio_pci;
    device->legacy = place->mmio && ((const volatile uint32_t *)place->mmio)[1] == 1; // version
    virtio_stop(device);
    if (device->transport->status_get(device))
        return -EIO;
    status_add(device, VIRTIO_CONFIG_S_ACKNOWLEDGE);
    status_add(device, VIRTIO_CONFIG_S_DRIVER);
    device->features = device->transport->features_get(device) & (wanted | FEATURES_ALWAYS);
    if (device->legacy)
        device->features = (uint32_t)device->features;
    else if (!(device->features & BIT(VIRTIO_F_VERSION_1)))
        return give_up(device);
    device->transport->features_set(device, device->features);
    if (device->legacy)
        return 0;
    status_add(device, VIRTIO_CONFIG_S_FEATURES_OK);
    if (!(device->transport->status_get(device) & VIRTIO_CONFIG_S_FEATURES_OK))
        return give_up(device);
    return 0;
}

size_t virtio_ring_bytes(uint16_t size)
{
    size_t split = vq_chains_bytes(false, size), packed = vq_chains_bytes(true, size);

    return ROUND_UP(split > packed ? split : packed, PAGE_BYTES);
}

uint64_t virtio_address(const void *memory, size_t bytes)
{
    size_t piece = bytes;
    uint64_t address = machine->physical(memory, &piece);

    assert(address && piece == bytes);
    return address;
}

int virtio_queue_start(struct virtio_device *device, struct virtio_queue *queue, uint16_t index,
                       uint16_t size, void *memory)
{
    bool packed = device->features & BIT(VIRTIO_F_RING_PACKED);
    uint32_t most = device->transport->queue_size(device, index);
    uint64_t base = virtio_address(memory, virtio_ring_bytes(size));
    const void *part[3];
    uint64_t address[3];

    while (size > most) // a device's is a power of two, unless the ring is packed
        size /= 2;
    if (size < VQ_PARTS_MAX)
        return give_up(device);
    *queue = (struct virtio_queue){.index = index};
    vq_chains_init(&queue->chains, memory, packed, size);
    part[0] = memory;
    part[1] = packed ? (void *)queue->chains.driver_events : (void *)queue->chains.split.avail;
    part[2] = packed ? (void *)queue->chains.device_events : (void *)queue->chains.split.used;
    for (uint32_t i = 0; i < 3; i++)
        address[i] = base + (uint64_t)((const char *)part[i] - (const char *)memory);
    device->transport->queue_set(device, queue, address);
    return 0;
}

void virtio_ready(struct virtio_device *device)
{
    status_add(device, VIRTIO_CONFIG_S_DRIVER_OK);
}

void virtio_kick(struct virtio_device *device, struct virtio_queue *queue)
{
    if (vq_chains_kick_wanted(&queue->chains))
        device->transport->kick(device, queue);
}

bool virtio_alive(const struct virtio_device *device)
{
    uint32_t status = device->transport->status_get(device);

    // All ones, cut to what the register has, is what a device that is gone reads as.
    return (status & VIRTIO_CONFIG_S_DRIVER_OK) &&
           !(status & (VIRTIO_CONFIG_S_NEEDS_RESET | VIRTIO_CONFIG_S_FAILED));
}

bool virtio_config_read(const struct virtio_device *device, uint32_t offset, void *to, size_t bytes)
{
    const volatile char *config = device->place->config;

    if (offset + bytes > device->place->config_bytes)
        return false;
    for (size_t i = 0; i < bytes; i++)
        ((char *)to)[i] = config[offset + i];
    return true;
}
