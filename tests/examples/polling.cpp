// SPDX-License-Identifier: BSL-1.0

// Work that never blocks asks its token now and then. The question is one load, so it may be asked
// in the innermost loop. Who cancels is no business of the work: here the source does it itself.
#include <abide/cancellation.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>

using namespace std::chrono_literals;

// Follows the Collatz sequence of every number down to 1. Returns: of how many.
std::uint64_t search(const abide::cancellation_token& stop) {
  std::uint64_t n = 0;
  while (!stop.is_cancellation_requested()) {
    for (std::uint64_t x = ++n; x > 1;) x = x % 2 == 0 ? x / 2 : 3 * x + 1;
  }
  return n;
}

int main() {
  abide::cancellation_source source(20ms);  // as far as 20 ms go
  const std::uint64_t n = search(source.token());
  std::printf("came to %llu\n", static_cast<unsigned long long>(n));
}
