// SPDX-License-Identifier: BSD-2-Clause
// avx512.c: do the 512-bit registers survive what the kernel does behind a rank's back? Ranks that share
// a core fill all of them with their own number, yield to each other in a system call, which must
// keep them, and look again.
#include <immintrin.h>
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#define ROUNDS 200

// Fills zmm31 and k1, yields, and returns what is there then: 0 if both are as they were.
__attribute__((target("avx512f"))) static int round_of(uint64_t mark)
{
    uint64_t put[8], got[8], mask;

    for (int i = 0; i < 8; i++)
        put[i] = mark * 0x0101010101010101u + (uint64_t)i;
    __asm__ volatile("vmovdqu64 (%1), %%zmm31\n\t"
                     "kmovw %k3, %%k1\n\t"
                     "syscall\n\t"
                     "vmovdqu64 %%zmm31, (%2)\n\t"
                     "kmovw %%k1, %k0"
                     : "=r"(mask)
                     : "r"(put), "r"(got), "r"(mark), "a"((long)SYS_sched_yield)
                     : "rcx", "r11", "xmm31", "k1", "memory");
    return memcmp(put, got, sizeof put) != 0 || mask != mark;
}

int main(int argc, char **argv)
{
    int rank, ranks, bad = 0;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (!__builtin_cpu_supports("avx512f")) {
        printf("avx512: rank %d finds none\n", rank);
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    for (int i = 0; i < ROUNDS; i++)
        bad += round_of((uint64_t)rank + 1);
    printf("avx512: rank %d of %d %s its registers\n", rank, ranks, bad ? "lost" : "kept");
    MPI_Finalize();
    return bad != 0;
}
