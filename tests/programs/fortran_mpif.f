! SPDX-License-Identifier: BSD-2-Clause
! fortran_mpif.f: MPI as the oldest programs use it: fixed form, mpif.h, no interfaces. The
! patterns are those of grid and spectral codes: exchanges with neighbours, transposes, reductions to a
! root, broadcasts of parameters, rows and columns of a grid of ranks. With any MPI and any number of
! ranks; prints "ok" once.
      program mpifh
      implicit none
      include 'mpif.h'
      integer rank, size, ierr, bad, total
      common /world/ rank, size, bad

      bad = 0
      call MPI_INIT(ierr)
      call MPI_COMM_RANK(MPI_COMM_WORLD, rank, ierr)
      call MPI_COMM_SIZE(MPI_COMM_WORLD, size, ierr)
      call params
      call ring
      call transp
      call rowcol
      call sorted
      call types
      call inplac
      call MPI_REDUCE(bad, total, 1, MPI_INTEGER, MPI_SUM, 0,
     &                MPI_COMM_WORLD, ierr)
      if (rank .eq. 0) then
         if (total .eq. 0) then
            print '(a)', 'ok'
         else
            print '(a,i8)', 'wrong: ', total
            call MPI_ABORT(MPI_COMM_WORLD, 1, ierr)
         end if
      end if
      call MPI_FINALIZE(ierr)
      end

      subroutine expect(holds, what)
      implicit none
      logical holds
      character*(*) what
      integer rank, size, bad
      common /world/ rank, size, bad

      if (holds) return
      bad = bad + 1
      print '(a,i4,2a)', 'rank ', rank, ': wrong: ', what
      end

!     Parameters of several types from the root.
      subroutine params
      implicit none
      include 'mpif.h'
      integer rank, size, bad, n(3), ierr
      double precision dt, start
      logical on
      character*12 name
      common /world/ rank, size, bad

      n(1) = 0
      dt = 0d0
      on = .false.
      name = ' '
      if (rank .eq. 0) then
         n(1) = 64
         n(2) = 32
         n(3) = 16
         dt = 0.25d0
         on = .true.
         name = 'CLASS S'
      end if
      start = MPI_WTIME()
      call MPI_BCAST(n, 3, MPI_INTEGER, 0, MPI_COMM_WORLD, ierr)
      call MPI_BCAST(dt, 1, MPI_DOUBLE_PRECISION, 0, MPI_COMM_WORLD,
     &               ierr)
      call MPI_BCAST(on, 1, MPI_LOGICAL, 0, MPI_COMM_WORLD, ierr)
      call MPI_BCAST(name, 12, MPI_CHARACTER, 0, MPI_COMM_WORLD, ierr)
      call expect(n(1) .eq. 64 .and. n(3) .eq. 16, 'integers')
      call expect(dt .eq. 0.25d0 .and. on, 'real and logical')
      call expect(name .eq. 'CLASS S', 'characters')
      call expect(MPI_WTIME() .ge. start, 'time')
      end

!     Faces to both neighbours: receives first, then sends, then waits, lengths short and long.
      subroutine ring
      implicit none
      include 'mpif.h'
      integer most
      parameter (most = 20000)
      integer rank, size, bad, ierr, left, right, n, i, count
      integer request(2), status(MPI_STATUS_SIZE)
      integer both(MPI_STATUS_SIZE, 2)
      double precision out(most), west(most), east(most)
      common /world/ rank, size, bad

      left = mod(rank + size - 1, size)
      right = mod(rank + 1, size)
      n = 1
   10 continue
      do 20 i = 1, n
         out(i) = rank * 1000d0 + i
   20 continue
      call MPI_IRECV(west, most, MPI_DOUBLE_PRECISION, left, 1,
     &               MPI_COMM_WORLD, request(1), ierr)
      call MPI_IRECV(east, most, MPI_DOUBLE_PRECISION, right, 2,
     &               MPI_COMM_WORLD, request(2), ierr)
      call MPI_SEND(out, n, MPI_DOUBLE_PRECISION, right, 1,
     &              MPI_COMM_WORLD, ierr)
      call MPI_SEND(out, n, MPI_DOUBLE_PRECISION, left, 2,
     &              MPI_COMM_WORLD, ierr)
      call MPI_WAIT(request(1), status, ierr)
      call expect(status(MPI_SOURCE) .eq. left, 'source')
      call expect(status(MPI_TAG) .eq. 1, 'tag')
      call MPI_GET_COUNT(status, MPI_DOUBLE_PRECISION, count, ierr)
      call expect(count .eq. n, 'count')
      call expect(request(1) .eq. MPI_REQUEST_NULL, 'request is null')
      call MPI_WAITALL(2, request, both, ierr)
      call expect(both(MPI_SOURCE, 2) .eq. right, 'source of two')
      do 30 i = 1, n
         call expect(west(i) .eq. left * 1000d0 + i, 'from the west')
         call expect(east(i) .eq. right * 1000d0 + i, 'from the east')
   30 continue
      n = n * 7
      if (n .lt. most) goto 10
      call MPI_SENDRECV(out, 5, MPI_DOUBLE_PRECISION, left, 3, west, 5,
     &                  MPI_DOUBLE_PRECISION, right, 3, MPI_COMM_WORLD,
     &                  MPI_STATUS_IGNORE, ierr)
      call expect(west(5) .eq. right * 1000d0 + 5, 'sendrecv')
      end

