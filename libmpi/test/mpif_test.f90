! SPDX-License-Identifier: BSD-2-Clause
! mpif_test.f90: the procedures of libmpi by way of mpif.h, on the fake kernel: rank 2 of 5, core 1.
program mpif_test
  implicit none
  include 'mpif.h'
  integer :: rank, size, provided, length, class, version, subversion, ierror
  integer(kind=MPI_ADDRESS_KIND) :: address
  logical :: flag
  character(len=MPI_MAX_ERROR_STRING) :: text
  character(len=6) :: short

  call MPI_INITIALIZED(flag, ierror)
  if (flag .or. ierror /= MPI_SUCCESS) stop 1
  call MPI_INIT_THREAD(MPI_THREAD_FUNNELED, provided, ierror)
  if (provided /= MPI_THREAD_FUNNELED) stop 2
  call MPI_INITIALIZED(flag, ierror)
  if (.not. flag) stop 3
  call MPI_COMM_RANK(MPI_COMM_WORLD, rank, ierror)
  call PMPI_COMM_SIZE(MPI_COMM_WORLD, size, ierror)
  if (rank /= 2 .or. size /= 5) stop 4
  call MPI_COMM_SIZE(MPI_COMM_SELF, size, ierror)
  if (size /= 1) stop 5
  call MPI_ERROR_STRING(MPI_ERR_COMM, text, length, ierror)
  if (text(1:length) /= 'MPI_ERR_COMM: invalid communicator' .or. text(length + 1:) /= ' ') stop 6
  call MPI_GET_LIBRARY_VERSION(short, length, ierror)
  if (short /= 'Torito' .or. length /= 6) stop 7
  call MPI_ERROR_CLASS(MPI_ERR_RANK, class, ierror)
  if (class /= MPI_ERR_RANK) stop 8
  call MPI_GET_VERSION(version, subversion, ierror)
  if (version /= MPI_VERSION .or. subversion /= MPI_SUBVERSION) stop 9
  call MPI_ALLOC_MEM(100_MPI_ADDRESS_KIND, MPI_INFO_NULL, address, ierror)
  if (mod(address, 64_MPI_ADDRESS_KIND) /= 0) stop 10
  call release(address)
  if (MPI_WTIME() < 0 .or. MPI_WTICK() > 1d-3) stop 11
  if (MPI_AINT_ADD(1_MPI_ADDRESS_KIND, 2_MPI_ADDRESS_KIND) /= 3) stop 12
  if (MPI_STATUS_SIZE /= 8 .or. MPI_SOURCE /= 1 .or. MPI_TAG /= 2 .or. MPI_ERROR /= 3) stop 13
  if (MPI_DISPLACEMENT_CURRENT /= -1 .or. MPI_ANY_TAG /= -2) stop 14
  if (MPI_MAX_PROCESSOR_NAME /= 255) stop 15 ! one less than in C
  call MPI_PCONTROL(1)
  call MPI_FINALIZE(ierror)
  call MPI_FINALIZED(flag, ierror)
  if (.not. flag) stop 16
  print '(a)', 'done 16'

contains

  ! MPI_Free_mem wants the memory itself.
  subroutine release(at)
    use, intrinsic :: iso_c_binding
    integer(kind=MPI_ADDRESS_KIND), intent(in) :: at
    real, pointer :: memory(:)

    call c_f_pointer(transfer(at, c_null_ptr), memory, [25])
    memory = 1
    call MPI_FREE_MEM(memory, ierror)
    if (ierror /= MPI_SUCCESS) stop 17
  end subroutine
end program
