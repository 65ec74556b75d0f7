// SPDX-License-Identifier: BSD-2-Clause
// random_test.c: thousands of random datatypes against their definition, byte by byte.
#include "libmpi/status.h"
#include "libmpi/test/fake_library.h"
#include "libmpi/test/naive_type.h"
#include "libmpi/type/external.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 6000
#define DEPTH 4
#define COUNT_MAX 3

static int round_number;

#define CHECK(condition) check(condition, #condition, __LINE__)

static void check(bool holds, const char *text, int line)
{
    if (holds)
        return;
    printf("random_test.c:%d: round %d: %s (last error: %s)\n", line, round_number, text,
           fake_library.message);
    exit(1);
}

// A datatype, a count of it, and memory that is exactly what they span: a byte more is a fault.
struct buffer {
    struct naive_type naive;
    const struct mpii_type *type;
    int count;
    MPI_Count packed; // bytes
    char *memory, *address;
    size_t bytes;
};

static struct buffer buffer_make(void)
{
    struct buffer buffer = {.count = (int)naive_random(COUNT_MAX + 1)};
    MPI_Count lb, extent, true_lb, true_extent, last;

    do { // until the list was long enough for it
        buffer.naive = naive_make((int)naive_random(DEPTH + 1));
        if (buffer.naive.entries < NAIVE_ENTRIES)
            break;
        naive_free(&buffer.naive);
    } while (true);
    CHECK(MPI_Type_commit(&buffer.naive.handle) == MPI_SUCCESS);
    buffer.type = mpii_type(buffer.naive.handle);
    assert(buffer.type);
    naive_bounds(&buffer.naive, &lb, &extent);
    naive_true_bounds(&buffer.naive, &true_lb, &true_extent);
    last = buffer.count > 0 ? (buffer.count - 1) * extent : 0;
    buffer.bytes = (size_t)(true_extent + (last < 0 ? -last : last));
    buffer.memory = malloc(buffer.bytes + 1);
    buffer.address = buffer.memory - true_lb - (last < 0 ? last : 0);
    buffer.packed = naive_size(&buffer.naive) * buffer.count;
    return buffer;
}

static void buffer_free(struct buffer *buffer)
{
    free(buffer->memory);
    naive_free(&buffer->naive);
}

static void fill(void *memory, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        ((unsigned char *)memory)[i] = (unsigned char)naive_random(256);
}

static void check_bounds(const struct buffer *buffer)
{
    MPI_Count lb, extent, naive_lb, naive_extent, size;

    MPI_Type_size_c(buffer->naive.handle, &size);
    CHECK(size == naive_size(&buffer->naive));
    MPI_Type_get_extent_c(buffer->naive.handle, &lb, &extent);
    naive_bounds(&buffer->naive, &naive_lb, &naive_extent);
    CHECK(lb == naive_lb);
    CHECK(extent == naive_extent);
    MPI_Type_get_true_extent_c(buffer->naive.handle, &lb, &extent);
    naive_true_bounds(&buffer->naive, &naive_lb, &naive_extent);
    CHECK(lb == naive_lb);
    CHECK(extent == naive_extent);
}

// In pieces of random length, as messages come; then in pieces of random place.
static void check_pack(const struct buffer *buffer)
{
    size_t bytes = (size_t)buffer->packed, now;
    char *expected = malloc(bytes + 1), *packed = malloc(bytes + 1);

    fill(buffer->memory, buffer->bytes);
    naive_move(&buffer->naive, buffer->count, buffer->address, expected, false);
    for (size_t done = 0; done < bytes; done += now) {
        now = 1 + naive_random((unsigned)(bytes - done));
        mpii_type_pack(packed + done, buffer->address, buffer->count, buffer->type, (MPI_Count)done,
                       now);
    }
    CHECK(memcmp(packed, expected, bytes) == 0);
    for (int i = 0; i < 4 && bytes > 0; i++) {
        size_t skip = naive_random((unsigned)bytes);

        now = naive_random((unsigned)(bytes - skip + 1));
        mpii_type_pack(packed, buffer->address, buffer->count, buffer->type, (MPI_Count)skip, now);
        CHECK(memcmp(packed, expected + skip, now) == 0);
    }
    free(packed);
    free(expected);
}

