! SPDX-License-Identifier: BSD-2-Clause
! fortran_f08.f90: module mpi_f08: handles as derived types, ierror left out, sections of arrays as buffers of
! blocking and nonblocking calls, callbacks, large counts, topologies. With any number of ranks; prints "ok"
! once.
module called
  use mpi_f08
  use, intrinsic :: iso_c_binding
  implicit none
  integer :: bad = 0, errors = 0
  type(MPI_Comm) :: handler_comm

contains

  subroutine expect(holds, what)
    logical, intent(in) :: holds
    character(len=*), intent(in) :: what

    if (holds) return
    bad = bad + 1
    print '(2a)', 'wrong: ', what
  end subroutine

  subroutine longest(invec, inoutvec, len, datatype)
    type(c_ptr), value :: invec, inoutvec
    integer :: len
    type(MPI_Datatype) :: datatype
    double precision, pointer :: a(:), b(:)

    if (datatype /= MPI_DOUBLE_PRECISION) bad = bad + 1
    call c_f_pointer(invec, a, [len])
    call c_f_pointer(inoutvec, b, [len])
    where (abs(a) > abs(b)) b = a
  end subroutine

  subroutine copy(comm, keyval, extra_state, in, out, flag, ierror)
    type(MPI_Comm) :: comm
    integer :: keyval, ierror
    integer(kind=MPI_ADDRESS_KIND) :: extra_state, in, out
    logical :: flag

    if (comm /= MPI_COMM_SELF) bad = bad + 1
    out = in*extra_state
    flag = .true.
    ierror = MPI_SUCCESS
  end subroutine

  subroutine handler(comm, code)
    type(MPI_Comm) :: comm
    integer :: code

    errors = errors + 1
    handler_comm = comm
  end subroutine
end module

program fortran_f08
  use mpi_f08
  use called
  implicit none
  integer :: rank, ranks, total

  call MPI_Init()
  call MPI_Comm_rank(MPI_COMM_WORLD, rank)
  call MPI_Comm_size(MPI_COMM_WORLD, ranks)
  call blocking_sections()
  call started_sections()
  call typed_sections()
  call refused_sections()
  call scalars_and_shapes()
  call callbacks()
  call large()
  call statuses()
  call topologies()
  call memory()
  call MPI_Allreduce(bad, total, 1, MPI_INTEGER, MPI_SUM, MPI_COMM_WORLD)
  if (total > 0) call MPI_Abort(MPI_COMM_WORLD, 1)
  if (rank == 0) print '(a)', 'ok'
  call MPI_Finalize()

