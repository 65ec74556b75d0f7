! SPDX-License-Identifier: BSD-2-Clause
! fortran_mpi.f90: module mpi: buffers of any type, objects, and procedures of the program that MPI calls:
! operations, attributes, error handlers, generalized requests. With any number of ranks and any MPI but
! MPICH 4.0, whose MPI_WAITANY adds 1 to MPI_UNDEFINED. Prints "ok" once.
module called
  use mpi
  implicit none
  integer :: bad = 0, copies = 0, deletions = 0, errors = 0, last_error = 0, queries = 0, frees = 0
  integer :: handler_comm = 0

contains

  subroutine expect(holds, what)
    logical, intent(in) :: holds
    character(len=*), intent(in) :: what

    if (holds) return
    bad = bad + 1
    print '(2a)', 'wrong: ', what
  end subroutine

  ! An operation that does not commute: 2 by 2 matrices.
  subroutine multiply(a, b, n, datatype)
    integer, intent(in) :: n, datatype
    double precision, intent(in) :: a(2, 2, n)
    double precision, intent(inout) :: b(2, 2, n)
    integer :: i, bytes, ierr

    call MPI_Type_size(datatype, bytes, ierr)
    if (bytes /= 32) bad = bad + 1
    do i = 1, n
      b(:, :, i) = matmul(a(:, :, i), b(:, :, i))
    end do
  end subroutine

  subroutine copy(comm, keyval, extra_state, in, out, flag, ierr)
    integer :: comm, keyval, ierr
    integer(kind=MPI_ADDRESS_KIND) :: extra_state, in, out
    logical :: flag

    copies = copies + 1
    out = in + extra_state
    flag = in > 0
    ierr = MPI_SUCCESS
  end subroutine

  subroutine delete(comm, keyval, value, extra_state, ierr)
    integer :: comm, keyval, ierr
    integer(kind=MPI_ADDRESS_KIND) :: value, extra_state

    deletions = deletions + 1
    ierr = MPI_SUCCESS
    if (value == 13) ierr = MPI_ERR_OTHER
  end subroutine

  subroutine old_copy(comm, keyval, extra_state, in, out, flag, ierr)
    integer :: comm, keyval, extra_state, in, out, ierr
    logical :: flag

    out = in * extra_state
    flag = .true.
    ierr = MPI_SUCCESS
  end subroutine

  subroutine handler(comm, code)
    integer :: comm, code

    errors = errors + 1
    last_error = code
    handler_comm = comm
  end subroutine

  subroutine query(extra_state, status, ierr)
    integer(kind=MPI_ADDRESS_KIND) :: extra_state
    integer :: status(MPI_STATUS_SIZE), ierr

    queries = queries + 1
    call MPI_Status_set_elements(status, MPI_INTEGER, int(extra_state), ierr)
    call MPI_Status_set_cancelled(status, .false., ierr)
    status(MPI_SOURCE) = 7
    status(MPI_TAG) = 8
    ierr = MPI_SUCCESS
  end subroutine

  subroutine release(extra_state, ierr)
    integer(kind=MPI_ADDRESS_KIND) :: extra_state
    integer :: ierr

    frees = frees + 1
    ierr = MPI_SUCCESS
  end subroutine

  subroutine cancel(extra_state, complete, ierr)
    integer(kind=MPI_ADDRESS_KIND) :: extra_state
    logical :: complete
    integer :: ierr

    ierr = MPI_SUCCESS
  end subroutine
end module

program fortran_mpi
  use mpi
  use called
  implicit none
  integer :: rank, ranks, ierr, total
  ! many_requests: more of them than the library converts without memory of its own
  integer, parameter :: many = 70
  integer :: requests(2*many), got(many), sent(many), next, previous

  call MPI_Init_thread(MPI_THREAD_FUNNELED, total, ierr)
  call MPI_Comm_rank(MPI_COMM_WORLD, rank, ierr)
  call MPI_Comm_size(MPI_COMM_WORLD, ranks, ierr)
  call many_requests()
  call probes()
  call persistent()
  call operations()
  call attributes()
  call handlers()
  call generalized()
  call datatypes()
  call alltoallw()
  call packing()
  call strings()
  call groups()
  call buffered()
  call MPI_Allreduce(bad, total, 1, MPI_INTEGER, MPI_SUM, MPI_COMM_WORLD, ierr)
  if (total > 0) call MPI_Abort(MPI_COMM_WORLD, 1, ierr)
  if (rank == 0) print '(a)', 'ok'
  call MPI_Finalize(ierr)

