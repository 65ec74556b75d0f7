// SPDX-License-Identifier: BSD-2-Clause
// sink.c: queues output and writes it in pieces that do not block.
#include "sink.h"
#include "say.h"
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECT_BYTES (1u << 20) // one write to a file
#define KEEP_BYTES (1u << 20)   // a larger buffer is given back when it is empty

void sink_open(struct sink *sink, int fd, const char *name)
{
    struct stat st;

    *sink = (struct sink){.fd = fd, .name = name};
    sink->direct = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    sink->terminal = !sink->direct && isatty(fd);
}

void sink_put(struct sink *sink, const char *text, size_t bytes)
{
    if (sink->error != 0)
        return;
    if (sink->room - sink->end < bytes) {
        size_t waiting = sink_waiting(sink);

        if (sink->start > 0)
            memmove(sink->data, sink->data + sink->start, waiting);
        sink->start = 0;
        sink->end = waiting;
        if (sink->room < waiting + bytes) {
            sink->room = 2 * (waiting + bytes) + 4096;
            sink->data = need(realloc(sink->data, sink->room));
        }
    }
    memcpy(sink->data + sink->end, text, bytes);
    sink->end += bytes;
}

static void sink_emptied(struct sink *sink)
{
    sink->start = sink->end = 0;
    if (sink->room > KEEP_BYTES) {
        free(sink->data);
        sink->data = NULL;
        sink->room = 0;
    }
}

void sink_write(struct sink *sink)
{
    // poll says a pipe is writable when PIPE_BUF bytes fit.
    size_t most = sink->direct ? DIRECT_BYTES : PIPE_BUF;

    while (sink_waiting(sink) > 0) {
        struct pollfd poll_fd = {.fd = sink->fd, .events = POLLOUT};
        size_t bytes = sink_waiting(sink) < most ? sink_waiting(sink) : most;
        ssize_t done;

        if (!sink->direct && poll(&poll_fd, 1, 0) == 0)
            return;
        done = write(sink->fd, sink->data + sink->start, bytes);
        if (done < 0 && (errno == EINTR || errno == EAGAIN))
            return;
        if (done < 0) {
            sink->error = errno;
            break;
        }
        sink->start += (size_t)done;
    }
    sink_emptied(sink);
}
