// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "harness/keep.hpp"

namespace bench {

/// The limits of what one thread does alone: a word, the clock, the heap.
class raw_word {
 public:
  bool load() const { return word_.load(std::memory_order_acquire) != 0; }
  void cas() {
    std::uint64_t before = word_.load(std::memory_order_relaxed);
    word_.compare_exchange_strong(before, before ^ 1, std::memory_order_acq_rel);
  }
  std::int64_t read_clock() const {
    return std::chrono::steady_clock::now().time_since_epoch().count();
  }
  void use_heap() { keep(std::make_unique<unsigned char[]>(48).get()); }

 private:
  std::atomic<std::uint64_t> word_{0};
};

}  // namespace bench
