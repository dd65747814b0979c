// SPDX-License-Identifier: BSL-1.0
#include "core/wait_list.hpp"

#include "core/exported_handle.hpp"

// How an object's word reads (the table of all words is in DESIGN.md):
//
//     events, tokens   SET = the unit; the rest is the tail, or 0
//     semaphores       SET = the rest is the count, nobody is queued; no SET = the rest is the tail
//                      and the count stands in queued_units, or the word is 0: no unit, no entry
//
// The count stands in one place at a time and moves only under LOCK.

namespace abide {
inline namespace v1 {
namespace core {
namespace {

using link = wait_entry::link;
using group = wait_entry::group;

// A newcomer may overtake the head of a barging semaphore's queue this many times before release()
// hands its unit over. Every hand-over costs the releasing thread its turn (a convoy), so not low;
// every overtake is a turn the head does not get, so not high.
constexpr std::uint32_t most_overtakes = 64;

const counted_waitable& counted(const waitable& w) noexcept {
  return static_cast<const counted_waitable&>(w);
}

wait_entry* tail_of(std::uintptr_t word) noexcept {
  return reinterpret_cast<wait_entry*>(word & waitable::tail_mask);
}

}  // namespace

bool looks_ready(const waitable& w, kind k) noexcept {
  // Acquire: pairs with the release of whoever made it ready, here and in queued_units.
  const std::uintptr_t word = w.word.load(sys::memory_order_acquire);
  if ((word & waitable::set_bit) != 0) return true;
  return is_counted(k) && tail_of(word) != nullptr &&
         counted(w).queued_units.load(sys::memory_order_acquire) != 0;
}

locked::locked(const waitable& w, kind k) noexcept : object_(w), kind_(k) {
  const std::uintptr_t word = lock_word(w.word);
  const bool is_set = (word & waitable::set_bit) != 0;
  if (!is_counted(k)) {
    units_ = is_set ? 1 : 0;
    tail_ = tail_of(word);
  } else if (is_set) {
    units_ = static_cast<std::uint32_t>(word >> waitable::count_shift);
    tail_ = nullptr;
  } else {
    tail_ = tail_of(word);
    // Relaxed: LOCK orders it.
    units_ = tail_ == nullptr ? 0 : counted(w).queued_units.load(sys::memory_order_relaxed);
  }
}

void locked::append(wait_entry& entry) noexcept {
  wait_entry* before = tail_;  // the last entry that stays in front of the new one
  if (before == nullptr) {
    entry.next = entry.previous = tail_ = &entry;
  } else {
    wait_entry* const last = tail_;
    while (before->rank > entry.rank && before != last->next) before = before->previous;
    const bool goes_first = before->rank > entry.rank;  // then the list starts with the new one
    if (goes_first) before = last;
    entry.previous = before;
    entry.next = before->next;
    before->next->previous = &entry;
    before->next = &entry;
    if (before == last && !goes_first) tail_ = &entry;
  }
  entry.passed = 0;
  // Relaxed: published with LOCK.
  entry.status.store(link::linked, sys::memory_order_relaxed);
}

void locked::unlink(wait_entry& entry, link becomes) noexcept {
  if (entry.next == &entry) {
    tail_ = nullptr;
  } else {
    entry.previous->next = entry.next;
    entry.next->previous = entry.previous;
    if (tail_ == &entry) tail_ = entry.previous;
  }
  // Relaxed: published with LOCK.
  entry.status.store(becomes, sys::memory_order_relaxed);
}

wait_entry* locked::first_ordinary() const noexcept {
  wait_entry* const head = first();
  return head != nullptr && head->rank == group::ordinary ? head : nullptr;
}

exported_handle* locked::handle() const noexcept {
  return tail_ != nullptr && tail_->rank == group::handle ? static_cast<exported_handle*>(tail_)
                                                          : nullptr;
}

wait_entry* locked::detach_granted() noexcept {
  std::uint32_t grants = units_;
  if (kind_ == kind::level) {
    grants = ~std::uint32_t{0};
  } else if (kind_ == kind::units) {
    wait_entry* const head = first_ordinary();
    grants = head != nullptr && ++head->passed > most_overtakes ? 1 : 0;
  }
  wait_entry* chain = nullptr;
  wait_entry** end = &chain;
  for (wait_entry* head; grants != 0 && (head = first_ordinary()) != nullptr; --grants) {
    unlink(*head, link::detached);
    head->next = nullptr;
    *end = head;
    end = &head->next;
    take();
  }
  return chain;
}

// Only a barging semaphore leaves units beside ordinary entries. As many of them as there are units
// are marked, the longest waiting first: one is poked, the others are promised, so that a cancel
// that comes later does not make a release void (P2). Marks beyond the units are taken back. An
// entry whose call is decided is about to leave and will settle in its turn; it gets no new mark.
void locked::settle_ordinary() noexcept {
  wait_entry* const head = first_ordinary();
  wait_entry* entry = head;
  wait_entry* next_to_poke = nullptr;
  bool is_poked = false;
  std::uint32_t unmarked = units_;
  do {
    const link status = entry->status.load(sys::memory_order_relaxed);
    const bool is_marked = status == link::promised || status == link::poked;
    if (unmarked == 0) {
      if (!is_marked) break;
      if (status == link::promised) entry->status.store(link::linked, sys::memory_order_relaxed);
    } else if (is_marked || entry->block->decided() == waiting) {
      --unmarked;
      is_poked = is_poked || status == link::poked;
      if (next_to_poke == nullptr) next_to_poke = entry;
      if (!is_marked) entry->status.store(link::promised, sys::memory_order_relaxed);
    }
    entry = entry->next;
  } while (entry != head && entry->rank == group::ordinary);
  if (!is_poked && next_to_poke != nullptr) {
    next_to_poke->status.store(link::poked, sys::memory_order_relaxed);
    poked_ = next_to_poke->block->sleeper;
  }
}

void locked::settle() noexcept {
  if (first_ordinary() != nullptr) {
    if (kind_ == kind::units) settle_ordinary();
    return;
  }
  if (units_ == 0) return;
  for (wait_entry* head; (head = first()) != nullptr && head->rank == group::observer;) {
    unlink(*head, link::detached);
    head->next = observers_;
    observers_ = head;
  }
}

std::uintptr_t locked::encode() noexcept {
  if (tail_ == nullptr) {
    if (units_ == 0) return 0;
    return waitable::set_bit |
           (is_counted(kind_) ? std::uintptr_t{units_} << waitable::count_shift : 0);
  }
  const auto tail = reinterpret_cast<std::uintptr_t>(tail_);
  if (!is_counted(kind_)) return tail | (units_ != 0 ? waitable::set_bit : 0);
  // Release: pairs with looks_ready() and available(), which read it without LOCK.
  const_cast<counted_waitable&>(counted(object_))
      .queued_units.store(units_, sys::memory_order_release);
  return tail;
}

void locked::unlock() noexcept {
  if (exported_handle* x = handle(); x != nullptr && x->want(units_ != 0)) changed_ = x;
  unlock_word(object_.word, encode());
}

void locked::follow_up() noexcept {
  if (poked_ != nullptr) poked_->unpark();
  while (observers_ != nullptr) {
    wait_entry& entry = *observers_;
    observers_ = entry.next;
    // Done before the poke: the woken call must be able to link the entry again.
    let_go(entry)->unpark();
  }
  if (changed_ != nullptr) changed_->reconcile();
}

void locked::publish_and_sleep() noexcept {
  const std::uintptr_t word = encode() | waitable::parked_bit;
  // Release: as in unlock_word. A leaver may be asleep on LOCK, with PARKED set or, if this thread
  // was woken in its place, without. It is woken, takes LOCK with PARKED set, and so wakes the
  // next.
  object_.word.exchange(word, sys::memory_order_acq_rel);
  sys::wake_address(&object_.word);
  sys::sleep_on_address(object_.word, word);
}

}  // namespace core
}  // namespace v1
}  // namespace abide
