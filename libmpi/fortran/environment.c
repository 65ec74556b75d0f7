// SPDX-License-Identifier: BSD-2-Clause
// environment.c: procedures about the environment that C has in another form.
#include "libmpi/fortran/fortran.h"

void pmpi_init_(int *ierror)
{
    __asm__ volatile("" : : "r"(mpii_fortran_threads)); // brings that file along
    mpii_fortran_return(ierror, PMPI_Init(NULL, NULL));
}
FORTRAN_PROCEDURE(init);
FORTRAN_F08(init);

void pmpi_init_thread_(const int *required, int *provided, int *ierror)
{
    __asm__ volatile("" : : "r"(mpii_fortran_threads));
    mpii_fortran_return(ierror, PMPI_Init_thread(NULL, NULL, *required, provided));
}
FORTRAN_PROCEDURE(init_thread);
FORTRAN_F08(init_thread);

void pmpi_pcontrol_(const int *level)
{
    (void)PMPI_Pcontrol(*level);
}
FORTRAN_PROCEDURE(pcontrol);
FORTRAN_F08(pcontrol);
