// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace fuzz {

inline constexpr std::int64_t nanoseconds_a_millisecond = 1'000'000;

inline std::int64_t whole_milliseconds(std::int64_t nanoseconds) {
  const std::int64_t whole = nanoseconds / nanoseconds_a_millisecond;
  return nanoseconds % nanoseconds_a_millisecond < 0 ? whole - 1 : whole;
}

/// Instants of a sequence, in nanoseconds from its beginning, no two of them the same: of those in
/// one millisecond the one given first is the earlier. After 0 ms: one that has passed.
class instants {
 public:
  std::int64_t after(std::int64_t now, int delay) {
    return (whole_milliseconds(now) + (delay == 0 ? -1 : delay)) * nanoseconds_a_millisecond +
           ++given_;
  }

 private:
  std::int64_t given_ = 0;
};

}  // namespace fuzz
