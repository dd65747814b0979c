// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/sys/tally.hpp>

#include <atomic>
#include <cstdint>
#include <type_traits>

namespace abide {
inline namespace v1 {
/// std::atomic that tells what is done to it: stands in for <abide/sys/atomic.hpp> in a counting
/// build.
namespace sys {

template <class T>
class atomic {
 public:
  constexpr atomic() noexcept : atomic(T()) {}
  constexpr atomic(T value) noexcept : value_(value) {  // NOLINT: as std::atomic
    if (!std::is_constant_evaluated()) counting::note_made(this);
  }
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  T load(std::memory_order order) const noexcept {
    counting::note(this, counting::touch::load);
    return value_.load(order);
  }
  void store(T value, std::memory_order order) noexcept {
    counting::note(this, counting::touch::store);
    value_.store(value, order);
  }
  T exchange(T value, std::memory_order order) noexcept {
    counting::note(this, counting::touch::change);
    if constexpr (is_word) counting::note_unlock(this);
    return value_.exchange(value, order);
  }
  bool compare_exchange_strong(T& expected, T value, std::memory_order success,
                               std::memory_order failure) noexcept {
    const T before = expected;
    return note(before, value, value_.compare_exchange_strong(expected, value, success, failure));
  }
  bool compare_exchange_weak(T& expected, T value, std::memory_order success,
                             std::memory_order failure) noexcept {
    const T before = expected;
    return note(before, value, value_.compare_exchange_weak(expected, value, success, failure));
  }
  T fetch_add(T value, std::memory_order order) noexcept {
    counting::note(this, counting::touch::change);
    return value_.fetch_add(value, order);
  }
  T fetch_sub(T value, std::memory_order order) noexcept {
    counting::note(this, counting::touch::change);
    return value_.fetch_sub(value, order);
  }

 private:
  // The words that have a LOCK; its bit means nothing else in any of them.
  static constexpr bool is_word = std::is_same_v<T, std::uintptr_t>;
  static constexpr std::uintptr_t lock_bit = 2;

  bool note(T before, T after, bool exchanged) const noexcept {
    counting::note(this, exchanged ? counting::touch::change : counting::touch::failed_change);
    if constexpr (is_word) {
      if (exchanged && (after & lock_bit) > (before & lock_bit)) counting::note_lock(this);
    }
    return exchanged;
  }

  std::atomic<T> value_;
};

using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;

}  // namespace sys
}  // namespace v1
}  // namespace abide
