// SPDX-License-Identifier: BSD-2-Clause
// switch.c: what a switch from one rank to the next on the same core costs.
//
// All ranks of a core yield in turn, so while one of R ranks makes N yields, the core makes N * R
// switches. Before the measurement each rank yields a while, until all of them are in their loops;
// after it, until the slowest has measured. Run it on one core: bench/switch.sh does.
#include "abi/services.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>

#define WARM_UP 10000
#define YIELDS 1000000
#define REPEATS 5

int main(void)
{
    const struct services *services = (const void *)getauxval(AT_TORITO);
    double best_ns = 1e9;

    if (!services || services->cores != 1) {
        fprintf(stderr, "switch: run it as an image on one core: mpiexec --cores 1 -n 2 switch\n");
        return 2;
    }
    for (int i = 0; i < WARM_UP; i++)
        services->yield();
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        uint64_t start_ns = services->now_ns();

        for (int i = 0; i < YIELDS; i++)
            services->yield();
        double ns = (double)(services->now_ns() - start_ns) / YIELDS / services->ranks;
        best_ns = ns < best_ns ? ns : best_ns;
    }
    for (int i = 0; i < WARM_UP; i++)
        services->yield();
    if (services->rank == 0)
        printf("%u ranks on one core of machine %s: %.1f ns per %s\n", services->ranks,
               services->machine, best_ns, services->ranks > 1 ? "switch" : "yield to nobody");
    return 0;
}
