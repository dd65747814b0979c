// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/export.hpp>

namespace abide {
inline namespace v1 {

/// What a raw handle is watched for, and what was found: a set of conditions, those of poll(2).
enum class io : unsigned {
  /// A read would not block: there is data, or its end (POLLIN).
  readable = 1,
  /// A write would not block (POLLOUT).
  writable = 2,
  /// Something exceptional, such as out-of-band data (POLLPRI).
  priority = 4,
  /// The other end is gone (POLLHUP). Found whether it was asked for or not.
  hang_up = 8,
  /// An error is pending, or the number is no open descriptor (POLLERR, POLLNVAL). Found whether it
  /// was asked for or not.
  error = 16
};

/// Union, intersection and complement of sets. The empty set is `io{}`.
constexpr io operator|(io a, io b) noexcept {
  return static_cast<io>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr io operator&(io a, io b) noexcept {
  return static_cast<io>(static_cast<unsigned>(a) & static_cast<unsigned>(b));
}
constexpr io operator~(io a) noexcept { return static_cast<io>(~static_cast<unsigned>(a) & 31u); }
constexpr io& operator|=(io& a, io b) noexcept { return a = a | b; }
constexpr io& operator&=(io& a, io b) noexcept { return a = a & b; }

}  // namespace v1
}  // namespace abide
