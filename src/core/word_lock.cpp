// SPDX-License-Identifier: BSL-1.0
#include "core/word_lock.hpp"

// Who sleeps on a word sets PARKED first, under LOCK held by another thread, and sleeps only while
// the word stays as it was. unlock_word() wakes one sleeper and clears PARKED for all of them, so a
// woken thread takes LOCK with PARKED set again: it cannot know whether it was the last.

namespace abide {
inline namespace v1 {
namespace core {

std::uintptr_t lock_word_slowly(sys::atomic<std::uintptr_t>& word) noexcept {
  std::uintptr_t others = 0;  // parked_bit once this thread has slept
  std::uintptr_t seen = word.load(sys::memory_order_relaxed);
  for (unsigned round = 0;;) {
    if ((seen & lock_bit) == 0) {
      // Acquire: pairs with the release in unlock_word.
      if (word.compare_exchange_weak(seen, seen | lock_bit | others, sys::memory_order_acquire,
                                     sys::memory_order_relaxed)) {
        return seen & ~parked_bit;
      }
      continue;
    }
    if ((seen & parked_bit) == 0) {
      if (sys::pause(round)) {
        ++round;
        seen = word.load(sys::memory_order_relaxed);
        continue;
      }
      // Relaxed: it publishes nothing; the sleep checks the value again.
      if (!word.compare_exchange_weak(seen, seen | parked_bit, sys::memory_order_relaxed,
                                      sys::memory_order_relaxed)) {
        continue;
      }
    }
    sys::sleep_on_address(word, seen | parked_bit);
    others = parked_bit;
    seen = word.load(sys::memory_order_relaxed);
  }
}

}  // namespace core
}  // namespace v1
}  // namespace abide
