// SPDX-License-Identifier: BSL-1.0
#include "core/watch.hpp"

#include "core/signal.hpp"
#include "core/wait_list.hpp"
#include "platform/sys.hpp"

// How an object reaches a wait_set. A signal that no ordinary wait takes detaches the watch and
// publishes the object, which it does not touch again (INV-4). Then it reports: the watch goes into
// the ready list and the list's semaphore gets a unit, in one LOCK section, whose end is the last
// touch of the set. Who waits takes a unit and then looks: it takes from the object under both
// locks and in the same step queues the watch there again, so no signal falls between.
//
// Lock order: the list's LOCK before the object's. Nobody takes them the other way round: a
// signaler has given back the object's when it reports.

namespace abide {
inline namespace v1 {
namespace core {

void watch::add() noexcept {
  locked object(object_, kind_);
  object.append(*this);
  object.settle();
  object.publish();
}

void watch::report() noexcept {
  ready_list& list = list_;
  locked ready(list, ready_list::how);
  list.append(*this);
  ready.add(1);
  wait_entry* const granted = ready.detach_granted();
  ready.settle();
  ready.publish();
  grant(granted, list, ready_list::how);
}

void watch::remove() noexcept {
  bool has_slept = false;
  for (;; has_slept = true) {
    locked ready(list_, ready_list::how);
    if (is_ready_) {
      list_.unlink(*this);
      if (ready.units() != 0) ready.take();  // else somebody is about to look in vain
      ready.settle();
      ready.publish();
      break;
    }
    locked object(object_, kind_);
    // Relaxed: LOCK orders it.
    const bool is_linked = status.load(sys::memory_order_relaxed) == link::linked;
    if (is_linked) object.unlink(*this);
    object.publish();
    if (is_linked) {
      ready.publish();
      break;
    }
    ready.publish_and_sleep();  // a signaler is on its way: its report changes the list's word
  }
  // The wake that ended the sleep may have been meant for somebody who sleeps on LOCK. That one
  // takes LOCK with PARKED set, and so wakes the next.
  if (has_slept) sys::wake_address(&list_.word);
}

std::size_t ready_list::take(std::size_t* keys, std::size_t n, unit brought) noexcept {
  std::size_t taken = 0;
  std::uint64_t end = ~std::uint64_t{0};  // what arrives later is for the next look
  while (taken != n) {
    locked ready(*this, how);
    if (end > arrivals_) end = arrivals_;
    watch* const w = first_;
    if (w == nullptr || w->arrival_ >= end) {
      if (w == nullptr && ready.units() != 0) {
        ready.clear();  // a unit came back from a wait that gave up: there is nothing to look for
        ready.settle();
      }
      ready.publish();
      break;
    }
    unlink(*w);
    if (brought == unit::none && ready.units() != 0) ready.take();
    brought = unit::none;
    locked object(w->object_, w->kind_);
    const bool takes = object.has_spare();
    if (takes) {
      object.take();
      keys[taken++] = w->key_;
    }
    wait_entry* granted = nullptr;
    if (takes && object.has_spare()) {  // reported in the same step: nobody finds it nowhere
      append(*w);
      ready.add(1);
      granted = ready.detach_granted();
    } else {
      object.append(*w);
    }
    object.settle();
    object.unlock();
    ready.settle();
    ready.unlock();
    object.follow_up();
    ready.follow_up();
    grant(granted, *this, how);
  }
  return taken;
}

void ready_list::append(watch& w) noexcept {
  w.is_ready_ = true;
  w.arrival_ = arrivals_++;
  w.after_ = nullptr;
  w.before_ = last_;
  (last_ != nullptr ? last_->after_ : first_) = &w;
  last_ = &w;
}

void ready_list::unlink(watch& w) noexcept {
  w.is_ready_ = false;
  (w.before_ != nullptr ? w.before_->after_ : first_) = w.after_;
  (w.after_ != nullptr ? w.after_->before_ : last_) = w.before_;
}

}  // namespace core
}  // namespace v1
}  // namespace abide
