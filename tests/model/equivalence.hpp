// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "address_table.hpp"
#include "footprint.hpp"
#include "host.hpp"

namespace model {

/// What a run is, up to the order of independent steps: two runs get the same number if the steps
/// of each thread are the same in both, found and left the same and ended in the same way, and
/// every two steps that depend on each other came in the same order; others by chance only.
class equivalence {
 public:
  void start_run() noexcept {
    threads_ = {};
    steps_ = {};
    barriers_ = 0;
    changes_.start_run();
  }

  /// A thread makes a step.
  void step(int thread, footprint made) {
    const auto t = static_cast<std::size_t>(thread);
    mix(t, barriers_);
    ++steps_[t];
    if (made.how == footprint::kind::everything) {
      ++barriers_;
      for (const std::uint32_t n : steps_) mix(t, n);
      return;
    }
    std::uint64_t& changes = changes_[made.at];
    if (made.changes()) ++changes;
    mix(t, reinterpret_cast<std::uintptr_t>(made.at));
    mix(t, changes);
  }

  /// What the step found, chose or left.
  void observe(int thread, std::uint64_t what) noexcept {
    mix(static_cast<std::size_t>(thread), what);
  }

  std::uint64_t number() const noexcept {
    std::uint64_t n = 0;
    for (const std::uint64_t t : threads_) n = combine(n, t);
    return n;
  }

 private:
  static std::uint64_t combine(std::uint64_t a, std::uint64_t b) noexcept {
    std::uint64_t n = (a ^ b) * 0x9E3779B97F4A7C15u;
    n = (n ^ n >> 29) * 0xBF58476D1CE4E5B9u;
    return n ^ n >> 32;
  }
  void mix(std::size_t thread, std::uint64_t what) noexcept {
    threads_[thread] = combine(threads_[thread] + thread + 1, what);
  }

  std::array<std::uint64_t, max_threads> threads_ = {};
  std::array<std::uint32_t, max_threads> steps_ = {};
  std::uint64_t barriers_ = 0;
  address_table<std::uint64_t> changes_;  // how many there were, at each address
};

}  // namespace model
