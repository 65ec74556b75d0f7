// SPDX-License-Identifier: BSD-2-Clause
// torito.c: the calls of torito.h.
#include "torito.h"
#include "libmpi/mpii.h"

int torito_core(void)
{
    return (int)mpii_services()->core;
}

int torito_cores(void)
{
    return (int)mpii_services()->cores;
}

const char *torito_machine(void)
{
    return mpii_services()->machine;
}

int torito_send_to(int core, const void *buffer, size_t bytes)
{
    return mpii_services()->send_to((uint32_t)core, buffer, bytes);
}

long torito_recv_from(int core, void *buffer, size_t bytes)
{
    return mpii_services()->recv_from((uint32_t)core, buffer, bytes);
}
