// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/export.hpp>

namespace abide {
inline namespace v1 {

/// What a raw handle is watched for, and what was found. A set: combine with |, & and ~.
enum class io : unsigned { readable = 1, writable = 2, priority = 4, hang_up = 8, error = 16 };

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
