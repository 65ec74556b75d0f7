// SPDX-License-Identifier: BSD-2-Clause
// file_ioctl.c: ioctl(2). Terminals are what libcs ask about: does output go to one, how wide is
// it?
#include "kernel/syscall/path.h"
#include "lib/lib.h"
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <asm/termios.h>
#include <asm/unistd.h>
#include <linux/errno.h>

#define CONSOLE_ROWS 24 // of a terminal nobody can ask: the classic
#define CONSOLE_COLUMNS 80

// A terminal as Linux sets it up; lines are edited by the launcher's terminal or by io/input.c.
static const struct termios terminal = {
    .c_iflag = ICRNL | IXON,
    .c_oflag = OPOST | ONLCR,
    .c_cflag = B38400 | CS8 | CREAD,
    .c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | IEXTEN,
    .c_cc = {[VINTR] = 3, [VERASE] = 0x7f, [VKILL] = 0x15, [VEOF] = 4, [VMIN] = 1},
};

static long stream_ioctl(struct thread *self, const struct file *file, uint32_t request, uint64_t addr)
{
    bool is_terminal = file->kind <= FILE_STDERR && io_is_terminal(file->kind);
    struct winsize size = {.ws_row = CONSOLE_ROWS, .ws_col = CONSOLE_COLUMNS};
    size_t bytes = request == TCGETS ? sizeof terminal : request == TIOCGWINSZ ? sizeof size : 4;
    bool ended;

    if (request != TCGETS && request != TIOCGWINSZ && request != FIONREAD)
        return -ENOTTY;
    if (request != FIONREAD && !is_terminal)
        return -ENOTTY;
    if (!user_writable(addr, bytes))
        return -EFAULT;
    if (request == TCGETS)
        memcpy((void *)addr, &terminal, bytes);
    else if (request == TIOCGWINSZ)
        memcpy((void *)addr, &size, bytes);
    else if (file->kind == FILE_STDIN)
        *(int *)addr = (int)io_available(self->rank, &ended);
    else
        return -ENOTTY;
    return 0;
}

long sys_ioctl(struct thread *self, const uint64_t arg[6])
{
    struct file *file = file_get(self->rank, arg[0]);
    uint32_t request = (uint32_t)arg[1];

    if (!file)
        return -EBADF;
    if (request == FIOCLEX || request == FIONCLEX) {
        file->cloexec = request == FIOCLEX;
        return 0;
    }
    if (file->kind == FILE_HOST)
        return host(__NR_ioctl, (uint64_t[6]){(uint64_t)file->host_fd, arg[1], arg[2]});
    return stream_ioctl(self, file, request, arg[2]);
}
