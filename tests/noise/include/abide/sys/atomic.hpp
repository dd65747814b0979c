// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/sys/noise.hpp>

#include <atomic>

namespace abide {
inline namespace v1 {
/// std::atomic with noise before and after its operations: stands in for <abide/sys/atomic.hpp> in
/// a noise build.
namespace sys {

struct noise_around {
  noise_around() noexcept { noise::around_atomic(); }
  ~noise_around() { noise::around_atomic(); }
};

template <class T>
class atomic {
 public:
  constexpr atomic() noexcept = default;
  constexpr atomic(T value) noexcept : value_(value) {}  // NOLINT: as std::atomic
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  T load(std::memory_order order) const noexcept {
    const noise_around it;
    return value_.load(order);
  }
  void store(T value, std::memory_order order) noexcept {
    const noise_around it;
    value_.store(value, order);
  }
  T exchange(T value, std::memory_order order) noexcept {
    const noise_around it;
    return value_.exchange(value, order);
  }
  bool compare_exchange_strong(T& expected, T value, std::memory_order success,
                               std::memory_order failure) noexcept {
    const noise_around it;
    return value_.compare_exchange_strong(expected, value, success, failure);
  }
  bool compare_exchange_weak(T& expected, T value, std::memory_order success,
                             std::memory_order failure) noexcept {
    const noise_around it;
    return value_.compare_exchange_weak(expected, value, success, failure);
  }
  T fetch_add(T value, std::memory_order order) noexcept {
    const noise_around it;
    return value_.fetch_add(value, order);
  }
  T fetch_sub(T value, std::memory_order order) noexcept {
    const noise_around it;
    return value_.fetch_sub(value, order);
  }

 private:
  std::atomic<T> value_{};
};

using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;

}  // namespace sys
}  // namespace v1
}  // namespace abide
