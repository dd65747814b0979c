// SPDX-License-Identifier: BSL-1.0
#include <abide/sys/noise.hpp>

#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

// The system calls with which src/platform/linux sleeps, wakes, raises and tells the time, with
// noise around them. The linker sends a call of F here, as __wrap_F, and a call of __real_F to the
// C library (ld --wrap), so the platform's sources are compiled as they are.
//
// Besides delays: a sleep may end for no reason, as after a signal, and a timeout may come late.
// The porting contract allows all of that; the system itself prefers a changed word, a passed
// deadline or a ready handle to an interruption.

using namespace abide::noise;

namespace {

constexpr std::uint32_t sleeps_for_one_that_does_not = 8;

// What a signal handler does to a sleep.
int interrupted() noexcept {
  errno = EINTR;
  return -1;
}

// Calls, and leaves errno as the call did.
template <class Call>
auto with_noise(Call call) noexcept {
  around_call();
  const auto result = call();
  const int error = errno;
  around_call();
  errno = error;
  return result;
}

}  // namespace

extern "C" {

long __real_syscall(long number, ...);
int __real_ppoll(pollfd*, nfds_t, const timespec*, const sigset_t*);
ssize_t __real_read(int, void*, size_t);
ssize_t __real_write(int, const void*, size_t);
int __real_clock_gettime(clockid_t, timespec*);

long __wrap_syscall(long number, ...) {
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& argument : a) argument = va_arg(list, long);
  va_end(list);
  const auto call = [&] { return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]); };
  if (number != SYS_futex) return call();
  const bool sleeps = (a[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
  if (sleeps && once_in(sleeps_for_one_that_does_not)) return interrupted();
  return with_noise(call);
}

int __wrap_ppoll(pollfd* handles, nfds_t n, const timespec* timeout, const sigset_t* mask) {
  const bool sleeps = timeout == nullptr || timeout->tv_sec != 0 || timeout->tv_nsec != 0;
  if (sleeps && once_in(sleeps_for_one_that_does_not)) return interrupted();
  return with_noise([&] { return __real_ppoll(handles, n, timeout, mask); });
}

ssize_t __wrap_read(int handle, void* to, size_t size) {
  return with_noise([&] { return __real_read(handle, to, size); });
}

ssize_t __wrap_write(int handle, const void* from, size_t size) {
  return with_noise([&] { return __real_write(handle, from, size); });
}

int __wrap_clock_gettime(clockid_t clock, timespec* t) {
  const int result = __real_clock_gettime(clock, t);
  around_atomic();  // the answer is old by then
  return result;
}

}  // extern "C"
