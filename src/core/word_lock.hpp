// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/sys/atomic.hpp>
#include <abide/waitable.hpp>

#include <cstdint>

#include "platform/sys.hpp"

/// The lock inside a word: LOCK is held for a few instructions and never while user code runs.
/// PARKED tells whoever gives the word back that somebody sleeps on it.
namespace abide {
inline namespace v1 {
namespace core {

inline constexpr std::uintptr_t lock_bit = detail::waitable::lock_bit;
inline constexpr std::uintptr_t parked_bit = detail::waitable::parked_bit;

/// Takes LOCK after a short busy wait and then asleep. Returns the word without LOCK and PARKED.
std::uintptr_t lock_word_slowly(sys::atomic<std::uintptr_t>& word) noexcept;

/// Takes LOCK. Returns the rest of the word, which is the caller's until unlock_word().
inline std::uintptr_t lock_word(sys::atomic<std::uintptr_t>& word) noexcept {
  // Relaxed: only a guess at what the CAS will find.
  std::uintptr_t seen = word.load(sys::memory_order_relaxed);
  // Acquire: pairs with the release in unlock_word and in the lock-free steps of the primitives.
  if ((seen & lock_bit) == 0 &&
      word.compare_exchange_strong(seen, seen | lock_bit, sys::memory_order_acquire,
                                   sys::memory_order_relaxed)) {
    return seen & ~parked_bit;
  }
  return lock_word_slowly(word);
}

/// Publishes `value` and gives LOCK back: the last touch of the word. An exchange, because it may
/// find PARKED set; the wake that follows then uses the address only, so the word may be gone.
inline void unlock_word(sys::atomic<std::uintptr_t>& word, std::uintptr_t value) noexcept {
  // Release: pairs with the acquire of the next lock_word or of a lock-free reader.
  if ((word.exchange(value, sys::memory_order_release) & parked_bit) != 0) {
    sys::wake_address(&word);
  }
}

/// A word that is nothing but a lock.
class word_mutex {
 public:
  void lock() noexcept { lock_word(word_); }
  bool try_lock() noexcept {
    std::uintptr_t seen = word_.load(sys::memory_order_relaxed);
    // Acquire: pairs with the release in unlock_word.
    return (seen & lock_bit) == 0 &&
           word_.compare_exchange_strong(seen, seen | lock_bit, sys::memory_order_acquire,
                                         sys::memory_order_relaxed);
  }
  void unlock() noexcept { unlock_word(word_, 0); }

 private:
  sys::atomic<std::uintptr_t> word_{0};
};

}  // namespace core
}  // namespace v1
}  // namespace abide
