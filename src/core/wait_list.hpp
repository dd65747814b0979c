// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/waitable.hpp>

#include <cstdint>

#include "core/wait_entry.hpp"
#include "core/word_lock.hpp"

namespace abide {
inline namespace v1 {
namespace core {

class exported_handle;

using detail::counted_waitable;
using detail::kind;
using detail::waitable;

constexpr bool is_counted(kind k) noexcept { return k == kind::units || k == kind::fifo_units; }

/// Whether a wait on the object would be satisfied now, without taking LOCK: true may be outdated
/// at once, as may false.
bool looks_ready(const waitable& w, kind k) noexcept;

/// The object under LOCK: its units and its list, and the only way to change either. Units are what
/// a wait needs: a semaphore's count; 1 while an event or token is set.
///
/// The list is circular and in the order of wait_entry::group: ordinary entries first come first
/// served, then observers, then at most one exported handle, which is always the tail.
///
/// publish() ends the section. It is the last touch of the object (INV-4); what was noted before
/// it (a poke, detached observers, the handle's new level) is done after it, without the object.
class locked {
 public:
  /// Takes LOCK.
  locked(const waitable& w, kind k) noexcept;
  locked(const locked&) = delete;
  locked& operator=(const locked&) = delete;

  std::uint32_t units() const noexcept { return units_; }
  /// Whether there is something to take that no ordinary entry is promised (P4).
  bool has_spare() const noexcept { return units_ != 0 && first_ordinary() == nullptr; }
  bool is_empty() const noexcept { return tail_ == nullptr; }

  /// Takes what a wait takes. Requires: units() > 0.
  void take() noexcept {
    if (kind_ != kind::level) --units_;
  }
  /// Adds n units; events hold one at most.
  void add(std::uint32_t n) noexcept { units_ = is_counted(kind_) ? units_ + n : 1; }
  void clear() noexcept { units_ = 0; }

  /// Queues an entry behind those of its group.
  void append(wait_entry& entry) noexcept;
  /// Takes an entry out of the list; its status changes once, to what it is from now on, because a
  /// leaver looks at it without LOCK.
  void unlink(wait_entry& entry, wait_entry::link becomes = wait_entry::link::unlinked) noexcept;

  wait_entry* first() const noexcept { return tail_ == nullptr ? nullptr : tail_->next; }
  wait_entry* first_ordinary() const noexcept;

  /// Takes those ordinary entries out of the list that are granted what is there, and their units:
  /// everybody at a level, the longest waiting at a hand-off, nobody or an entry that was passed
  /// too often at a barging semaphore. Returns them as a chain through `next`, detached.
  wait_entry* detach_granted() noexcept;

  /// Restores INV-3: as many ordinary entries as there are units are promised one, and one of those
  /// is poked; units left and no ordinary entry queued => every observer so far has been
  /// poked. Due after every change.
  void settle() noexcept;

  exported_handle* handle() const noexcept;

  /// Gives LOCK back, then does what was noted.
  void publish() noexcept {
    unlock();
    follow_up();
  }

  // The halves of publish(), for wait_all, which gives back all its locks before it wakes anybody.
  void unlock() noexcept;
  void follow_up() noexcept;

  /// Gives LOCK back with PARKED set and sleeps until the word changes (the destructor's wait).
  void publish_and_sleep() noexcept;

 private:
  void settle_ordinary() noexcept;
  std::uintptr_t encode() noexcept;

  const waitable& object_;
  const kind kind_;
  std::uint32_t units_;
  wait_entry* tail_;
  parker* poked_ = nullptr;             // to unpark
  wait_entry* observers_ = nullptr;     // detached, to let go and unpark
  exported_handle* changed_ = nullptr;  // to reconcile, with one reference
};

}  // namespace core
}  // namespace v1
}  // namespace abide
