// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/waitable.hpp>

#include <cstdint>

#include "core/object_word.hpp"
#include "core/wait_entry.hpp"
#include "core/word_lock.hpp"

namespace abide {
inline namespace v1 {
namespace core {

class exported_handle;

/// Queues an ordinary entry on an event or token that is not set and has nobody queued: one CAS in
/// place of a LOCK section. Returns: false, and nothing is changed, if the object is anything else.
inline bool append_alone(const waitable& w, kind k, wait_entry& entry) noexcept {
  if (is_counted(k)) return false;  // the count would have to move with it
  std::uintptr_t nobody = 0;
  entry.next = entry.previous = &entry;
  // Relaxed: published with the word.
  entry.status.store(wait_entry::link::linked, sys::memory_order_relaxed);
  // Release: pairs with the acquire of the next lock_word. Acquire: pairs with the release of
  // whoever left the word empty, as a LOCK section would.
  if (w.word.compare_exchange_strong(nobody, reinterpret_cast<std::uintptr_t>(&entry),
                                     sys::memory_order_acq_rel, sys::memory_order_relaxed)) {
    entry.came_alone = true;
    return true;
  }
  entry.status.store(wait_entry::link::unlinked, sys::memory_order_relaxed);
  return false;
}

/// Takes an entry that append_alone() queued out of the list by one CAS if it is still alone there.
/// It is if the word is its address and nothing else: nobody is ever queued in front of it (INV-6),
/// so an entry that is the tail is the only one; and there is nothing to settle, no unit and nobody
/// asleep on the word. Returns: false, and nothing is changed, if it is not, or in no list.
inline bool leave_alone(const waitable& w, wait_entry& entry) noexcept {
  if (!entry.came_alone) return false;
  auto self = reinterpret_cast<std::uintptr_t>(&entry);
  // Release: pairs with the acquire of whoever destroys the object or takes LOCK next. Acquire:
  // pairs with the release of whoever had LOCK last and has looked at the entry.
  if (!w.word.compare_exchange_strong(self, 0, sys::memory_order_acq_rel,
                                      sys::memory_order_relaxed)) {
    return false;
  }
  entry.status.store(wait_entry::link::unlinked, sys::memory_order_relaxed);
  return true;
}

/// The object under LOCK: its units and its list, and but for the two steps above and the lock-free
/// ones in the public headers the only way to change either.
///
/// The list is circular and in the order of wait_entry::group: ordinary entries first come first
/// served, then observers, then at most one exported handle, which is always the tail.
///
/// publish() ends the section. It is the last touch of the object (INV-4); what was noted before
/// it (a poke, detached observers, the handle's new level) is done after it, without the object.
class locked {
 public:
  /// Takes LOCK.
  locked(const waitable& w, kind k) noexcept
      : object_(w), kind_(k), state_(decode(w, k, lock_word(w.word))) {
    if (k == kind::units) load_promises();
  }
  locked(const locked&) = delete;
  locked& operator=(const locked&) = delete;

  std::uint32_t units() const noexcept { return state_.units; }
  /// Whether a wait_all may take: ordinary waits that are queued go first, whatever ends them (P4).
  bool has_spare() const noexcept { return state_.units != 0 && first_ordinary() == nullptr; }
  bool is_empty() const noexcept { return state_.tail == nullptr; }

  /// Takes what a wait takes. Requires: units() > 0.
  void take() noexcept {
    if (kind_ != kind::level) --state_.units;
  }
  /// Adds n units; events hold one at most.
  void add(std::uint32_t n) noexcept { state_.units = is_counted(kind_) ? state_.units + n : 1; }
  void clear() noexcept { state_.units = 0; }

  /// Queues an entry behind those of its group.
  void append(wait_entry& entry) noexcept;
  /// Takes an entry out of the list; its status changes once, to what it is from now on, because a
  /// leaver looks at it without LOCK.
  void unlink(wait_entry& entry, wait_entry::link becomes = wait_entry::link::unlinked) noexcept {
    if (kind_ == kind::units) withdraw(entry);
    if (entry.next == &entry) {
      state_.tail = nullptr;
    } else {
      entry.previous->next = entry.next;
      entry.next->previous = entry.previous;
      if (state_.tail == &entry) state_.tail = entry.previous;
    }
    // Relaxed: published with LOCK.
    entry.status.store(becomes, sys::memory_order_relaxed);
  }

  wait_entry* first() const noexcept {
    return state_.tail == nullptr ? nullptr : state_.tail->next;
  }
  wait_entry* before(const wait_entry& entry) const noexcept {
    return &entry == first() ? nullptr : entry.previous;
  }
  wait_entry* first_ordinary() const noexcept {
    wait_entry* const head = first();
    return head != nullptr && head->rank == wait_entry::group::ordinary ? head : nullptr;
  }

  /// Takes those ordinary entries out of the list that are granted what is there, and their units:
  /// everybody at a level, the longest waiting at a hand-off, nobody or an entry that was passed
  /// too often at a barging semaphore. Returns them as a chain through `next`, detached.
  wait_entry* detach_granted() noexcept;

  /// Takes the promise of an entry back whose call found the unit gone. Requires: units() == 0.
  void disappoint(wait_entry& entry) noexcept;

  /// Restores INV-3: as many ordinary entries as there are units are promised one, and one of those
  /// is poked; units left and no ordinary entry queued => every observer so far has been
  /// poked. Due after every change.
  void settle() noexcept;

  bool has_handle() const noexcept {
    return state_.tail != nullptr && state_.tail->rank == wait_entry::group::handle;
  }
  exported_handle* handle() const noexcept;

  /// Gives LOCK back, then does what was noted.
  void publish() noexcept {
    unlock();
    if (poked_ != nullptr || observers_ != nullptr || changed_ != nullptr) follow_up();
  }

  // The halves of publish(), for wait_all, which gives back all its locks before it wakes anybody.
  void unlock() noexcept {
    if (kind_ == kind::units) store_promises();
    if (has_handle()) note_level();
    unlock_word(object_.word, encode(object_, kind_, state_));
  }
  void follow_up() noexcept;

  /// Gives LOCK back with PARKED set and sleeps until the word changes (the destructor's wait).
  void publish_and_sleep() noexcept;

 private:
  void load_promises() noexcept {
    if (const wait_entry* const head = first_ordinary(); head != nullptr) {
      promised_ = head->promised;
      last_asked_ = head->last_asked;
    }
  }
  void store_promises() noexcept {
    if (wait_entry* const head = first_ordinary(); head != nullptr) {
      head->promised = promised_;
      head->last_asked = last_asked_;
    }
  }
  void withdraw(const wait_entry& entry) noexcept;
  void settle_ordinary() noexcept;
  void note_level() noexcept;

  const waitable& object_;
  const kind kind_;
  object_state state_;
  // Of a barging semaphore: see settle_ordinary().
  std::uint32_t promised_ = 0;
  wait_entry* last_asked_ = nullptr;
  wait_entry* next_to_poke_ = nullptr;  // it or the first behind it that is promised a unit
  parker* poked_ = nullptr;             // to unpark
  wait_entry* observers_ = nullptr;     // detached, to let go and unpark
  exported_handle* changed_ = nullptr;  // to reconcile, with one reference
};

}  // namespace core
}  // namespace v1
}  // namespace abide
