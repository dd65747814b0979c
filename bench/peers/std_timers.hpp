// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <random>

#include "harness/keep.hpp"

namespace bench {

/// What one writes with the standard library: a map, a mutex, and a thread, which is left out here.
class std_timers {
 public:
  explicit std_timers(std::size_t n) {
    std::mt19937 random;
    const auto now = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i != n; ++i) {
      live_.emplace(now + hour_ + std::chrono::milliseconds(random() % 7'200'000), this);
    }
  }

  void arm_and_disarm() {
    const auto armed = [this] {
      const auto due = std::chrono::steady_clock::now() + 2 * hour_;
      const std::lock_guard lock(mutex_);
      return live_.emplace(due, this);
    }();
    keep(&armed);
    const std::lock_guard lock(mutex_);
    live_.erase(armed);
  }

 private:
  static constexpr std::chrono::hours hour_{1};

  std::mutex mutex_;
  std::multimap<std::chrono::steady_clock::time_point, void*> live_;
};

}  // namespace bench
