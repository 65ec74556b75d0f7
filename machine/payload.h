// SPDX-License-Identifier: BSD-2-Clause
// payload.h: finding the payload in an image.
#pragma once
#include "machine/machine.h"

// How the bytes of an image lie in memory.
enum image_layout {
    IMAGE_AS_FILE,   // the file from its first byte: p_offset counts
    IMAGE_AS_LOADED, // segments at their distance from the first one: p_vaddr counts
};

// Fills `payload` from the image at `image`, of which `bytes` may be read. Returns NULL, or why it is
// not an image this kernel can load.
const char *image_payload(const void *image, size_t bytes, enum image_layout layout,
                          struct payload *payload);
