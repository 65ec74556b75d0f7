! SPDX-License-Identifier: BSD-2-Clause
! files_fortran.f90: every rank reads the same namelist and writes files of its own: formatted, direct
! access and stream. The namelist lies in "input.nml". What is written is the same on every machine.
program files_fortran
  use mpi
  implicit none
  integer, parameter :: dp = kind(1d0)
  integer :: rank, ranks, ierror, unit, i, points, code
  integer(8) :: place
  real(dp) :: spacing, x, sum
  character(len=32) :: title, name
  character(len=80) :: line
  logical :: there
  namelist /grid/ title, points, spacing

  call MPI_Init(ierror)
  call MPI_Comm_rank(MPI_COMM_WORLD, rank, ierror)
  call MPI_Comm_size(MPI_COMM_WORLD, ranks, ierror)

  open (newunit=unit, file='input.nml', status='old', action='read')
  read (unit, nml=grid)
  close (unit)

  write (name, '(a, i0, a)') 'points.', rank, '.txt'
  open (newunit=unit, file=name, status='new', action='write')
  write (unit, '(a, i0, a, i0)') trim(title)//': rank ', rank, ' of ', ranks
  do i = 1, points
    write (unit, '(i8, es24.15)') i, spacing*i + rank
  end do
  close (unit)

  ! One more line at its end, then all of it again.
  open (newunit=unit, file=name, status='old', position='append')
  write (unit, '(a)') 'the end'
  close (unit)
  open (newunit=unit, file=name, status='old', action='read')
  read (unit, '(a)') line
  sum = 0
  do i = 1, points
    read (unit, *) code, x
    if (code /= i) error stop 'a line is not where it should be'
    sum = sum + x
  end do
  read (unit, '(a)') line
  if (line /= 'the end') error stop 'the appended line is missing'
  read (unit, '(a)', iostat=code) line
  if (code >= 0) error stop 'there is something behind the end'
  close (unit)

  ! Direct access: backwards, so that each record makes room for the others.
  write (name, '(a, i0, a)') 'direct.', rank, '.bin'
  open (newunit=unit, file=name, access='direct', recl=8, status='replace', action='readwrite')
  do i = points, 1, -1
    write (unit, rec=i) spacing*i
  end do
  do i = 1, points
    read (unit, rec=i) x
    if (x /= spacing*i) error stop 'a record is wrong'
  end do
  inquire (unit=unit, size=place)
  if (place /= 8*points) error stop 'the file has another size'
  close (unit)

  write (name, '(a, i0)') 'scratch.', rank
  open (newunit=unit, file=name, access='stream', form='unformatted')
  write (unit) rank, sum
  close (unit, status='delete')
  inquire (file=name, exist=there)
  if (there) error stop 'a deleted file is still there'
  open (newunit=unit, file='absent', status='old', iostat=code)
  if (code == 0) error stop 'a file that is not there was opened'

  write (*, '(a)') 'files: ok'
  call MPI_Finalize(ierror)
end program
