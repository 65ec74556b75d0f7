! SPDX-License-Identifier: BSD-2-Clause
! mpi_test.f90: module mpi on the fake kernel: rank 2 of 5, core 1.
program module_mpi
  use, intrinsic :: iso_c_binding
  use mpi
  implicit none
  integer(kind=MPI_INTEGER_KIND) :: rank, size, length, level, ierror
  integer(kind=MPI_ADDRESS_KIND) :: address
  type(c_ptr) :: pointer
  real, pointer :: memory(:)
  logical :: flag
  character(len=MPI_MAX_PROCESSOR_NAME) :: name

  call MPI_Init(ierror)
  if (ierror /= MPI_SUCCESS) stop 1
  call MPI_Comm_rank(MPI_COMM_WORLD, rank, ierror)
  call PMPI_Comm_size(comm=MPI_COMM_WORLD, size=size, ierror=ierror)
  if (rank /= 2 .or. size /= 5) stop 2
  call MPI_Get_processor_name(name, length, ierror)
  if (name(length - 5:length) /= ':core1' .or. len_trim(name) /= length) stop 3
  call MPI_Alloc_mem(400_MPI_ADDRESS_KIND, MPI_INFO_NULL, pointer, ierror)
  call c_f_pointer(pointer, memory, [100])
  memory = 1
  call MPI_Free_mem(memory, ierror)
  call MPI_Alloc_mem(4_MPI_ADDRESS_KIND, MPI_INFO_NULL, address, ierror)
  if (address == 0) stop 4
  call c_f_pointer(transfer(address, c_null_ptr), memory, [1])
  call MPI_Free_mem(memory(1), ierror)
  call MPI_Query_thread(level, ierror)
  if (level /= MPI_THREAD_SINGLE) stop 5
  call MPI_Is_thread_main(flag, ierror)
  if (.not. flag) stop 6
  if (MPI_Wtime() < 0 .or. PMPI_Wtick() > 1d-3) stop 7
  if (MPI_Aint_diff(5_MPI_ADDRESS_KIND, 7_MPI_ADDRESS_KIND) /= -2) stop 8
  if (MPI_DOUBLE_PRECISION /= int(z'21c') .or. MPI_COMM_NULL /= int(z'100')) stop 9
  if (MPI_SUBARRAYS_SUPPORTED .or. MPI_ASYNC_PROTECTS_NONBLOCKING) stop 10
  call MPI_Finalize(ierror)
  print '(a)', 'done 10'
end program
