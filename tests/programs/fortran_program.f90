! SPDX-License-Identifier: BSD-2-Clause
! fortran_program.f90: what a Fortran program uses: modules, allocatable arrays, derived types, formatted
! and internal I/O, arguments, environment. Prints only what is the same on every machine.
module heat
  implicit none
  integer, parameter :: dp = kind(1d0)

  type :: grid
    integer :: n = 0
    real(dp), allocatable :: t(:, :)
  contains
    procedure :: step
    procedure :: total
  end type

  integer :: steps_done = 0 ! every rank has its own

  interface grid
    module procedure make
  end interface

contains

  function make(n, hot) result(g)
    integer, intent(in) :: n
    real(dp), intent(in) :: hot
    type(grid) :: g

    g%n = n
    allocate (g%t(0:n + 1, 0:n + 1), source=0d0)
    g%t(0, :) = hot
  end function

  ! One step of Jacobi's method.
  subroutine step(self)
    class(grid), intent(inout) :: self
    real(dp), allocatable :: new(:, :)
    integer :: i, j

    allocate (new, source=self%t)
    do concurrent(i=1:self%n, j=1:self%n)
      new(i, j) = 0.25d0*(self%t(i - 1, j) + self%t(i + 1, j) + self%t(i, j - 1) + self%t(i, j + 1))
    end do
    call move_alloc(new, self%t)
    steps_done = steps_done + 1
  end subroutine

  pure real(dp) function total(self)
    class(grid), intent(in) :: self

    total = sum(self%t(1:self%n, 1:self%n))
  end function
end module

program fortran_program
  use, intrinsic :: iso_fortran_env, only: int64, error_unit
  use mpi
  use heat
  implicit none
  type(grid) :: plate
  integer :: rank, ranks, ierror, i, length, status, number
  integer(int64) :: fibonacci(60)
  character(len=:), allocatable :: argument
  character(len=64) :: value, line
  complex(dp) :: z

  call MPI_Init(ierror)
  call MPI_Comm_rank(MPI_COMM_WORLD, rank, ierror)
  call MPI_Comm_size(MPI_COMM_WORLD, ranks, ierror)

  do i = 1, command_argument_count()
    call get_command_argument(i, length=length)
    allocate (character(len=length) :: argument)
    call get_command_argument(i, argument)
    call say('argument ['//argument//']')
    deallocate (argument)
  end do
  call get_environment_variable('GREETING', value, status=status)
  if (status == 0) then
    call say('GREETING is ['//trim(value)//']')
  else
    call say('GREETING is [not set]')
  end if

  plate = grid(40, 100d0 + rank)
  do i = 1, 200
    call plate%step()
  end do
  write (line, '(a, i0, a, f14.6)') 'heat after ', steps_done, ' steps:', plate%total()
  call say(trim(line))

  fibonacci(1:2) = 1
  do i = 3, size(fibonacci)
    fibonacci(i) = fibonacci(i - 1) + fibonacci(i - 2)
  end do
  write (line, '(a, i0)') 'fibonacci: ', fibonacci(60) + rank
  call say(trim(line))

  line = '   17 2.5e3 (1.0,-2.0)'
  read (line, *) number, value, z
  write (line, '(a, i4.4, 1x, a, 2(1x, f6.2))') 'read: ', number, trim(value), z*z
  call say(trim(line))
  read (value, *, iostat=status) number
  call say(merge('bad number refused ', 'bad number accepted', status /= 0))
  write (error_unit, '(a, i0, a)') 'rank ', rank, ': a line on standard error'

  call MPI_Finalize(ierror)
  call say('ok')

contains

  subroutine say(text)
    character(len=*), intent(in) :: text

    print '(a, i0, a, i0, 2a)', 'rank ', rank, ' of ', ranks, ': ', text
  end subroutine
end program
