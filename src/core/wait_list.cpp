// SPDX-License-Identifier: BSL-1.0
#include "core/wait_list.hpp"

#include "core/exported_handle.hpp"
#include "core/watch.hpp"

namespace abide {
inline namespace v1 {
namespace core {
namespace {

using link = wait_entry::link;
using group = wait_entry::group;

// A newcomer may overtake the head of a barging semaphore's queue this many times before release()
// hands its unit over. Every hand-over costs the releasing thread its turn (a convoy), so not low;
// every overtake is a turn the head does not get, so not high.
constexpr std::uint16_t most_overtakes = 64;

}  // namespace

void locked::append(wait_entry& entry) noexcept {
  wait_entry* before = state_.tail;  // the last entry that stays in front of the new one
  if (before == nullptr) {
    entry.next = entry.previous = state_.tail = &entry;
  } else {
    wait_entry* const last = state_.tail;
    while (before->rank > entry.rank && before != last->next) before = before->previous;
    const bool goes_first = before->rank > entry.rank;  // then the list starts with the new one
    if (goes_first) before = last;
    entry.previous = before;
    entry.next = before->next;
    before->next->previous = &entry;
    before->next = &entry;
    if (before == last && !goes_first) state_.tail = &entry;
  }
  entry.passed = 0;
  // Relaxed: published with LOCK.
  entry.status.store(link::linked, sys::memory_order_relaxed);
}

exported_handle* locked::handle() const noexcept {
  return has_handle() ? static_cast<exported_handle*>(state_.tail) : nullptr;
}

wait_entry* locked::detach_granted() noexcept {
  std::uint32_t grants = state_.units;
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
// are marked, the longest waiting first: the first is poked, the others are promised, so that a
// cancel that comes later does not make a release void (P2). Marks beyond the units are taken back.
// An entry whose call is decided is about to leave and will settle in its turn; it gets no new
// mark.
//
// Nobody is asked twice for one mark: the queue's first entry keeps how many are marked and who was
// asked last. Behind that one nobody is marked; up to it everybody is, but who was decided.
void locked::settle_ordinary() noexcept {
  wait_entry* const head = first_ordinary();
  while (promised_ > state_.units) {
    const link status = last_asked_->status.load(sys::memory_order_relaxed);
    if (status == link::poked) break;  // it is awake, and finds out by itself
    if (status == link::promised) {
      last_asked_->status.store(link::linked, sys::memory_order_relaxed);
      --promised_;
    }
    last_asked_ = before(*last_asked_);
  }
  while (promised_ < state_.units) {
    wait_entry* const entry = last_asked_ == nullptr ? head : last_asked_->next;
    if (entry->rank != group::ordinary || (entry == head && last_asked_ != nullptr)) break;
    last_asked_ = entry;
    if (entry->block->decided() != waiting) continue;
    if (promised_++ == 0) next_to_poke_ = entry;
    entry->status.store(link::promised, sys::memory_order_relaxed);
  }
  if (promised_ == 0 || next_to_poke_ == nullptr) return;
  wait_entry* entry = next_to_poke_;
  while (entry->status.load(sys::memory_order_relaxed) != link::promised) entry = entry->next;
  entry->status.store(link::poked, sys::memory_order_relaxed);
  poked_ = entry->block->sleeper;
}

// Before an entry leaves the queue, or loses its mark.
void locked::withdraw(const wait_entry& entry) noexcept {
  const link status = entry.status.load(sys::memory_order_relaxed);
  if (status == link::promised || status == link::poked) --promised_;
  if (status == link::poked) next_to_poke_ = entry.next;
  if (last_asked_ == &entry) last_asked_ = before(entry);
}

void locked::disappoint(wait_entry& entry) noexcept {
  withdraw(entry);
  entry.status.store(link::linked, sys::memory_order_relaxed);
}

void locked::settle() noexcept {
  if (first_ordinary() != nullptr) {
    if (kind_ == kind::units) settle_ordinary();
    return;
  }
  if (state_.units == 0) return;
  for (wait_entry* head; (head = first()) != nullptr && head->rank == group::observer;) {
    unlink(*head, link::detached);
    head->next = observers_;
    observers_ = head;
  }
}

void locked::note_level() noexcept {
  using level = exported_handle::level;
  if (handle()->want(units() != 0 ? level::raised : level::lowered)) changed_ = handle();
}

void locked::follow_up() noexcept {
  if (poked_ != nullptr) poked_->unpark();
  while (observers_ != nullptr) {
    wait_entry& entry = *observers_;
    observers_ = entry.next;
    if (is_watch(entry)) {
      static_cast<watch&>(entry).report();
    } else {
      // Done before the poke: the woken call must be able to link the entry again.
      let_go(entry)->unpark();
    }
  }
  if (changed_ != nullptr) changed_->reconcile();
}

void locked::publish_and_sleep() noexcept {
  const std::uintptr_t word = encode(object_, kind_, state_) | waitable::parked_bit;
  // Release: as in unlock_word. A leaver may be asleep on LOCK, with PARKED set or, if this thread
  // was woken in its place, without. It is woken, takes LOCK with PARKED set, and so wakes the
  // next.
  object_.word.exchange(word, sys::memory_order_release);
  sys::wake_address(&object_.word);
  sys::sleep_on_address(object_.word, word);
}

}  // namespace core
}  // namespace v1
}  // namespace abide
