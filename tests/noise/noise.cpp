// SPDX-License-Identifier: BSL-1.0
#include <abide/sys/noise.hpp>

#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>

#include "seed.hpp"

namespace abide {
inline namespace v1 {
namespace noise {
namespace {

std::uint32_t chosen_seed() noexcept {
  const char* const wanted = std::getenv("ABIDE_NOISE_SEED");
  std::uint32_t number = 0;
  if (wanted != nullptr && *wanted != '\0') {
    number = static_cast<std::uint32_t>(std::strtoul(wanted, nullptr, 10));
  } else {
    // Not clock_gettime(), which makes noise.
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    number = static_cast<std::uint32_t>(now >> 8) ^ (static_cast<std::uint32_t>(::getpid()) << 16);
  }
  return number;
}

}  // namespace

std::uint32_t seed() noexcept {
  static const std::uint32_t value = chosen_seed();
  return value;
}

std::uint32_t first_place() noexcept {
  // Relaxed: threads only have to differ; noise must not order what it disturbs.
  static constinit std::atomic<std::uint32_t> threads{0};
  const std::uint32_t n = threads.fetch_add(1, std::memory_order_relaxed) + 1;
  // Two multiplications spread what differs in a few bits over all of them.
  std::uint32_t mixed = (seed() ^ (n * 0x9e3779b9u)) * 0x85ebca6bu;
  mixed = (mixed ^ (mixed >> 15)) * 0xc2b2ae35u;
  return mixed | 1;
}

void give_way() noexcept {
  if (!once_in(8)) {
    ::sched_yield();
    return;
  }
  // Not nanosleep(), at which pthread_cancel() may end the thread.
  const timespec some{0, 20'000};
  const int error = errno;
  // Six arguments, as __wrap_syscall() takes them.
  (void)::syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &some, nullptr, 0, 0);
  errno = error;
}

}  // namespace noise
}  // namespace v1
}  // namespace abide
