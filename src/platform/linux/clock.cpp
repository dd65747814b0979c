// SPDX-License-Identifier: BSL-1.0
#include <time.h>

#include "platform/sys.hpp"

namespace abide {
inline namespace v1 {

std::chrono::steady_clock::time_point sys::now() noexcept {
  // Cannot fail: the clock exists on every Linux and the pointer is good.
  timespec t;
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return std::chrono::steady_clock::time_point(std::chrono::seconds(t.tv_sec) +
                                               std::chrono::nanoseconds(t.tv_nsec));
}

}  // namespace v1
}  // namespace abide
