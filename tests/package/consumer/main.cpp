// SPDX-License-Identifier: BSL-1.0
#include <abide/deadline.hpp>

#include <chrono>

int main() {
  const auto soon = abide::deadline::after(std::chrono::hours(1));
  return !soon.has_passed() && soon < abide::deadline::never() ? 0 : 1;
}
