// SPDX-License-Identifier: BSD-2-Clause
// input.c: reads standard input without ever blocking or being stopped for it.
#include "input.h"
#include "say.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES 65536
#define RETRY_NS 500000000ull

void input_open(struct input *input, struct region *region)
{
    *input = (struct input){.fd = STDIN_FILENO, .region = region};
    input->given = need(calloc(region->in_count + 1, sizeof *input->given));
    input->closed = need(calloc(region->in_count + 1, sizeof *input->closed));
    input->ended = region->in_count == 0;
    // Reading a terminal from the background is then an error instead of a stop.
    signal(SIGTTIN, SIG_IGN);
}

bool input_wanted(const struct input *input, uint64_t now)
{
    size_t most = input->region->in_count > 1 ? INPUT_BYTES_MAX : 1;

    return !input->ended && input->bytes < most && now >= input->retry_ns;
}

bool input_waiting(const struct input *input)
{
    return input->bytes > 0;
}

static bool in_background(int fd)
{
    pid_t group = tcgetpgrp(fd); // -1: not a terminal, or not ours

    return group > 0 && group != getpgrp();
}

void input_read(struct input *input, uint64_t now)
{
    ssize_t bytes;

    if (input->room - input->bytes < READ_BYTES) {
        input->room = 2 * input->bytes + READ_BYTES;
        input->text = need(realloc(input->text, input->room));
    }
    if (in_background(input->fd)) {
        input->retry_ns = now + RETRY_NS;
        return;
    }
    bytes = read(input->fd, input->text + input->bytes, READ_BYTES);
    if (bytes > 0)
        input->bytes += (size_t)bytes;
    else if (bytes < 0 && errno == EIO)
        input->retry_ns = now + RETRY_NS; // we went to the background just now
    else if (bytes == 0 || (errno != EINTR && errno != EAGAIN))
        input->ended = true;
    input_pump(input);
}

static void ring_fill(struct input *input, uint32_t index)
{
    struct channel *channel = &input->region->in[index];
    size_t left = input->bytes - input->given[index];
    size_t room = channel_room(channel);
    size_t bytes = left < room ? left : room;

    if (channel->broken) {
        input->given[index] = input->bytes; // its rank has overwritten the ring
        return;
    }
    if (bytes > 0)
        channel_put(channel, input->text + input->given[index], bytes);
    input->given[index] += bytes;
    if (input->ended && input->given[index] == input->bytes && !input->closed[index]) {
        channel_close(channel);
        input->closed[index] = true;
    }
}

void input_pump(struct input *input)
{
    size_t least = input->bytes;

    for (uint32_t i = 0; i < input->region->in_count; i++) {
        ring_fill(input, i);
        least = input->given[i] < least ? input->given[i] : least;
    }
    if (least == 0)
        return;
    memmove(input->text, input->text + least, input->bytes - least);
    input->bytes -= least;
    for (uint32_t i = 0; i < input->region->in_count; i++)
        input->given[i] -= least;
}

void input_end(struct input *input)
{
    size_t unread;

    if (input->region->in_count != 1)
        return;
    unread = channel_unread(&input->region->in[0]);
    if (unread != SIZE_MAX && unread + input->bytes > 0)
        (void)lseek(input->fd, -(off_t)(unread + input->bytes), SEEK_CUR); // fails on a pipe: fine
}
