// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancellation.hpp>
#include <abide/waitable_timer.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <random>

#include "harness/keep.hpp"

namespace bench {

/// A far timeout that does not happen, among n timers that are all far too.
class abide_timers {
 public:
  explicit abide_timers(std::size_t n) : live_(new abide::waitable_timer[n]) {
    std::mt19937 random;
    for (std::size_t i = 0; i != n; ++i) {
      live_[i].set(abide::deadline::after(hour_ + std::chrono::milliseconds(random() % 7'200'000)));
    }
  }

  void arm_and_disarm_source() {
    source_.cancel_after(2 * hour_);
    source_.cancel_at(abide::deadline::never());
  }
  void make_and_destroy_source() { keep(abide::cancellation_source(2 * hour_).stop_possible()); }
  void arm_and_disarm_timer() {
    timer_.set(abide::deadline::after(2 * hour_));
    timer_.cancel();
  }

 private:
  static constexpr std::chrono::hours hour_{1};

  const std::unique_ptr<abide::waitable_timer[]> live_;
  abide::cancellation_source source_;
  abide::waitable_timer timer_;
};

}  // namespace bench
