// SPDX-License-Identifier: BSD-2-Clause
// serve.c: starts the file server of a job in a VM.
#include "serve.h"
#include "say.h"
#include <string.h>
#include <sys/resource.h>

#define OWN_FILES 256 // descriptors for ourselves

// As many files as this process can have open: ranks have 1024 each at most.
static uint32_t handles_choose(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 1024 - OWN_FILES;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur > 1u << 20)
        return 1u << 20;
    return limit.rlim_cur > 2 * OWN_FILES ? (uint32_t)limit.rlim_cur - OWN_FILES : OWN_FILES;
}

void serve_files(const struct plan *plan, const struct region *region, const struct child *child)
{
    static struct file_server server;
    bool spin = plan->cores < plan->cpu_count;
    int rc;

    if (plan->mounts.count == 0 || plan->options->files == FILES_9P)
        return;
    file_server_open(&server, &plan->mounts, handles_choose());
    rc = file_server_start(&server, &region->files, child->files_fd, spin);
    if (rc != 0)
        say_fail(STATUS_HOST, "cannot start a thread to serve files: %s", strerror(rc));
}