!     The transpose of a distributed matrix of complex numbers.
      subroutine transp
      implicit none
      include 'mpif.h'
      integer n
      parameter (n = 6)
      integer rank, size, bad, ierr, i, j, p
      double complex a(n * n * 64), b(n * n * 64), sum, all
      common /world/ rank, size, bad

      do 10 i = 1, n * n * size
         a(i) = dcmplx(rank, i)
   10 continue
      call MPI_ALLTOALL(a, n * n, MPI_DOUBLE_COMPLEX, b, n * n,
     &                  MPI_DOUBLE_COMPLEX, MPI_COMM_WORLD, ierr)
      do 30 p = 0, size - 1
         do 20 j = 1, n * n
            call expect(b(p * n * n + j) .eq.
     &                  dcmplx(p, rank * n * n + j), 'alltoall')
   20    continue
   30 continue
      sum = dcmplx(1d0, rank)
      call MPI_REDUCE(sum, all, 1, MPI_DOUBLE_COMPLEX, MPI_SUM, 0,
     &                MPI_COMM_WORLD, ierr)
      if (rank .eq. 0) call expect(all .eq.
     &   dcmplx(size, size * (size - 1) / 2), 'sum of complex')
      end

!     Rows and columns of a grid of ranks, and the place of the largest.
      subroutine rowcol
      implicit none
      include 'mpif.h'
      integer rank, size, bad, ierr, row, rows, mine, sum, length
      integer group, all, compare
      double precision pair(2), most(2)
      integer ipair(2), ileast(2)
      character*(MPI_MAX_OBJECT_NAME) name
      common /world/ rank, size, bad

      rows = 2
      call MPI_COMM_SPLIT(MPI_COMM_WORLD, mod(rank, rows), -rank, row,
     &                    ierr)
      call MPI_COMM_RANK(row, mine, ierr)
      call MPI_ALLREDUCE(1, sum, 1, MPI_INTEGER, MPI_SUM, row, ierr)
      call expect(sum .eq. (size - mod(rank, rows) + 1) / 2, 'row size')
      call expect(mine .eq. sum - 1 - rank / rows, 'row rank')
      call MPI_COMM_SET_NAME(row, 'row  ', ierr)
      name = 'x'
      call MPI_COMM_GET_NAME(row, name, length, ierr)
      call expect(length .eq. 3 .and. name .eq. 'row', 'name')
      call MPI_COMM_FREE(row, ierr)
      call expect(row .eq. MPI_COMM_NULL, 'freed')
      pair(1) = mod(rank, 3)
      pair(2) = rank
      call MPI_ALLREDUCE(pair, most, 1, MPI_2DOUBLE_PRECISION,
     &                   MPI_MAXLOC, MPI_COMM_WORLD, ierr)
      call expect(most(2) .eq. min(size - 1, 2), 'maxloc')
      ipair(1) = -rank
      ipair(2) = rank
      call MPI_ALLREDUCE(ipair, ileast, 1, MPI_2INTEGER, MPI_MINLOC,
     &                   MPI_COMM_WORLD, ierr)
      call expect(ileast(2) .eq. size - 1, 'minloc')
      call MPI_COMM_GROUP(MPI_COMM_WORLD, all, ierr)
      call MPI_GROUP_INCL(all, 1, rank, group, ierr)
      call MPI_GROUP_COMPARE(all, group, compare, ierr)
      call expect(compare .eq. MPI_IDENT .or. size .gt. 1, 'groups')
      call MPI_GROUP_FREE(group, ierr)
      call MPI_GROUP_FREE(all, ierr)
      end

