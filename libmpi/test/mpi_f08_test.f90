! SPDX-License-Identifier: BSD-2-Clause
! mpi_f08_test.f90: module mpi_f08 on the fake kernel: rank 2 of 5, core 1.
program mpi_f08_test
  use, intrinsic :: iso_c_binding
  use mpi_f08
  implicit none
  type(MPI_Comm) :: comm
  type(MPI_Status) :: status
  type(MPI_Info) :: info
  type(c_ptr) :: pointer
  real, pointer :: memory(:, :)
  integer :: rank, size, length, provided, major, minor, ierror
  logical :: flag
  character(len=MPI_MAX_LIBRARY_VERSION_STRING) :: version

  call MPI_Init_thread(MPI_THREAD_MULTIPLE, provided)
  if (provided /= MPI_THREAD_MULTIPLE) stop 1
  call MPI_Initialized(flag, ierror)
  if (.not. flag .or. ierror /= MPI_SUCCESS) stop 2
  comm = MPI_COMM_WORLD
  call MPI_Comm_rank(comm, rank)
  call PMPI_Comm_size(comm, size, ierror)
  if (rank /= 2 .or. size /= 5 .or. ierror /= MPI_SUCCESS) stop 3
  comm%MPI_VAL = MPI_COMM_SELF%MPI_VAL
  call MPI_Comm_rank(comm, rank)
  if (rank /= 0) stop 4
  if (comm /= MPI_COMM_SELF .or. comm == MPI_COMM_WORLD) stop 5
  if (MPI_INT%MPI_VAL /= int(z'209')) stop 6
  call MPI_Get_library_version(version, length)
  if (version(1:7) /= 'Torito ' .or. len_trim(version) /= length) stop 7
  call MPI_Abi_get_version(major, minor)
  if (major /= MPI_ABI_VERSION .or. minor /= MPI_ABI_SUBVERSION) stop 8
  info = MPI_INFO_NULL
  call MPI_Alloc_mem(400_MPI_ADDRESS_KIND, info, pointer)
  call c_f_pointer(pointer, memory, [10, 10])
  memory = 1
  call MPI_Free_mem(memory)
  if (MPI_Wtime() < 0) stop 9
  if (MPI_Aint_add(5_MPI_ADDRESS_KIND, -7_MPI_ADDRESS_KIND) /= -2) stop 10
  if (c_sizeof(status) /= 32 .or. c_sizeof(comm) /= 4) stop 11
  status%MPI_SOURCE = MPI_ANY_SOURCE
  call MPI_Finalize()
  print '(a)', 'done 11'
end program
