// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>

namespace bench {

/// Counts every system call of the calling thread while it lives, those that libc makes inside its
/// own functions included. Slows each of them down, so it is for a pass of its own.
class system_call_counter {
 public:
  system_call_counter() noexcept;
  ~system_call_counter();
  system_call_counter(const system_call_counter&) = delete;
  system_call_counter& operator=(const system_call_counter&) = delete;

  /// So far; nothing where the machine offers no way to count.
  std::optional<unsigned long> count() const noexcept;
};

}  // namespace bench
