// SPDX-License-Identifier: BSL-1.0

// Work that never blocks asks its token now and then. The question is one load, so it may be asked
// in the innermost loop.
#include <abide/cancellation.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <thread>

// Looks for a number whose Collatz sequence is longer than any; there is none in reach.
std::uint64_t search(const abide::cancellation_token& stop) {
  std::uint64_t tried = 0;
  for (std::uint64_t n = 1; !stop.is_cancellation_requested(); ++n, ++tried) {
    for (std::uint64_t x = n; x > 1;) x = x % 2 == 0 ? x / 2 : 3 * x + 1;
  }
  return tried;
}

int main() {
  abide::cancellation_source source;
  std::uint64_t tried = 0;
  std::thread worker([&] { tried = search(source.token()); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  source.cancel();
  worker.join();
  std::printf("stopped after %llu numbers\n", static_cast<unsigned long long>(tried));
}