contains

  subroutine blocking_sections()
    double precision :: a(10, 8), b(10, 8), sum(10)
    integer :: i

    a = reshape([(i, i=1, 80)], [10, 8])
    b = 0
    call MPI_Sendrecv(a(2:8:3, 1:8:2), 12, MPI_DOUBLE_PRECISION, 0, 0, b(1:10:4, 8:2:-2), 12, &
                      MPI_DOUBLE_PRECISION, 0, 0, MPI_COMM_SELF, MPI_STATUS_IGNORE)
    call expect(all(b(1:10:4, 8:2:-2) == a(2:8:3, 1:8:2)), 'sendrecv of sections')
    call expect(count(b /= 0) == 12, 'nothing else was written')
    b = rank
    call MPI_Bcast(b(3, :), 8, MPI_DOUBLE_PRECISION, 0, MPI_COMM_WORLD)
    call expect(all(b(3, :) == 0) .and. all(b(4, :) == rank), 'bcast of a row')
    a = 1
    sum = -1
    call MPI_Allreduce(a(:, 3), sum(10:1:-1), 10, MPI_DOUBLE_PRECISION, MPI_SUM, MPI_COMM_WORLD)
    call expect(all(sum == ranks), 'allreduce to a section')
    ! Less than the section: its rest stays as it is.
    b = 5
    call MPI_Sendrecv(a(1, 1:2), 2, MPI_DOUBLE_PRECISION, 0, 0, b(:, 1:8:7), 20, MPI_DOUBLE_PRECISION, 0, 0, &
                      MPI_COMM_SELF, MPI_STATUS_IGNORE)
    call expect(all(b(1:2, 1) == 1) .and. all(b(3:, 1) == 5) .and. all(b(:, 8) == 5), 'a short message')
    call MPI_Reduce_local(a(1:9:2, 1), b(1, 1:5), 5, MPI_DOUBLE_PRECISION, MPI_SUM)
    call expect(all(b(1, 1:5) == [2, 6, 6, 6, 6]), 'reduce_local')
  end subroutine

  ! The halo of a grid in both directions.
  subroutine started_sections()
    integer, asynchronous :: a(0:6, 0:9), east(5)
    type(MPI_Request) :: requests(4)
    type(MPI_Status) :: got(4)
    integer :: next, previous, n, i

    next = mod(rank + 1, ranks)
    previous = mod(rank + ranks - 1, ranks)
    a = -1
    a(1:5, 1:8) = reshape([(100*rank + i, i=1, 40)], [5, 8])
    call MPI_Irecv(a(0, 1:8), 8, MPI_INTEGER, previous, 1, MPI_COMM_WORLD, requests(1))
    call MPI_Irecv(a(6, 8:1:-1), 8, MPI_INTEGER, next, 2, MPI_COMM_WORLD, requests(2))
    call MPI_Isend(a(5, 1:8), 8, MPI_INTEGER, next, 1, MPI_COMM_WORLD, requests(3))
    call MPI_Isend(a(1, 8:1:-1), 8, MPI_INTEGER, previous, 2, MPI_COMM_WORLD, requests(4))
    call MPI_Waitall(4, requests, got)
    call expect(all(a(0, 1:8) == [(100*previous + 5*i, i=1, 8)]), 'from the west')
    call expect(all(a(6, 1:8) == [(100*next + 5*i - 4, i=1, 8)]), 'from the east')
    call expect(all(a(0:6, 0) == -1) .and. all(a(0:6, 9) == -1), 'the other rims')
    call MPI_Get_count(got(1), MPI_INTEGER, n)
    call expect(n == 8 .and. got(1)%MPI_SOURCE == previous .and. got(2)%MPI_TAG == 2, 'the statuses')
    call expect(all(requests == MPI_REQUEST_NULL), 'the requests')
    ! A persistent request of a section.
    call MPI_Send_init(a(1:5, 3), 5, MPI_INTEGER, 0, 3, MPI_COMM_SELF, requests(1))
    call MPI_Recv_init(a(1:5:1, 4:4), 5, MPI_INTEGER, 0, 3, MPI_COMM_SELF, requests(2))
    call MPI_Recv_init(a(2, 1:9:2), 5, MPI_INTEGER, 0, 3, MPI_COMM_SELF, requests(3))
    do i = 1, 3
      east = a(1:5, 3)
      call MPI_Start(requests(1))
      call MPI_Start(requests(merge(2, 3, i < 3)))
      call MPI_Wait(requests(1), MPI_STATUS_IGNORE)
      call MPI_Wait(requests(merge(2, 3, i < 3)), MPI_STATUS_IGNORE)
      if (i == 3) call expect(all(a(2, 1:9:2) == east), 'a persistent section')
    end do
    do i = 1, 3
      call MPI_Request_free(requests(i))
    end do
    call MPI_Ibcast(a(2:4:2, 2), 2, MPI_INTEGER, 0, MPI_COMM_WORLD, requests(1))
    call MPI_Wait(requests(1), MPI_STATUS_IGNORE)
  end subroutine

  ! A datatype with gaps, of a section with gaps: every other element of every third.
  subroutine typed_sections()
    integer, asynchronous :: a(40), b(5)
    type(MPI_Datatype) :: every_other
    type(MPI_Request) :: request
    integer :: i

    a = [(i, i=1, 40)]
    call MPI_Type_vector(5, 1, 2, MPI_INTEGER, every_other)
    call MPI_Type_commit(every_other)
    call MPI_Isend(a(1:40:3), 1, every_other, 0, 0, MPI_COMM_SELF, request)
    call MPI_Recv(b, 5, MPI_INTEGER, 0, 0, MPI_COMM_SELF, MPI_STATUS_IGNORE)
    call MPI_Wait(request, MPI_STATUS_IGNORE)
    call expect(all(b == [1, 7, 13, 19, 25]), 'a type of a section, started')
    b = 0
    call MPI_Sendrecv(a(1:40:3), 1, every_other, 0, 0, b, 5, MPI_INTEGER, 0, 0, MPI_COMM_SELF, &
                      MPI_STATUS_IGNORE)
    call expect(all(b == [1, 7, 13, 19, 25]), 'a type of a section')
    call MPI_Type_free(every_other)
    call expect(every_other == MPI_DATATYPE_NULL, 'type is null')
  end subroutine

  ! What no datatype describes is an error, and does no harm.
  subroutine refused_sections()
    integer, asynchronous :: a(20), b(20)
    type(MPI_Request) :: request
    integer :: ierror, class

    call MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN)
    request = MPI_REQUEST_NULL
    a = 3
    b = 4
    call MPI_Iallreduce(a(1:20:2), b(1:20:2), 10, MPI_INTEGER, MPI_SUM, MPI_COMM_SELF, request, ierror)
    if (ierror == MPI_SUCCESS) then ! another library can
      call MPI_Wait(request, MPI_STATUS_IGNORE)
      call expect(all(b(1:20:2) == 3), 'iallreduce of sections')
    else
      call MPI_Error_class(ierror, class)
      call expect(class == MPI_ERR_BUFFER .and. request == MPI_REQUEST_NULL .and. all(b == 4), 'refused')
    end if
    call MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_ARE_FATAL)
  end subroutine

  subroutine scalars_and_shapes()
    integer :: a(3, 3, 3), i
    character(len=8) :: text, texts(2)
    logical :: flag
    double precision, allocatable :: b(:)

    call MPI_Sendrecv('a string', 8, MPI_CHARACTER, 0, 0, text, 8, MPI_CHARACTER, 0, 0, MPI_COMM_SELF, &
                      MPI_STATUS_IGNORE)
    call expect(text == 'a string', 'a string')
    texts = ['first   ', 'second  ']
    call MPI_Bcast(texts, 16, MPI_CHARACTER, 0, MPI_COMM_WORLD)
    call expect(texts(2) == 'second', 'strings')
    call MPI_Allreduce(.true., flag, 1, MPI_LOGICAL, MPI_LAND, MPI_COMM_WORLD)
    call expect(flag, 'a logical')
    a = reshape([(i, i=1, 27)], [3, 3, 3])
    call MPI_Sendrecv(a(1, 1, 2), 9, MPI_INTEGER, 0, 0, a(1, 1, 1), 9, MPI_INTEGER, 0, 0, MPI_COMM_SELF, &
                      MPI_STATUS_IGNORE)
    call expect(a(1, 1, 1) == 10 .and. a(3, 3, 1) == 18, 'from an element on')
    allocate (b(0))
    call MPI_Bcast(b, 0, MPI_DOUBLE_PRECISION, 0, MPI_COMM_WORLD)
    i = 7
    call MPI_Allreduce(MPI_IN_PLACE, i, 1, MPI_INTEGER, MPI_MAX, MPI_COMM_WORLD)
    call expect(i == 7, 'in place')
    call MPI_Sizeof(a, i)
    call expect(i == 4, 'sizeof')
    call assumed(a, 27)
  end subroutine

  subroutine assumed(a, n)
    integer :: n, a(*), b(27)

    call MPI_Sendrecv(a, n, MPI_INTEGER, 0, 0, b, n, MPI_INTEGER, 0, 0, MPI_COMM_SELF, MPI_STATUS_IGNORE)
    call expect(all(b == a(1:n)), 'an array of assumed size')
  end subroutine

  subroutine callbacks()
    type(MPI_Op) :: op
    type(MPI_Comm) :: comm
    type(MPI_Errhandler) :: errhandler
    integer :: key, x, ierror
    integer(kind=MPI_ADDRESS_KIND) :: value
    double precision :: mine(2), all(2)
    logical :: flag

    mine = [-1d0*rank, 1d0]
    call MPI_Op_create(longest, .true., op)
    call MPI_Allreduce(mine, all, 2, MPI_DOUBLE_PRECISION, op, MPI_COMM_WORLD)
    call expect(abs(all(1)) == ranks - 1 .and. all(2) == 1, 'an operation')
    call MPI_Op_free(op)
    call MPI_Comm_create_keyval(copy, MPI_COMM_NULL_DELETE_FN, key, 3_MPI_ADDRESS_KIND)
    call MPI_Comm_set_attr(MPI_COMM_SELF, key, 14_MPI_ADDRESS_KIND)
    call MPI_Comm_dup(MPI_COMM_SELF, comm)
    call MPI_Comm_get_attr(comm, key, value, flag)
    call expect(flag .and. value == 42, 'an attribute')
    call MPI_Comm_delete_attr(MPI_COMM_SELF, key)
    call MPI_Comm_free_keyval(key)
    call MPI_Comm_create_errhandler(handler, errhandler)
    call MPI_Comm_set_errhandler(comm, errhandler)
    call MPI_Errhandler_free(errhandler)
    call MPI_Send(x, 1, MPI_INTEGER, 7, 0, comm, ierror)
    call expect(ierror /= MPI_SUCCESS .and. errors == 1 .and. handler_comm == comm, 'an error handler')
    call MPI_Comm_free(comm)
    call expect(comm == MPI_COMM_NULL, 'comm is null')
  end subroutine

  ! The same names with counts of another kind.
  subroutine large()
    integer(kind=MPI_COUNT_KIND) :: n, size
    integer :: a(6), b(6)
    type(MPI_Status) :: status
    type(MPI_Datatype) :: type

    n = 6
    a = rank
    call MPI_Sendrecv(a(1:6:1), n, MPI_INTEGER, 0, 0, b(6:1:-1), n, MPI_INTEGER, 0, 0, MPI_COMM_SELF, status)
    call expect(all(a == b), 'large counts')
    call MPI_Get_count(status, MPI_INTEGER, n)
    call expect(n == 6, 'a large count of a status')
    n = 2_MPI_COUNT_KIND**33
    call MPI_Type_contiguous(n, MPI_INTEGER, type)
    call MPI_Type_size(type, size)
    call expect(size == 4*n, 'a large type')
    call MPI_Type_free(type)
  end subroutine

  subroutine statuses()
    integer :: old(MPI_STATUS_SIZE), n
    type(MPI_Status) :: status, again
    type(MPI_Message) :: message

    type(MPI_Request) :: request

    n = 17
    call MPI_Isend(n, 1, MPI_INTEGER, 0, 5, MPI_COMM_SELF, request)
    call MPI_Mprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_SELF, message, status)
    call MPI_Status_f082f(status, old)
    call MPI_Status_f2f08(old, again)
    call expect(again%MPI_TAG == 5 .and. again%MPI_SOURCE == 0, 'a status there and back')
    call MPI_Get_elements(again, MPI_INTEGER, n)
    call expect(n == 1, 'its elements')
    call MPI_Mrecv(n, 1, MPI_INTEGER, message, status)
    call MPI_Wait(request, MPI_STATUS_IGNORE)
    call expect(n == 17 .and. message == MPI_MESSAGE_NULL, 'mrecv')
  end subroutine

  subroutine topologies()
    type(MPI_Comm) :: grid, ring
    integer :: dims(2), coords(2), left, right, up, down, got(4), me, i
    logical :: periods(2)

    dims = 0
    call MPI_Dims_create(ranks, 2, dims)
    call expect(product(dims) == ranks, 'dims_create')
    call MPI_Cart_create(MPI_COMM_WORLD, 2, dims, [.true., .false.], .false., grid)
    call MPI_Comm_rank(grid, me)
    call MPI_Cart_get(grid, 2, dims, periods, coords)
    call expect(periods(1) .and. .not. periods(2), 'cart_get')
    call MPI_Cart_rank(grid, coords, i)
    call expect(i == me, 'cart_rank')
    call MPI_Cart_shift(grid, 0, 1, up, down)
    call MPI_Cart_shift(grid, 1, 1, left, right)
    got = -1
    call MPI_Neighbor_allgather(me, 1, MPI_INTEGER, got, 1, MPI_INTEGER, grid)
    call expect(got(1) == up .and. got(2) == down, 'neighbours around')
    call expect(got(3) == merge(left, -1, left /= MPI_PROC_NULL), 'the left neighbour')
    call expect(got(4) == merge(right, -1, right /= MPI_PROC_NULL), 'the right neighbour')
    call MPI_Comm_free(grid)
    call MPI_Dist_graph_create_adjacent(MPI_COMM_WORLD, 1, [mod(rank + ranks - 1, ranks)], MPI_UNWEIGHTED, 1, &
                                        [mod(rank + 1, ranks)], MPI_UNWEIGHTED, MPI_INFO_NULL, .false., ring)
    call MPI_Neighbor_alltoallw(rank, [1], [0_MPI_ADDRESS_KIND], [MPI_INTEGER], i, [1], &
                                [0_MPI_ADDRESS_KIND], [MPI_INTEGER], ring)
    call expect(i == mod(rank + ranks - 1, ranks), 'neighbor_alltoallw')
    call MPI_Comm_free(ring)
  end subroutine

  subroutine memory()
    type(c_ptr) :: where, buffer
    double precision, pointer :: a(:)
    character, target, save :: room(4000)
    integer :: bytes

    call MPI_Alloc_mem(800_MPI_ADDRESS_KIND, MPI_INFO_NULL, where)
    call c_f_pointer(where, a, [100])
    a = 1
    call MPI_Free_mem(a)
    call MPI_Buffer_attach(room, 4000)
    call MPI_Buffer_detach(buffer, bytes)
    call expect(bytes == 4000 .and. c_associated(buffer, c_loc(room)), 'detached')
  end subroutine
end program
