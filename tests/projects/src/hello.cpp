// SPDX-License-Identifier: BSD-2-Clause
// hello.cpp: says which rank it is; needs the unwinder of exceptions.
#include <mpi.h>

#include <iostream>
#include <sstream>
#include <stdexcept>

int main(int argc, char *argv[])
{
    int rank, size;
    std::ostringstream line;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    try {
        throw std::runtime_error("caught");
    } catch (const std::exception &error) {
        line << "C++: rank " << rank << " of " << size << ", " << error.what() << "\n";
    }
    std::cout << line.str() << std::flush;
    MPI_Finalize();
    return 0;
}
