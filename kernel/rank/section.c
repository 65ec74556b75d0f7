// SPDX-License-Identifier: BSD-2-Clause
// section.c: the programs of a job: the booted image, and what `mpiexec A : B` adds to it.
#include "kernel/rank/rank.h"
#include "lib/lib.h"
#include "machine/payload.h"

#define SECTION_PAYLOADS_MAX 16

static struct payload payloads[SECTION_PAYLOADS_MAX];

void sections_load(void)
{
    const struct job_section *list;
    const char *job = (const char *)job_region;

    if (!job_region)
        return;
    if (job_region->section_count > SECTION_PAYLOADS_MAX)
        panic("a job has at most %d programs separated by ':'", SECTION_PAYLOADS_MAX);
    list = (const void *)(job + job_region->sections_offset);
    for (uint32_t i = 0; i < job_region->section_count; i++) {
        const char *why;

        if (!list[i].image_offset)
            continue;
        why = image_payload(job + list[i].image_offset, list[i].image_bytes, IMAGE_AS_FILE,
                            &payloads[i]);
        if (why)
            panic("%s: %s", job + list[i].path_offset, why);
    }
}

const struct payload *payload_of_section(uint32_t section)
{
    assert(section < SECTION_PAYLOADS_MAX);
    return payloads[section].header ? &payloads[section] : &boot_info->payload;
}