static void check_unpack(const struct buffer *buffer)
{
    size_t bytes = (size_t)buffer->packed, now;
    char *packed = malloc(bytes + 1), *expected = malloc(buffer->bytes + 1);

    fill(packed, bytes);
    memset(expected, 0, buffer->bytes);
    naive_move(&buffer->naive, buffer->count, expected + (buffer->address - buffer->memory), packed,
               true);
    memset(buffer->memory, 0, buffer->bytes);
    for (size_t done = 0; done < bytes; done += now) {
        now = 1 + naive_random((unsigned)(bytes - done));
        mpii_type_unpack(buffer->address, buffer->count, buffer->type, packed + done,
                         (MPI_Count)done, now);
    }
    CHECK(memcmp(buffer->memory, expected, buffer->bytes) == 0);
    free(packed);
    free(expected);
}

static void check_copy(const struct buffer *from, const struct buffer *to)
{
    MPI_Count bytes = from->packed < to->packed ? from->packed : to->packed;
    char *packed = malloc((size_t)to->packed + 1), *again = malloc((size_t)to->packed + 1);

    fill(from->memory, from->bytes);
    memset(to->memory, 0, to->bytes);
    mpii_type_copy(to->address, to->count, to->type, from->address, from->count, from->type, bytes);
    mpii_type_pack(packed, from->address, from->count, from->type, 0, (size_t)bytes);
    naive_move(&to->naive, to->count, to->address, again, false);
    char *copied = malloc(to->bytes + 1);

    memcpy(copied, to->memory, to->bytes);
    memset(to->memory, 0, to->bytes);
    mpii_type_unpack(to->address, to->count, to->type, packed, 0, (size_t)bytes);
    CHECK(memcmp(copied, to->memory, to->bytes) == 0);
    free(copied);
    free(packed);
    free(again);
}

static void check_elements(const struct buffer *buffer)
{
    MPI_Count bytes = buffer->packed ? naive_random((unsigned)buffer->packed + 1) : 0, sum = 0;
    MPI_Count whole = buffer->naive.entries, expected = 0, count;
    MPI_Status status;

    if (whole == 0)
        return;
    for (; sum < bytes; expected++)
        sum += buffer->naive.entry[expected % whole].size;
    mpii_status_bytes_set(&status, bytes);
    CHECK(MPI_Get_elements_c(&status, buffer->naive.handle, &count) == MPI_SUCCESS);
    CHECK(count == (sum == bytes ? expected : MPI_UNDEFINED));
    CHECK(MPI_Get_count_c(&status, buffer->naive.handle, &count) == MPI_SUCCESS);
    CHECK(count == (bytes % buffer->type->size != 0 ? MPI_UNDEFINED : bytes / buffer->type->size));
    CHECK(MPI_Status_set_elements_c(&status, buffer->naive.handle, expected) == MPI_SUCCESS);
    CHECK(mpii_status_bytes_get(&status) == sum);
}

// The conversion of single basic elements is calls_test.c's: here, that they come in order, and
// back.
static void check_external(const struct buffer *buffer)
{
    char *expected, *external, *to;
    MPI_Count bytes, extent = buffer->type->extent;

    CHECK(mpii_external_size(buffer->type, buffer->count, &bytes) && bytes <= buffer->packed);
    expected = to = malloc((size_t)bytes + 1);
    external = malloc((size_t)bytes + 1);
    fill(buffer->memory, buffer->bytes);
    for (int i = 0; i < buffer->count; i++)
        for (int k = 0; k < buffer->naive.entries; k++) {
            const struct naive_entry *entry = &buffer->naive.entry[k];

            mpii_external_pack(to, buffer->address + i * extent + entry->at, 1,
                               mpii_type(entry->type));
            to += entry->size; // none of these types has another size there
        }
    CHECK(to - expected == bytes);
    mpii_external_pack(external, buffer->address, buffer->count, buffer->type);
    CHECK(memcmp(external, expected, (size_t)bytes) == 0);
    free(expected);
    free(external);
}

int main(void)
{
    struct buffer previous, buffer;

    previous = buffer_make();
    for (round_number = 0; round_number < ROUNDS; round_number++) {
        buffer = buffer_make();
        check_bounds(&buffer);
        check_pack(&buffer);
        check_unpack(&buffer);
        check_copy(&previous, &buffer);
        check_elements(&buffer);
        check_external(&buffer);
        buffer_free(&previous);
        previous = buffer;
    }
    buffer_free(&previous);
    CHECK(fake_library.class == MPI_SUCCESS);
    CHECK(fake_library.objects == 0); // all freed
    printf("done %d\n", ROUNDS);
    return 0;
}
