// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <csignal>
#include <cstddef>
#include <exception>

namespace model {

/// While it lives, a fault of a run (a jump through freed memory, a failed assertion,
/// std::terminate) is a failure of that run and not the end of the program.
class signal_guard {
 public:
  signal_guard();
  ~signal_guard();
  signal_guard(const signal_guard&) = delete;
  signal_guard& operator=(const signal_guard&) = delete;

 private:
  static constexpr std::array signals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT};
  static constexpr std::size_t stack_bytes = 64 * 1024;

  std::array<struct sigaction, signals.size()> before_;
  stack_t stack_before_;
  std::terminate_handler terminate_before_;
  std::byte stack_[stack_bytes];
};

}  // namespace model
