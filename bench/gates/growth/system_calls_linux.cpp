// SPDX-License-Identifier: BSL-1.0
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <abide/sys/tally.hpp>

#include <cstdarg>

// The system calls with which src/platform/linux sleeps, wakes and raises, counted. The linker
// sends a call of F here, as __wrap_F, and a call of __real_F to the C library (ld --wrap), so the
// platform's sources are compiled as they are.

using abide::counting::call;
using abide::counting::note;

extern "C" {

long __real_syscall(long number, ...);
int __real_ppoll(pollfd*, nfds_t, const timespec*, const sigset_t*);
ssize_t __real_read(int, void*, size_t);
ssize_t __real_write(int, const void*, size_t);

long __wrap_syscall(long number, ...) {
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& argument : a) argument = va_arg(list, long);
  va_end(list);
  if (number == SYS_futex) {
    note((a[1] & FUTEX_CMD_MASK) == FUTEX_WAKE ? call::wake : call::sleep);
  }
  return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int __wrap_ppoll(pollfd* handles, nfds_t n, const timespec* timeout, const sigset_t* mask) {
  note(call::other);
  return __real_ppoll(handles, n, timeout, mask);
}

ssize_t __wrap_read(int handle, void* to, size_t size) {
  note(call::other);
  return __real_read(handle, to, size);
}

ssize_t __wrap_write(int handle, const void* from, size_t size) {
  note(call::other);
  return __real_write(handle, from, size);
}

}  // extern "C"
