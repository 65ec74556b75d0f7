// SPDX-License-Identifier: BSD-2-Clause
// mpi_datatypes.c: every rank sends parts of a matrix, laid out in all sorts of ways, to the next one.
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 40
#define COLUMNS 30

struct particle {
    char kind;
    double position[3];
    int id;
};

static int rank, size;

static void expect(int holds, const char *what)
{
    if (holds)
        return;
    printf("rank %d: %s\n", rank, what);
    MPI_Abort(MPI_COMM_WORLD, 1);
}

static double value(int owner, int row, int column)
{
    return owner * 1e6 + row * 1e3 + column;
}

static void matrix_fill(double matrix[ROWS][COLUMNS])
{
    for (int row = 0; row < ROWS; row++)
        for (int column = 0; column < COLUMNS; column++)
            matrix[row][column] = value(rank, row, column);
}

// Sends one of `sent` to the next rank and takes `count` of `taken` from the previous one.
static void ring(const void *from, MPI_Datatype sent, void *to, int count, MPI_Datatype taken)
{
    MPI_Status status;
    int elements, bytes;

    MPI_Sendrecv(from, 1, sent, (rank + 1) % size, 7, to, count, taken, (rank + size - 1) % size, 7,
                 MPI_COMM_WORLD, &status);
    MPI_Type_size(sent, &bytes);
    MPI_Get_count(&status, taken, &elements);
    expect(elements == count, "the count received");
    MPI_Get_count(&status, MPI_BYTE, &elements);
    expect(elements == bytes, "the bytes received");
}

// A matrix by columns is its transpose: from strided to dense memory, and from dense to strided.
static void check_transpose(void)
{
    static double matrix[ROWS][COLUMNS], other[COLUMNS][ROWS], again[ROWS][COLUMNS];
    int previous = (rank + size - 1) % size;
    MPI_Datatype column, columns, transposed;

    matrix_fill(matrix);
    MPI_Type_vector(ROWS, 1, COLUMNS, MPI_DOUBLE, &column);
    MPI_Type_create_resized(column, 0, sizeof(double), &columns);
    MPI_Type_contiguous(COLUMNS, columns, &transposed);
    MPI_Type_commit(&transposed);
    ring(matrix, transposed, other, ROWS * COLUMNS, MPI_DOUBLE);
    for (int row = 0; row < ROWS; row++)
        for (int c = 0; c < COLUMNS; c++)
            expect(other[c][row] == value(previous, row, c), "a transposed value");
    ring(matrix, transposed, again, 1, transposed);
    for (int row = 0; row < ROWS; row++)
        for (int c = 0; c < COLUMNS; c++)
            expect(again[row][c] == value(previous, row, c), "a value transposed twice");
    MPI_Type_free(&column);
    MPI_Type_free(&columns);
    MPI_Type_free(&transposed);
}

static void check_subarray(void)
{
    static double matrix[ROWS][COLUMNS], part[10 * 5];
    int sizes[] = {ROWS, COLUMNS}, subsizes[] = {10, 5}, starts[] = {20, 13};
    MPI_Datatype block;

    matrix_fill(matrix);
    MPI_Type_create_subarray(2, sizes, subsizes, starts, MPI_ORDER_C, MPI_DOUBLE, &block);
    MPI_Type_commit(&block);
    ring(matrix, block, part, 50, MPI_DOUBLE);
    for (int i = 0; i < 50; i++)
        expect(part[i] == value((rank + size - 1) % size, 20 + i / 5, 13 + i % 5),
               "a block's value");
    MPI_Type_free(&block);
}

// By absolute addresses, from MPI_BOTTOM.
static void check_particles(void)
{
    static struct particle particles[1000], taken[1000];
    int lengths[] = {1, 3, 1};
    MPI_Aint at[3], start;
    MPI_Datatype types[] = {MPI_CHAR, MPI_DOUBLE, MPI_INT}, particle, all, placed;

    for (int i = 0; i < 1000; i++)
        particles[i] = (struct particle){(char)i, {rank, i, -i}, rank * 1000 + i};
    MPI_Get_address(&particles[0].kind, &at[0]);
    MPI_Get_address(particles[0].position, &at[1]);
    MPI_Get_address(&particles[0].id, &at[2]);
    start = at[0];
    MPI_Type_create_struct(3, lengths, at, types, &placed);
    MPI_Type_contiguous(1000, placed, &all);
    MPI_Type_commit(&all);
    for (int i = 0; i < 3; i++)
        at[i] = MPI_Aint_diff(at[i], start);
    MPI_Type_create_struct(3, lengths, at, types, &particle);
    MPI_Type_commit(&particle);
    ring(MPI_BOTTOM, all, taken, 1000, particle);
    for (int i = 0; i < 1000; i++)
        expect(taken[i].kind == (char)i && taken[i].position[1] == i &&
                   taken[i].id == (rank + size - 1) % size * 1000 + i,
               "a particle");
    MPI_Type_free(&placed);
    MPI_Type_free(&all);
    MPI_Type_free(&particle);
}

static void check_pack(void)
{
    char packed[200];
    int position = 0, bytes, number = 0;
    double pair[2] = {0, 0};
    MPI_Aint at = 0;

    MPI_Pack(&rank, 1, MPI_INT, packed, sizeof packed, &position, MPI_COMM_WORLD);
    MPI_Pack((double[]){rank, -rank}, 2, MPI_DOUBLE, packed, sizeof packed, &position,
             MPI_COMM_WORLD);
    bytes = position;
    position = 0;
    MPI_Unpack(packed, bytes, &position, &number, 1, MPI_INT, MPI_COMM_WORLD);
    MPI_Unpack(packed, bytes, &position, pair, 2, MPI_DOUBLE, MPI_COMM_WORLD);
    expect(number == rank && pair[1] == -rank && position == bytes, "what was packed");
    MPI_Pack_external("external32", (double[]){1.0}, 1, MPI_DOUBLE, packed, sizeof packed, &at);
    expect(at == 8 && memcmp(packed, "\x3f\xf0\0\0\0\0\0\0", 8) == 0, "external32");
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    check_transpose();
    check_subarray();
    check_particles();
    check_pack();
    printf("done\n");
    MPI_Finalize();
    return 0;
}
