// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancellation.hpp>
#include <abide/sleep.hpp>

#include <atomic>
#include <chrono>
#include <mutex>
#include <random>
#include <utility>

namespace support {

/// A source that is canceled again and again; each time a new one takes its place.
class renewed_source {
 public:
  abide::cancellation_token token() {
    const std::lock_guard guard(mutex_);
    return source_.token();
  }

  /// Cancels at random moments, less than `apart` from each other, until close().
  void cancel_at_random(unsigned seed, std::chrono::microseconds apart) {
    std::mt19937 random(seed);
    const auto most = static_cast<unsigned>(apart.count());
    while (!closed_.load(std::memory_order_relaxed)) {
      renew().cancel();
      abide::sleep_for(std::chrono::microseconds(random() % most));
    }
  }
  void close() { closed_.store(true, std::memory_order_relaxed); }

 private:
  abide::cancellation_source renew() {
    const std::lock_guard guard(mutex_);
    return std::exchange(source_, abide::cancellation_source());
  }

  std::atomic<bool> closed_{false};
  std::mutex mutex_;
  abide::cancellation_source source_;
};

}  // namespace support
