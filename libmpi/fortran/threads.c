// SPDX-License-Identifier: BSD-2-Clause
// threads.c: the functions of libpthread that libgfortran needs once a program has threads.
//
// libgfortran.a refers to them weakly and calls all of them as soon as it finds one of them there. In
// a static link that is wrong: an archive's member comes along only for those names that somebody
// needs strongly, and a call of one of the others jumps to address 0 (OPEN and CLOSE with -fopenmp).
// So here they are needed. mpifort links this file by `-u`, MPI_INIT by a reference.
#include "libmpi/fortran/fortran.h"
#include <pthread.h>

#define NEED(name) (const void *)(name)

const void *const mpii_fortran_threads[] = {
    NEED(pthread_cond_broadcast), NEED(pthread_cond_destroy), NEED(pthread_cond_init),
    NEED(pthread_cond_signal),    NEED(pthread_cond_wait),    NEED(pthread_create),
    NEED(pthread_equal),          NEED(pthread_getspecific),  NEED(pthread_join),
    NEED(pthread_key_create),     NEED(pthread_key_delete),   NEED(pthread_mutex_destroy),
    NEED(pthread_mutex_init),     NEED(pthread_mutex_lock),   NEED(pthread_mutex_trylock),
    NEED(pthread_mutex_unlock),   NEED(pthread_once),         NEED(pthread_self),
    NEED(pthread_setspecific),
};
