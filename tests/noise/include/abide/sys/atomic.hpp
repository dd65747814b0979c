// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sched.h>

#include <atomic>
#include <cstdint>

namespace abide {
inline namespace v1 {
/// std::atomic with a delay before and after some operations: stands in for <abide/sys/atomic.hpp>
/// in a noise build. Windows of a few instructions become windows of microseconds and of whole time
/// slices, so that a plain stress test meets in seconds what it would not meet in hours.
namespace sys {

inline void make_noise() noexcept {
  // xorshift; each thread starts somewhere else.
  thread_local std::uint32_t state =
      0x9e3779b9u ^ static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(&state) >> 4);
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  if ((state & 255) == 0) {
    ::sched_yield();
  } else if ((state & 7) == 1) {
    for (std::uint32_t i = (state >> 8) & 255; i != 0; --i) {
      asm volatile("");  // keeps the loop
    }
  }
}

struct noise {
  noise() noexcept { make_noise(); }
  ~noise() { make_noise(); }
};

template <class T>
class atomic {
 public:
  constexpr atomic() noexcept = default;
  constexpr atomic(T value) noexcept : value_(value) {}  // NOLINT: as std::atomic
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  T load(std::memory_order order) const noexcept {
    const noise around;
    return value_.load(order);
  }
  void store(T value, std::memory_order order) noexcept {
    const noise around;
    value_.store(value, order);
  }
  T exchange(T value, std::memory_order order) noexcept {
    const noise around;
    return value_.exchange(value, order);
  }
  bool compare_exchange_strong(T& expected, T value, std::memory_order success,
                               std::memory_order failure) noexcept {
    const noise around;
    return value_.compare_exchange_strong(expected, value, success, failure);
  }
  bool compare_exchange_weak(T& expected, T value, std::memory_order success,
                             std::memory_order failure) noexcept {
    const noise around;
    return value_.compare_exchange_weak(expected, value, success, failure);
  }
  T fetch_add(T value, std::memory_order order) noexcept {
    const noise around;
    return value_.fetch_add(value, order);
  }
  T fetch_sub(T value, std::memory_order order) noexcept {
    const noise around;
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
