// SPDX-License-Identifier: BSL-1.0
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

#include "platform/linux/fail.hpp"
#include "platform/linux/uncancelable.hpp"
#include "platform/sys_process.hpp"

namespace abide {
inline namespace v1 {
namespace sys {
namespace {

constexpr int last_signal = 64;

constexpr bool contains(std::uint64_t signals, int n) noexcept {
  return (signals >> (n - 1) & 1) != 0;
}

sigset_t to_sigset(std::uint64_t signals) noexcept {
  sigset_t set;
  ::sigemptyset(&set);
  for (int n = 1; n <= last_signal; ++n) {
    if (contains(signals, n)) ::sigaddset(&set, n);
  }
  return set;
}

}  // namespace

bool is_blockable(int signal) noexcept {
  // The C library refuses the numbers that it keeps for itself.
  sigset_t set;
  ::sigemptyset(&set);
  return signal <= last_signal && signal != SIGKILL && signal != SIGSTOP &&
         ::sigaddset(&set, signal) == 0;
}

std::uint64_t block_signals(std::uint64_t signals) noexcept {
  const sigset_t set = to_sigset(signals);
  sigset_t before;
  if (const int error = ::pthread_sigmask(SIG_BLOCK, &set, &before)) fail("pthread_sigmask", error);
  for (int n = 1; n <= last_signal; ++n) {
    if (contains(signals, n) && ::sigismember(&before, n) == 1) {
      signals &= ~(std::uint64_t{1} << (n - 1));
    }
  }
  return signals;
}

void unblock_signals(std::uint64_t signals) noexcept {
  const sigset_t set = to_sigset(signals);
  if (const int error = ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr)) {
    fail("pthread_sigmask", error);
  }
}

native_handle_type open_signals(std::uint64_t signals) {
  const sigset_t set = to_sigset(signals);
  const int fd = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) refuse("signalfd", errno);
  return fd;
}

std::optional<pending_signal> take_signal(native_handle_type fd) {
  const uncancelable guard;
  signalfd_siginfo info;
  while (::read(fd, &info, sizeof info) < 0) {
    if (errno == EAGAIN) return std::nullopt;
    if (errno != EINTR) refuse("signalfd", errno);
  }
  return pending_signal{static_cast<int>(info.ssi_signo), static_cast<int>(info.ssi_pid)};
}

}  // namespace sys
}  // namespace v1
}  // namespace abide
