// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

// Link support/allocations.cpp: it replaces operator new and operator delete.

namespace support {

/// How many times the calling thread has called operator new so far.
std::size_t allocations() noexcept;

/// While it lives, one operator new of the calling thread throws std::bad_alloc: the n-th from now,
/// counted from 0.
class failing_allocation {
 public:
  explicit failing_allocation(std::size_t n) noexcept;
  failing_allocation(const failing_allocation&) = delete;
  failing_allocation& operator=(const failing_allocation&) = delete;
  ~failing_allocation();

  /// Whether it came to that.
  bool has_failed() const noexcept;
};

}  // namespace support
