// SPDX-License-Identifier: BSL-1.0
#include "support/kernel_calls.hpp"

#include <dlfcn.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdarg>
#include <stdexcept>

namespace {

thread_local support::kernel_calls* counts = nullptr;
thread_local std::int64_t own_time = 0;

template <class F>
F* of_the_c_library(const char* name) noexcept {
  return reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

long syscall(long number, ...) noexcept {
  static const auto real = of_the_c_library<long(long, ...)>("syscall");
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& argument : a) argument = va_arg(list, long);
  va_end(list);
  if (counts != nullptr && number == SYS_futex) ++counts->sleeps_and_wakes;
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int clock_gettime(clockid_t clock, timespec* t) noexcept {
  static const auto real = of_the_c_library<int(clockid_t, timespec*)>("clock_gettime");
  if (counts == nullptr || clock != CLOCK_MONOTONIC) return real(clock, t);
  own_time += counts->step;
  t->tv_sec = own_time / 1'000'000'000;
  t->tv_nsec = own_time % 1'000'000'000;
  ++counts->looks_at_the_clock;
  return 0;
}

}  // extern "C"

namespace support {

counted_thread::counted_thread(kernel_calls& calls) noexcept {
  own_time = std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
  counts = &calls;
}

counted_thread::~counted_thread() { counts = nullptr; }

void use_one_processor() {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<unsigned>(::sched_getcpu()), &one);
  if (::sched_setaffinity(0, sizeof one, &one) != 0) throw std::runtime_error("cannot be bound");
}

int usable_processors() {
  cpu_set_t usable;
  return ::sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable) : 0;
}

}  // namespace support