contains

  ! Waited for in every way.
  subroutine many_requests()
    integer :: statuses(MPI_STATUS_SIZE, 2*many), status(MPI_STATUS_SIZE)
    integer :: i, index, count, indices(2*many), done
    logical :: flag

    next = mod(rank + 1, ranks)
    previous = mod(rank + ranks - 1, ranks)
    sent = [(1000*rank + i, i=1, many)]
    call start()
    call MPI_Waitall(2*many, requests, statuses, ierr)
    call expect(all(requests == MPI_REQUEST_NULL), 'all null')
    call expect(all(statuses(MPI_TAG, 1:many) == [(i, i=1, many)]), 'tags')
    call expect(all(statuses(MPI_SOURCE, 1:many) == previous), 'sources')
    call finish('waitall')

    call start()
    do i = 1, 2*many
      call MPI_Waitany(2*many, requests, index, status, ierr)
      call expect(index >= 1 .and. index <= 2*many, 'waitany index')
      if (index <= many) call expect(status(MPI_TAG) == index, 'waitany tag')
      call expect(requests(index) == MPI_REQUEST_NULL, 'waitany null')
    end do
    call MPI_Waitany(2*many, requests, index, MPI_STATUS_IGNORE, ierr)
    call expect(index == MPI_UNDEFINED, 'waitany undefined')
    call finish('waitany')

    call start()
    done = 0
    do while (done < 2*many)
      call MPI_Waitsome(2*many, requests, count, indices, statuses, ierr)
      call expect(count >= 1, 'waitsome count')
      do i = 1, count
        if (indices(i) <= many) call expect(statuses(MPI_TAG, i) == indices(i), 'waitsome tag')
      end do
      done = done + count
    end do
    call MPI_Waitsome(2*many, requests, count, indices, MPI_STATUSES_IGNORE, ierr)
    call expect(count == MPI_UNDEFINED, 'waitsome undefined')
    call finish('waitsome')

    call start()
    flag = .false.
    do while (.not. flag)
      call MPI_Testall(2*many, requests, flag, MPI_STATUSES_IGNORE, ierr)
    end do
    call finish('testall')

    call start()
    do i = 1, 2*many
      flag = .false.
      do while (.not. flag)
        call MPI_Testany(2*many, requests, index, flag, status, ierr)
      end do
      call expect(requests(index) == MPI_REQUEST_NULL, 'testany null')
    end do
    call finish('testany')
  end subroutine

  subroutine start()
    integer :: k

    got = 0
    do k = 1, many
      call MPI_Irecv(got(k), 1, MPI_INTEGER, previous, k, MPI_COMM_WORLD, requests(k), ierr)
    end do
    do k = many, 1, -1
      call MPI_Isend(sent(k), 1, MPI_INTEGER, next, k, MPI_COMM_WORLD, requests(many + k), ierr)
    end do
  end subroutine

  subroutine finish(what)
    character(len=*), intent(in) :: what
    integer :: k

    call expect(all(got == [(1000*previous + k, k=1, many)]), what)
    call MPI_Barrier(MPI_COMM_WORLD, ierr)
  end subroutine

  subroutine probes()
    integer :: status(MPI_STATUS_SIZE), count, message, request
    character(len=20) :: text
    logical :: flag

    call MPI_Isend('hello, Fortran', 14, MPI_CHARACTER, rank, 5, MPI_COMM_WORLD, request, ierr)
    call MPI_Probe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, status, ierr)
    call MPI_Get_count(status, MPI_CHARACTER, count, ierr)
    call expect(count == 14 .and. status(MPI_TAG) == 5, 'probe')
    call MPI_Iprobe(rank, 6, MPI_COMM_WORLD, flag, status, ierr)
    call expect(.not. flag, 'iprobe')
    call MPI_Mprobe(rank, 5, MPI_COMM_WORLD, message, status, ierr)
    text = ' '
    call MPI_Mrecv(text, 20, MPI_CHARACTER, message, status, ierr)
    call expect(text == 'hello, Fortran' .and. message == MPI_MESSAGE_NULL, 'mrecv')
    call MPI_Wait(request, MPI_STATUS_IGNORE, ierr)
    call MPI_Improbe(rank, 5, MPI_COMM_WORLD, flag, message, status, ierr)
    call expect(.not. flag, 'improbe')
  end subroutine

  subroutine persistent()
    integer :: pair(2), i, was
    real, asynchronous :: a(3), b(3)

    call MPI_Send_init(a, 3, MPI_REAL, 0, 1, MPI_COMM_SELF, pair(1), ierr)
    call MPI_Recv_init(b, 3, MPI_REAL, 0, 1, MPI_COMM_SELF, pair(2), ierr)
    was = pair(2)
    do i = 1, 5
      a = [i, i + 1, i + 2]
      call MPI_Startall(2, pair, ierr)
      call MPI_Waitall(2, pair, MPI_STATUSES_IGNORE, ierr)
      call expect(all(b == a) .and. pair(2) == was, 'persistent')
    end do
    call MPI_Request_free(pair(1), ierr)
    call MPI_Request_free(pair(2), ierr)
    call expect(all(pair == MPI_REQUEST_NULL), 'request_free')
  end subroutine

  subroutine operations()
    integer :: matrix, op
    double precision :: mine(2, 2), all(2, 2), wanted(2, 2), step(2, 2)
    logical :: flag, commute
    integer :: i

    call MPI_Type_contiguous(4, MPI_DOUBLE_PRECISION, matrix, ierr)
    call MPI_Type_commit(matrix, ierr)
    call MPI_Op_create(multiply, .false., op, ierr)
    call MPI_Op_commutative(op, commute, ierr)
    call expect(.not. commute, 'op_commutative')
    mine = matrix_of(rank)
    call MPI_Allreduce(mine, all, 1, matrix, op, MPI_COMM_WORLD, ierr)
    wanted = reshape([1, 0, 0, 1], [2, 2])
    do i = 0, ranks - 1
      step = matrix_of(i)
      wanted = matmul(wanted, step)
    end do
    call expect(maxval(abs(all - wanted)) < 1d-9, 'an operation of mine')
    call MPI_Op_free(op, ierr)
    call expect(op == MPI_OP_NULL, 'op is null')
    call MPI_Type_free(matrix, ierr)
    call MPI_Allreduce(rank == 0, flag, 1, MPI_LOGICAL, MPI_LAND, MPI_COMM_WORLD, ierr)
    call expect(flag .eqv. (ranks == 1), 'and')
    call MPI_Allreduce(rank == 0, flag, 1, MPI_LOGICAL, MPI_LOR, MPI_COMM_WORLD, ierr)
    call expect(flag, 'or')
  end subroutine

  function matrix_of(i) result(m)
    integer, intent(in) :: i
    double precision :: m(2, 2)

    m = reshape([1d0, 0d0, mod(i, 3)*1d0, 1d0 + mod(i, 2)*0.5d0], [2, 2])
  end function

  subroutine attributes()
    integer :: comm, key, old_key, old_value, old_dup
    integer(kind=MPI_ADDRESS_KIND) :: value, extra
    logical :: flag

    call MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, value, flag, ierr)
    call expect(flag .and. value >= 32767, 'tag_ub')
    extra = 2
    call MPI_Comm_create_keyval(copy, delete, key, extra, ierr)
    call MPI_Comm_get_attr(MPI_COMM_SELF, key, value, flag, ierr)
    call expect(.not. flag, 'no attribute')
    value = 2_MPI_ADDRESS_KIND**40
    call MPI_Comm_set_attr(MPI_COMM_SELF, key, value, ierr)
    call MPI_Comm_dup(MPI_COMM_SELF, comm, ierr)
    call MPI_Comm_get_attr(comm, key, value, flag, ierr)
    call expect(flag .and. value == 2_MPI_ADDRESS_KIND**40 + 2 .and. copies == 1, 'copied')
    call MPI_Comm_get_attr(MPI_COMM_SELF, key, value, flag, ierr)
    call expect(flag .and. value == 2_MPI_ADDRESS_KIND**40, 'the original')
    call MPI_Comm_free(comm, ierr)
    call expect(deletions == 1, 'deleted')
    value = -1
    call MPI_Comm_set_attr(MPI_COMM_SELF, key, value, ierr)
    call expect(deletions == 2, 'replaced')
    call MPI_Comm_dup(MPI_COMM_SELF, comm, ierr)
    call MPI_Comm_get_attr(comm, key, value, flag, ierr)
    call expect(.not. flag, 'not copied')
    call MPI_Comm_free(comm, ierr)
    call MPI_Comm_delete_attr(MPI_COMM_SELF, key, ierr)
    call MPI_Comm_free_keyval(key, ierr)
    call expect(key == MPI_KEYVAL_INVALID .and. deletions == 3, 'key is gone')

    ! As MPI 1 had them, and by the copy functions that the library has.
    call MPI_Keyval_create(old_copy, MPI_NULL_DELETE_FN, old_key, 3, ierr)
    call MPI_Keyval_create(MPI_DUP_FN, MPI_NULL_DELETE_FN, old_dup, 0, ierr)
    call MPI_Attr_put(MPI_COMM_SELF, old_key, -14, ierr)
    call MPI_Attr_put(MPI_COMM_SELF, old_dup, -15, ierr)
    call MPI_Comm_dup(MPI_COMM_SELF, comm, ierr)
    call MPI_Attr_get(comm, old_key, old_value, flag, ierr)
    call expect(flag .and. old_value == -42, 'old attribute')
    call MPI_Attr_get(comm, old_dup, old_value, flag, ierr)
    call expect(flag .and. old_value == -15, 'old dup')
    call MPI_Comm_free(comm, ierr)
    call MPI_Attr_delete(MPI_COMM_SELF, old_key, ierr)
    call MPI_Attr_delete(MPI_COMM_SELF, old_dup, ierr)
    call MPI_Keyval_free(old_key, ierr)
    call MPI_Keyval_free(old_dup, ierr)
    call MPI_Comm_create_keyval(MPI_COMM_DUP_FN, MPI_COMM_NULL_DELETE_FN, key, extra, ierr)
    value = 77
    call MPI_Comm_set_attr(MPI_COMM_SELF, key, value, ierr)
    call MPI_Comm_dup(MPI_COMM_SELF, comm, ierr)
    value = 0
    call MPI_Comm_get_attr(comm, key, value, flag, ierr)
    call expect(flag .and. value == 77, 'dup_fn')
    call MPI_Comm_free(comm, ierr)
    call MPI_Comm_delete_attr(MPI_COMM_SELF, key, ierr)
    call MPI_Comm_free_keyval(key, ierr)
  end subroutine

  subroutine handlers()
    integer :: comm, errhandler, got, x, class, length, my_class
    character(len=MPI_MAX_ERROR_STRING) :: text

    call MPI_Comm_dup(MPI_COMM_SELF, comm, ierr)
    call MPI_Comm_create_errhandler(handler, errhandler, ierr)
    call MPI_Comm_set_errhandler(comm, errhandler, ierr)
    call MPI_Comm_get_errhandler(comm, got, ierr)
    call expect(got /= MPI_ERRHANDLER_NULL, 'errhandler')
    call MPI_Errhandler_free(got, ierr)
    call MPI_Send(x, 1, MPI_INTEGER, 5, 0, comm, ierr)
    call MPI_Error_class(ierr, class, x)
    call expect(class == MPI_ERR_RANK .and. errors == 1 .and. last_error == ierr, 'handler')
    call expect(handler_comm == comm, "the handler's communicator")
    call MPI_Errhandler_free(errhandler, ierr)
    call MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN, ierr)
    call MPI_Bcast(x, -1, MPI_INTEGER, 0, comm, ierr)
    call MPI_Error_class(ierr, class, x)
    call expect(class == MPI_ERR_COUNT .and. errors == 1, 'errors_return')
    call MPI_Comm_free(comm, ierr)
    call MPI_Add_error_class(my_class, ierr)
    call MPI_Add_error_string(my_class, 'an error of mine', ierr)
    call MPI_Error_string(my_class, text, length, ierr)
    call expect(text == 'an error of mine' .and. length == 16, 'error string')
  end subroutine

  subroutine generalized()
    integer :: request, status(MPI_STATUS_SIZE), count
    integer(kind=MPI_ADDRESS_KIND), save :: extra
    logical :: flag

    extra = 12
    call MPI_Grequest_start(query, release, cancel, extra, request, ierr)
    call MPI_Test(request, flag, status, ierr)
    call expect(.not. flag, 'not complete')
    call MPI_Grequest_complete(request, ierr)
    call MPI_Wait(request, status, ierr)
    call MPI_Get_elements(status, MPI_INTEGER, count, ierr)
    call expect(count == 12 .and. status(MPI_SOURCE) == 7 .and. status(MPI_TAG) == 8, 'its status')
    call expect(queries == 1 .and. frees == 1, 'its callbacks')
  end subroutine

  subroutine datatypes()
    type record
      sequence
      double precision :: x
      integer :: i(3)
      character(len=4) :: c
    end type
    type(record) :: from(2), to(2)
    integer :: type, one, types(3), integers(20), datatypes_got(3), ni, na, nd, combiner, bytes, length
    integer(kind=MPI_ADDRESS_KIND) :: at(3), base, lb, extent, addresses(3)
    integer :: sub, a(6, 5), b(3, 2), status(MPI_STATUS_SIZE), i
    character(len=MPI_MAX_OBJECT_NAME) :: name

    call MPI_Get_address(from(1), base, ierr)
    call MPI_Get_address(from(1)%x, at(1), ierr)
    call MPI_Get_address(from(1)%i, at(2), ierr)
    call MPI_Get_address(from(1)%c, at(3), ierr)
    types = [MPI_DOUBLE_PRECISION, MPI_INTEGER, MPI_CHARACTER]
    call MPI_Type_create_struct(3, [1, 3, 4], at - base, types, one, ierr)
    call MPI_Get_address(from(2), at(1), ierr)
    call MPI_Type_create_resized(one, 0_MPI_ADDRESS_KIND, at(1) - base, type, ierr)
    call MPI_Type_commit(type, ierr)
    from = [record(1d0, [1, 2, 3], 'abcd'), record(2d0, [4, 5, 6], 'efgh')]
    call MPI_Sendrecv(from, 2, type, 0, 0, to, 2, type, 0, 0, MPI_COMM_SELF, MPI_STATUS_IGNORE, ierr)
    call expect(to(2)%x == 2d0 .and. all(to(2)%i == [4, 5, 6]) .and. to(1)%c == 'abcd', 'records')
    call MPI_Type_get_envelope(one, ni, na, nd, combiner, ierr)
    call expect(ni == 4 .and. na == 3 .and. nd == 3 .and. combiner == MPI_COMBINER_STRUCT, 'envelope')
    call MPI_Type_get_contents(one, 20, 3, 3, integers, addresses, datatypes_got, ierr)
    call expect(all(integers(1:4) == [3, 1, 3, 4]) .and. all(datatypes_got == types), 'contents')
    call MPI_Type_get_extent(type, lb, extent, ierr)
    call expect(lb == 0 .and. extent == at(1) - base, 'extent')
    call MPI_Type_set_name(type, 'a record', ierr)
    call MPI_Type_get_name(type, name, length, ierr)
    call expect(name == 'a record' .and. length == 8, 'type name')
    call MPI_Type_free(type, ierr)
    call MPI_Type_free(one, ierr)

    ! Rows 2 to 4 and columns 3 and 4, counted from 0 in the call.
    a = reshape([(i, i=1, 30)], [6, 5])
    call MPI_Type_create_subarray(2, [6, 5], [3, 2], [1, 2], MPI_ORDER_FORTRAN, MPI_INTEGER, sub, ierr)
    call MPI_Type_commit(sub, ierr)
    call MPI_Sendrecv(a, 1, sub, 0, 0, b, 6, MPI_INTEGER, 0, 0, MPI_COMM_SELF, status, ierr)
    call expect(all(b == a(2:4, 3:4)), 'subarray')
    call MPI_Get_count(status, MPI_INTEGER, i, ierr)
    call expect(i == 6, 'subarray count')
    call MPI_Type_free(sub, ierr)

    call MPI_Type_create_f90_real(15, 300, type, ierr)
    call MPI_Type_size(type, bytes, ierr)
    call expect(bytes == 8, 'f90_real')
    call MPI_Type_create_f90_integer(12, type, ierr)
    call MPI_Type_size(type, bytes, ierr)
    call expect(bytes == 8, 'f90_integer')
    call MPI_Type_match_size(MPI_TYPECLASS_COMPLEX, 16, type, ierr)
    call expect(type == MPI_DOUBLE_COMPLEX .or. type == MPI_COMPLEX16, 'match_size')
    call MPI_Sizeof(from(1)%x, bytes, ierr)
    call expect(bytes == 8, 'sizeof')
    call MPI_Sizeof(from(1)%i, bytes, ierr)
    call expect(bytes == 4, 'sizeof an array')

    ! Absolute addresses.
    call MPI_Get_address(b, at(1), ierr)
    call MPI_Type_create_hindexed(1, [6], at(1:1), MPI_INTEGER, type, ierr)
    call MPI_Type_commit(type, ierr)
    call MPI_Sendrecv(MPI_BOTTOM, 1, type, 0, 0, a, 6, MPI_INTEGER, 0, 0, MPI_COMM_SELF, status, ierr)
    call expect(a(1, 1) == b(1, 1) .and. a(6, 1) == b(3, 2), 'bottom')
    call MPI_Type_free(type, ierr)
  end subroutine

  ! To each rank as many integers as its number says, in a type of its own.
  subroutine alltoallw()
    integer :: counts(0:ranks - 1), displacements(0:ranks - 1), types(0:ranks - 1)
    integer :: sent(0:ranks - 1), got(0:ranks - 1), i, request

    counts = 1
    displacements = [(4*i, i=0, ranks - 1)]
    types = [(merge(MPI_INTEGER, MPI_LOGICAL, mod(i + rank, 2) == 0), i=0, ranks - 1)]
    sent = [(rank*ranks + i, i=0, ranks - 1)]
    got = -1
    call MPI_Alltoallw(sent, counts, displacements, types, got, counts, displacements, types, &
                       MPI_COMM_WORLD, ierr)
    call expect(all(got == [(i*ranks + rank, i=0, ranks - 1)]), 'alltoallw')
    got = -1
    call MPI_Ialltoallw(sent, counts, displacements, types, got, counts, displacements, types, &
                        MPI_COMM_WORLD, request, ierr)
    call MPI_Wait(request, MPI_STATUS_IGNORE, ierr)
    call expect(all(got == [(i*ranks + rank, i=0, ranks - 1)]), 'ialltoallw')
  end subroutine

  subroutine packing()
    integer :: position, bytes, i
    character(len=200) :: buffer
    double precision :: x(3), y(3)
    integer(kind=MPI_ADDRESS_KIND) :: wide, at

    x = [1.5d0, -2d0, 1d300]
    position = 0
    call MPI_Pack_size(3, MPI_DOUBLE_PRECISION, MPI_COMM_SELF, bytes, ierr)
    call expect(bytes >= 24, 'pack_size')
    call MPI_Pack(17, 1, MPI_INTEGER, buffer, 200, position, MPI_COMM_SELF, ierr)
    call MPI_Pack(x, 3, MPI_DOUBLE_PRECISION, buffer, 200, position, MPI_COMM_SELF, ierr)
    position = 0
    call MPI_Unpack(buffer, 200, position, i, 1, MPI_INTEGER, MPI_COMM_SELF, ierr)
    call MPI_Unpack(buffer, 200, position, y, 3, MPI_DOUBLE_PRECISION, MPI_COMM_SELF, ierr)
    call expect(i == 17 .and. all(x == y), 'unpacked')
    call MPI_Pack_external_size('external32', 1, MPI_INTEGER, wide, ierr)
    at = 0
    call MPI_Pack_external('external32', 258, 1, MPI_INTEGER, buffer, 200_MPI_ADDRESS_KIND, at, ierr)
    call expect(wide == 4 .and. at == 4 .and. iachar(buffer(3:3)) == 1, 'external32')
  end subroutine

  subroutine strings()
    integer :: info, n, length
    character(len=30) :: value
    character(len=MPI_MAX_INFO_KEY) :: key
    character(len=3) :: short
    character(len=MPI_MAX_PROCESSOR_NAME) :: name
    logical :: flag

    call MPI_Info_create(info, ierr)
    call MPI_Info_set(info, '  wall clock ', ' one hour  ', ierr)
    call MPI_Info_set(info, 'b', 'two', ierr)
    call MPI_Info_get_nkeys(info, n, ierr)
    call expect(n == 2, 'nkeys')
    call MPI_Info_get(info, 'wall clock', 30, value, flag, ierr)
    call expect(flag .and. value == 'one hour', 'info_get')
    call MPI_Info_get(info, 'wall clock ', 8, short, flag, ierr)
    call expect(flag .and. short == 'one', 'info_get, cut')
    call MPI_Info_get(info, 'c', 30, value, flag, ierr)
    call expect(.not. flag, 'no such key')
    call MPI_Info_get_valuelen(info, 'wall clock', length, flag, ierr)
    call expect(flag .and. length == 8, 'valuelen')
    call MPI_Info_get_nthkey(info, 1, key, ierr)
    call expect(key == 'b', 'nthkey')
    call MPI_Info_delete(info, 'b', ierr)
    call MPI_Info_get_nkeys(info, n, ierr)
    call expect(n == 1, 'one key less')
    call MPI_Info_free(info, ierr)
    call expect(info == MPI_INFO_NULL, 'info is null')
    call MPI_Get_processor_name(name, length, ierr)
    call expect(length > 0 .and. len_trim(name) == length, 'processor name')
    call MPI_Comm_get_name(MPI_COMM_WORLD, name, length, ierr)
    call expect(name == 'MPI_COMM_WORLD' .and. length == 14, "the world's name")
  end subroutine

  subroutine groups()
    integer :: world, odd, ranges(3, 1), n, me, translated(1), request
    integer, asynchronous :: comm

    call MPI_Comm_group(MPI_COMM_WORLD, world, ierr)
    ranges(:, 1) = [0, ranks - 1, 2]
    call MPI_Group_range_incl(world, 1, ranges, odd, ierr)
    call MPI_Group_size(odd, n, ierr)
    call expect(n == (ranks + 1)/2, 'range_incl')
    call MPI_Group_translate_ranks(odd, 1, [n - 1], world, translated, ierr)
    call expect(translated(1) == 2*(n - 1), 'translate_ranks')
    call MPI_Comm_create(MPI_COMM_WORLD, odd, comm, ierr)
    if (mod(rank, 2) == 0) then
      call MPI_Comm_rank(comm, me, ierr)
      call expect(me == rank/2, 'comm_create')
      call MPI_Comm_free(comm, ierr)
    end if
    call expect(comm == MPI_COMM_NULL, 'no communicator')
    call idup(comm, request)
    call MPI_Wait(request, MPI_STATUS_IGNORE, ierr)
    call MPI_Comm_size(comm, n, ierr)
    call expect(n == ranks, 'idup')
    call MPI_Comm_free(comm, ierr)
    call MPI_Group_free(odd, ierr)
    call MPI_Group_free(world, ierr)
  end subroutine

  ! Its result is stored by the wait, when this call's variables are gone.
  subroutine idup(comm, request)
    integer, asynchronous :: comm
    integer :: request

    call MPI_Comm_idup(MPI_COMM_WORLD, comm, request, ierr)
  end subroutine

  subroutine buffered()
    integer, parameter :: room = 10000
    character, save :: buffer(room)
    integer :: bytes, x(100), y(100), i

    call MPI_Buffer_attach(buffer, room, ierr)
    x = [(i, i=1, 100)]
    call MPI_Bsend(x, 100, MPI_INTEGER, rank, 9, MPI_COMM_WORLD, ierr)
    call MPI_Recv(y, 100, MPI_INTEGER, rank, 9, MPI_COMM_WORLD, MPI_STATUS_IGNORE, ierr)
    call expect(all(x == y), 'bsend')
    call MPI_Buffer_detach(buffer, bytes, ierr)
    call expect(bytes == room, 'detached')
  end subroutine
end program
