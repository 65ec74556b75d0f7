// SPDX-License-Identifier: BSD-2-Clause
// section.c: the programs of a job: the booted image, and what `mpiexec A : B` adds to it.
#include "kernel/rank/rank.h"
#include "lib/lib.h"
#include "machine/payload.h"

const struct payload *payload_of_section(uint32_t section, struct payload *own)
{
    const char *job = (const char *)job_region, *why;
    const struct job_section *list;

    if (!job_region)
        return &boot_info->payload;
    list = (const void *)(job + job_region->sections_offset);
    assert(section < job_region->section_count);
    if (!list[section].image_offset)
        return &boot_info->payload;
    why = image_payload(job + list[section].image_offset, list[section].image_bytes, IMAGE_AS_FILE,
                        own);
    if (why)
        panic("%s: %s", job + list[section].path_offset, why);
    return own;
}
