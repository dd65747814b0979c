// SPDX-License-Identifier: BSL-1.0
#include "core/blocked_call.hpp"

namespace abide {
inline namespace v1 {
namespace core {

using link = wait_entry::link;

blocked_call::blocked_call(const item_list& items, deadline until)
    : items_(items), until_(until), block_(parker_.get()), entries_(items.size) {
  if (sys::is_forked_child()) sys::forget_fork();
}

bool blocked_call::enrol_locked(std::size_t i) noexcept {
  wait_entry& entry = entries_[i];
  locked object(items_.object(i), items_.kind_of(i));
  if (object.units() == 0) {
    object.append(entry);
    object.publish();
    return decided() == waiting;
  }
  // Claimed first, taken second, both under LOCK: another object may have decided the call (INV-1).
  if (decide(entry.grants)) {
    object.take();
    object.settle();
  }
  object.publish();
  return false;
}

bool blocked_call::observe(std::size_t i) noexcept {
  wait_entry& entry = entries_[i];
  // Acquire: pairs with let_go(), after which the entry is this call's again.
  const link status = entry.status.load(sys::memory_order_acquire);
  if (status != link::unlinked && status != link::done) return true;
  entry.block = &block_;
  entry.rank = wait_entry::group::observer;
  locked object(items_.object(i), items_.kind_of(i));
  const bool ready = object.has_spare();
  object.append(entry);
  object.publish();
  return !ready;
}

void blocked_call::sleep(sys::poll_set* handles) noexcept {
  const auto result = handles == nullptr ? parker_->park(until_) : parker_->park(*handles, until_);
  if (result == sys::sleep_result::timed_out) decide(timed_out);
}

void blocked_call::take_if_poked() noexcept {
  for (std::size_t i = 0; decided() == waiting && i != items_.size; ++i) {
    wait_entry& entry = entries_[i];
    // Relaxed: a hint that LOCK confirms; the poke came before the unpark that woke this call.
    if (entry.status.load(sys::memory_order_relaxed) != link::poked) continue;
    locked object(items_.object(i), items_.kind_of(i));
    if (entry.status.load(sys::memory_order_relaxed) == link::poked) {
      if (object.units() == 0) {
        object.disappoint(entry);
      } else if (decide(entry.grants)) {
        object.take();
        object.unlink(entry);
        object.settle();
      }
    }
    object.publish();
  }
}

outcome blocked_call::leave() noexcept {
  const outcome decision = decided();
  outcome how = decision;
  for (std::size_t i = 0; i != items_.size; ++i) {
    // Whoever decided the call for this entry has let go of it, and its object may be gone.
    if (decision == i + 1) continue;
    wait_entry& entry = entries_[i];
    // Acquire: pairs with let_go().
    const link status = entry.status.load(sys::memory_order_acquire);
    if (status == link::unlinked) continue;
    if (is_in_list(status) && leave_alone(items_.object(i), entry)) continue;
    leave(i, how);
  }
  return how;
}

bool blocked_call::may_still_succeed(outcome how) const noexcept {
  return how == timed_out || !items_.is_element(how - 1);
}

void blocked_call::leave(std::size_t i, outcome& how) noexcept {
  wait_entry& entry = entries_[i];
  // Relaxed: looked at again, under LOCK or by the CAS below.
  link status = entry.status.load(sys::memory_order_relaxed);
  if (is_in_list(status)) {
    locked object(items_.object(i), items_.kind_of(i));
    status = entry.status.load(sys::memory_order_relaxed);
    if (is_in_list(status)) {
      object.unlink(entry);
      if (status != link::linked && object.units() != 0 && may_still_succeed(how)) {
        object.take();
        how = static_cast<outcome>(i + 1);
      }
      object.settle();  // passes the promise on, or the news to the observers
      object.publish();
      return;
    }
    object.publish();
  }
  // A signaler holds the entry. It may be preempted, so this call sleeps until it lets go.
  status = link::detached;
  // Release: pairs with let_go(). Acquire on failure: the entry is done, its signaler has left it.
  if (entry.status.compare_exchange_strong(status, link::waited, sys::memory_order_acq_rel,
                                           sys::memory_order_acquire)) {
    while (entry.status.load(sys::memory_order_acquire) != link::done) {
      parker_->park(deadline::never());
    }
  }
}

}  // namespace core
}  // namespace v1
}  // namespace abide
