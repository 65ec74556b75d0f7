// SPDX-License-Identifier: BSD-2-Clause
// channel.c: reads and writes rings without trusting what is in them.
#include "channel.h"
#include <string.h>

void channel_open(struct channel *channel, struct job_ring *ring, char *data, size_t size)
{
    *channel = (struct channel){.ring = ring, .size = size};
    channel->data = data;
}

// Bytes to be read, or SIZE_MAX if the writer's count is impossible.
static size_t channel_used(const struct channel *channel)
{
    // [H] acquire: the bytes before the count. Pairs with ring_publish.
    uint64_t used = atomic_load_explicit(&channel->ring->head, memory_order_acquire) - channel->mine;

    return used <= channel->size ? (size_t)used : SIZE_MAX;
}

bool channel_ready(const struct channel *channel)
{
    return !channel->broken && channel_used(channel) != channel->partial;
}

static void copy_out(const struct channel *channel, uint64_t at, void *to, size_t bytes)
{
    size_t start = (size_t)at & (channel->size - 1);
    size_t first = channel->size - start < bytes ? channel->size - start : bytes;

    memcpy(to, channel->data + start, first);
    memcpy((char *)to + first, channel->data, bytes - first);
}

enum job_stream channel_take(struct channel *channel, char text[static RING_RECORD_MAX], size_t *bytes)
{
    size_t used = channel->broken ? 0 : channel_used(channel);
    uint32_t head, stream, length;

    if (used == SIZE_MAX) {
        channel->broken = true;
        return 0;
    }
    if (used < sizeof head) {
        channel->partial = used;
        return 0;
    }
    copy_out(channel, channel->mine, &head, sizeof head);
    stream = head >> 24;
    length = head & 0xffffff;
    if (stream < JOB_STDOUT || stream > JOB_RECORDS || length > RING_RECORD_MAX) {
        channel->broken = true;
        return 0;
    }
    if (used - sizeof head < length) {
        channel->partial = used;
        return 0;
    }
    channel->partial = 0;
    copy_out(channel, channel->mine + sizeof head, text, length);
    channel->mine += sizeof head + length;
    // [T] release: the copy out before the room is given back. Pairs with ring_free.
    atomic_store_explicit(&channel->ring->tail, channel->mine, memory_order_release);
    *bytes = length;
    return (enum job_stream)stream;
}

size_t channel_unread(const struct channel *channel)
{
    // [T] acquire: the reader has copied the bytes out before it gave the room back.
    uint64_t unread =
        channel->mine - atomic_load_explicit(&channel->ring->tail, memory_order_acquire);

    return unread <= channel->size ? (size_t)unread : SIZE_MAX;
}

size_t channel_room(struct channel *channel)
{
    size_t unread = channel->broken ? channel->size : channel_unread(channel);

    if (unread == SIZE_MAX) {
        channel->broken = true;
        return 0;
    }
    return channel->size - unread;
}

void channel_put(struct channel *channel, const char *text, size_t bytes)
{
    size_t start = (size_t)channel->mine & (channel->size - 1);
    size_t first = channel->size - start < bytes ? channel->size - start : bytes;

    memcpy(channel->data + start, text, first);
    memcpy(channel->data, text + first, bytes - first);
    channel->mine += bytes;
    // [H] release: the bytes before the count. Pairs with ring_used.
    atomic_store_explicit(&channel->ring->head, channel->mine, memory_order_release);
}

void channel_close(struct channel *channel)
{
    // release: a reader that sees the end has seen all bytes before it.
    atomic_store_explicit(&channel->ring->closed, 1, memory_order_release);
}
