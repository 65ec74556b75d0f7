! SPDX-License-Identifier: BSD-2-Clause
! fortran_threads.f90: files of libgfortran in a program with threads, opened or not, and closed.
program fortran_threads
    use omp_lib
    implicit none
    integer :: unit, status, i, total
    character(len=32) :: text

    total = 0
    !$omp parallel do reduction(+:total)
    do i = 1, 100
        write (text, '(i0)') i
        read (text, *) status
        total = total + status
    end do
    !$omp end parallel do
    if (total /= 5050) stop 1

    ! Every attempt to open, also one that fails, makes a unit and destroys it.
    open (newunit=unit, file='/no/such/folder/file', status='old', iostat=status)
    if (status == 0) stop 2
    open (newunit=unit, file='/dev/null', iostat=status)
    if (status /= 0) stop 3
    write (unit, *) 'nothing'
    close (unit)
    print '(a)', 'ok'
end program
