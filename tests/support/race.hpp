// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

#include "support/running.hpp"

namespace support {

/// Lets n threads go on at the same moment, as nearly as it gets, as often as they meet.
class start_line {
 public:
  explicit start_line(long n) : threads_(n) {}
  void meet() {
    const long all = (arrived_.fetch_add(1) / threads_ + 1) * threads_;
    // Awake, or the first would be late; but on a busy machine the last needs the processor.
    for (int i = 0; arrived_.load() < all; ++i) {
      if (i > 2000) std::this_thread::yield();
    }
  }

 private:
  const long threads_;
  std::atomic<long> arrived_{0};
};

/// Stays awake for a few nanoseconds times n.
inline void linger(long n) {
  std::atomic<long> count = 0;
  while (count.fetch_add(1, std::memory_order_relaxed) < n) {}
}

/// Makes a Round, calls its here() and, on another thread, its there() at about the same moment,
/// then its check(); again and again, until one fails. What the two do meets at another point in
/// each round.
template <class Round>
void race(long rounds) {
  start_line line(2);
  std::optional<Round> round;
  const auto other = run([&] {
    for (long n = 0;; ++n) {
      line.meet();
      if (!round) return;
      linger(n % 61);
      round->there();
      line.meet();
    }
  });
  for (; rounds != 0 && !testing::Test::HasFailure(); --rounds) {
    round.emplace();
    line.meet();
    linger(rounds % 67);
    round->here();
    line.meet();
    round->check();
  }
  round.reset();
  line.meet();
}

}  // namespace support
