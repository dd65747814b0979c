// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/sys/atomic.hpp>
#include <abide/waitable.hpp>

#include <cstdint>

#include "core/wait_entry.hpp"

// How the word of an object reads (DESIGN.md has the table of all words):
//
//     events, tokens   SET = the unit; the rest is the tail, or 0
//     semaphores       SET = the rest is the count, nobody is queued; no SET = the rest is the tail
//                      and the count stands in queued_units, or the word is 0: no unit, no entry
//
// The count stands in one place at a time and moves only under LOCK.

namespace abide {
inline namespace v1 {
namespace core {

using detail::counted_waitable;
using detail::kind;
using detail::waitable;

constexpr bool is_counted(kind k) noexcept { return k == kind::units || k == kind::fifo_units; }

inline const counted_waitable& counted(const waitable& w) noexcept {
  return static_cast<const counted_waitable&>(w);
}

inline wait_entry* tail_of(std::uintptr_t word) noexcept {
  return reinterpret_cast<wait_entry*>(word & waitable::tail_mask);
}

/// What an object holds: its units (a semaphore's count; 1 while an event or token is set) and the
/// last of the entries queued on it.
struct object_state {
  std::uint32_t units;
  wait_entry* tail;
};

/// Reads a word that is the caller's, under LOCK.
inline object_state decode(const waitable& w, kind k, std::uintptr_t word) noexcept {
  const bool is_set = (word & waitable::set_bit) != 0;
  if (!is_counted(k)) return {is_set ? 1u : 0u, tail_of(word)};
  if (is_set) return {static_cast<std::uint32_t>(word >> waitable::count_shift), nullptr};
  wait_entry* const tail = tail_of(word);
  // Relaxed: LOCK orders it.
  return {tail == nullptr ? 0 : counted(w).queued_units.load(sys::memory_order_relaxed), tail};
}

/// The word to publish for a state; stores the count beside it if that is its place.
inline std::uintptr_t encode(const waitable& w, kind k, object_state state) noexcept {
  if (state.tail == nullptr) {
    if (state.units == 0) return 0;
    return waitable::set_bit |
           (is_counted(k) ? std::uintptr_t{state.units} << waitable::count_shift : 0);
  }
  const auto tail = reinterpret_cast<std::uintptr_t>(state.tail);
  if (!is_counted(k)) return tail | (state.units != 0 ? waitable::set_bit : 0);
  // Release: pairs with looks_ready() and available(), which read it without LOCK.
  const_cast<counted_waitable&>(counted(w))
      .queued_units.store(state.units, sys::memory_order_release);
  return tail;
}

/// Whether a wait on an event or token would be satisfied now, without taking LOCK: true may be
/// outdated at once, as may false.
inline bool is_set(const waitable& w) noexcept {
  // Acquire: pairs with the release of whoever set it.
  return (w.word.load(sys::memory_order_acquire) & waitable::set_bit) != 0;
}

/// The same for an object of any kind.
inline bool looks_ready(const waitable& w, kind k) noexcept {
  // Acquire: pairs with the release of whoever made it ready, here and in queued_units.
  const std::uintptr_t word = w.word.load(sys::memory_order_acquire);
  if ((word & waitable::set_bit) != 0) return true;
  return is_counted(k) && tail_of(word) != nullptr &&
         counted(w).queued_units.load(sys::memory_order_acquire) != 0;
}

}  // namespace core
}  // namespace v1
}  // namespace abide