!     Keys sorted into buckets: counts first, then the keys.
      subroutine sorted
      implicit none
      include 'mpif.h'
      integer rank, size, bad, ierr, i, j
      integer key(640), got(640)
      integer scount(64), sdispl(64), rcount(64), rdispl(64)
      common /world/ rank, size, bad

      j = 0
      do 20 i = 1, size
         scount(i) = mod(rank + i, 3)
         sdispl(i) = j
         j = j + scount(i)
   20 continue
      do 30 i = 1, j
         key(i) = rank
   30 continue
      call MPI_ALLTOALL(scount, 1, MPI_INTEGER, rcount, 1, MPI_INTEGER,
     &                  MPI_COMM_WORLD, ierr)
      j = 0
      do 40 i = 1, size
         rdispl(i) = j
         j = j + rcount(i)
   40 continue
      call MPI_ALLTOALLV(key, scount, sdispl, MPI_INTEGER, got, rcount,
     &                   rdispl, MPI_INTEGER, MPI_COMM_WORLD, ierr)
      do 60 i = 1, size
         call expect(rcount(i) .eq. mod(rank + i, 3), 'bucket size')
         do 50 j = 1, rcount(i)
            call expect(got(rdispl(i) + j) .eq. i - 1, 'key')
   50    continue
   60 continue
      end

!     A column's neighbour in a row-major matrix, and a record; by MPI 1's names too.
      subroutine types
      implicit none
      include 'mpif.h'
      integer rank, size, bad, ierr, i, rowtyp, record, extent, bytes
      integer block(2), oldtyp(2), displ(2)
      integer(kind=MPI_ADDRESS_KIND) lb, wide
      integer status(MPI_STATUS_SIZE)
      double precision a(4, 5), b(5)
      common /world/ rank, size, bad

      do 10 i = 1, 20
         a(mod(i - 1, 4) + 1, (i - 1) / 4 + 1) = i
   10 continue
      call MPI_TYPE_VECTOR(5, 1, 4, MPI_DOUBLE_PRECISION, rowtyp, ierr)
      call MPI_TYPE_COMMIT(rowtyp, ierr)
      call MPI_SENDRECV(a(2, 1), 1, rowtyp, rank, 4, b, 5,
     &                  MPI_DOUBLE_PRECISION, rank, 4, MPI_COMM_WORLD,
     &                  status, ierr)
      do 20 i = 1, 5
         call expect(b(i) .eq. 4 * i - 2, 'a row')
   20 continue
      call MPI_TYPE_GET_EXTENT(rowtyp, lb, wide, ierr)
      call expect(lb .eq. 0 .and. wide .eq. 17 * 8, 'extent')
      call MPI_TYPE_SIZE(rowtyp, bytes, ierr)
      call expect(bytes .eq. 40, 'size')
      call MPI_TYPE_FREE(rowtyp, ierr)
      block(1) = 1
      block(2) = 2
      displ(1) = 0
      displ(2) = 8
      oldtyp(1) = MPI_INTEGER
      oldtyp(2) = MPI_REAL8
      call MPI_TYPE_STRUCT(2, block, displ, oldtyp, record, ierr)
      call MPI_TYPE_EXTENT(record, extent, ierr)
      call expect(extent .eq. 24, 'extent of a record')
      call MPI_TYPE_FREE(record, ierr)
      call expect(record .eq. MPI_DATATYPE_NULL, 'type is null')
      end

      subroutine inplac
      implicit none
      include 'mpif.h'
      integer rank, size, bad, ierr, x(2), i, all(64)
      common /world/ rank, size, bad

      x(1) = rank
      x(2) = -rank
      call MPI_ALLREDUCE(MPI_IN_PLACE, x, 2, MPI_INTEGER, MPI_MAX,
     &                   MPI_COMM_WORLD, ierr)
      call expect(x(1) .eq. size - 1 .and. x(2) .eq. 0, 'in place')
      all(rank + 1) = rank
      call MPI_ALLGATHER(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, all, 1,
     &                   MPI_INTEGER, MPI_COMM_WORLD, ierr)
      do 10 i = 1, size
         call expect(all(i) .eq. i - 1, 'gathered in place')
   10 continue
      end
