// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

// What one thread asks the kernel, counted; and a clock of its own for it. For test programs that
// add support/kernel_calls_linux.cpp, whose functions stand in for the C library's.

namespace support {

struct kernel_calls {
  std::atomic<long> sleeps_and_wakes = 0;
  std::atomic<long> looks_at_the_clock = 0;
  std::atomic<std::int64_t> step = 0;  // nanoseconds by which each look at the clock advances it
};

/// Counts the calls of the thread that makes it while it lives. Its clock starts at the time that
/// it is and goes on by `step` only.
class counted_thread {
 public:
  explicit counted_thread(kernel_calls& calls) noexcept;
  ~counted_thread();
  counted_thread(const counted_thread&) = delete;
  counted_thread& operator=(const counted_thread&) = delete;
};

/// Binds the calling thread to one processor of those that it may use.
void use_one_processor();

/// How many processors the calling thread may use.
int usable_processors();

}  // namespace support
