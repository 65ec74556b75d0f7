! SPDX-License-Identifier: BSD-2-Clause
! hello.f90: says which rank it is, by the module mpi.
program hello
    use mpi
    implicit none
    integer :: rank, nranks, ierr

    call MPI_Init(ierr)
    call MPI_Comm_rank(MPI_COMM_WORLD, rank, ierr)
    call MPI_Comm_size(MPI_COMM_WORLD, nranks, ierr)
    write (*, '(a, i0, a, i0, a, f5.3)') 'Fortran: rank ', rank, ' of ', nranks, ', ', sqrt(2.0)
    call MPI_Finalize(ierr)
end program hello
