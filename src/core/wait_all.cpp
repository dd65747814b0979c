// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <functional>
#include <optional>
#include <stdexcept>

#include "core/blocked_call.hpp"
#include "core/item_list.hpp"

// A wait_all has an entry with every object. It is an observer: poked, not granted, once no
// ordinary entry takes the signal. The call sleeps until the object that it found not ready is
// signaled: without that one it cannot succeed, whatever the others do. Then it looks at all the
// items again and either takes from all of them, under all their locks, or sleeps on the next one
// that is not ready. A handle is an item like any other, so one that is ready is in no poll until
// the rest is ready too.
//
// Locks are taken in address order; this is the only place that holds more than one (DESIGN.md).

namespace abide {
inline namespace v1 {
namespace core {
namespace {

/// The objects of the call in address order.
class all_items {
 public:
  /// Throws: std::invalid_argument for a duplicate; std::bad_alloc for more than 16 objects.
  explicit all_items(const item_list& items)
      : items_(items), order_(items.size), locks_(items.size) {
    for (std::size_t i = 0; i != items.size; ++i) {
      if (items.is_element(i)) order_[size_++] = i;
    }
    const auto address = [&](std::size_t i) { return access::object(items_[i]); };
    std::sort(order_.begin(), order_.begin() + size_, [&](std::size_t a, std::size_t b) {
      return std::less<const void*>()(address(a), address(b));
    });
    for (std::size_t k = 1; k < size_; ++k) {
      if (address(order_[k - 1]) == address(order_[k])) {
        throw std::invalid_argument("abide: wait_all lists an object twice");
      }
    }
  }

  /// Throws: std::system_error if the OS refuses to watch the handles, std::bad_alloc.
  void watch_handles() { collect_handles(items_, handles_); }

  /// Takes from all items if all are ready, else from none and tells one that is not.
  bool take(std::size_t& unready) noexcept {
    if (!look_ready(unready) || !handles_ready(unready) || !take_locked(unready)) return false;
    std::size_t position = 0;
    for (std::size_t i = 0; i != items_.size; ++i) {
      if (items_.is_handle(i)) items_.handle(i).ready = handles_->ready(position++);
    }
    return true;
  }

 private:
  bool look_ready(std::size_t& unready) const noexcept {
    for (std::size_t k = 0; k != items_.size; ++k) {
      const std::size_t i = (unready + k) % items_.size;
      if (items_.is_element(i) && !items_.is_handle(i) && !items_.looks_ready(i)) {
        unready = i;
        return false;
      }
    }
    return true;
  }

  bool handles_ready(std::size_t& unready) noexcept {
    if (!handles_) return true;
    handles_->sleep(deadline(deadline::time_point::min()));
    std::size_t position = 0;
    for (std::size_t i = 0; i != items_.size; ++i) {
      if (!items_.is_handle(i)) continue;
      if (handles_->ready(position++) == io{}) {
        unready = i;
        return false;
      }
    }
    return true;
  }

  bool take_locked(std::size_t& unready) noexcept {
    bool all = true;
    for (std::size_t k = 0; k != size_; ++k) {
      const std::size_t i = order_[k];
      if (!items_.is_object(i)) continue;
      locks_[k].emplace(items_.object(i), items_.kind_of(i));
      if (!locks_[k]->has_spare()) {
        unready = i;
        all = false;
        break;
      }
    }
    for (std::size_t k = 0; k != size_; ++k) {
      if (!locks_[k]) continue;
      if (all) {
        locks_[k]->take();
        locks_[k]->settle();
      }
      locks_[k]->unlock();
    }
    for (std::size_t k = 0; k != size_; ++k) {
      if (locks_[k]) locks_[k]->follow_up();
      locks_[k].reset();
    }
    return all;
  }

  const item_list& items_;
  std::size_t size_ = 0;
  per_item<std::size_t> order_;
  per_item<std::optional<locked>> locks_;
  std::optional<sys::poll_set> handles_;
};

// Queues the call with every object, so that each knows that somebody waits on it (P11).
// Returns: false if the one that was not ready is ready by now.
bool observe_all(const item_list& items, blocked_call& call, std::size_t unready) noexcept {
  bool sleeps = true;
  for (std::size_t i = 0; i != items.size; ++i) {
    if (!items.is_element(i) || !items.is_object(i)) continue;
    const bool queued = call.observe(i);
    if (i == unready) sleeps = queued;
  }
  return sleeps;
}

outcome block(const item_list& items, all_items& all, std::size_t unready, deadline until) {
  blocked_call call(items, until);
  std::optional<sys::poll_set> handle;  // the one handle that is not ready, and the parker's own
  for (std::size_t i = 0; i != items.size; ++i) {
    if (items.is_handle(i)) call.sleeper().own_handle();
  }
  bool enrolling = true;
  for (std::size_t i = 0; i != items.size && enrolling; ++i) {
    if (!items.is_element(i)) enrolling = call.enrol(i);
  }
  bool took = false;
  while (!took && call.decided() == waiting) {
    if (items.is_object(unready)) {
      while (call.decided() == waiting && observe_all(items, call, unready)) call.sleep(nullptr);
    } else {
      observe_all(items, call, unready);
      if (items.is_handle(unready)) {
        handle.emplace(2);
        handle->add(items.handle(unready).handle, items.handle(unready).wanted);
        handle->add(call.sleeper().own_handle(), io::readable);
      }
      call.sleep(handle ? &*handle : nullptr);
      handle.reset();
    }
    took = call.decided() == waiting && all.take(unready);
  }
  // A cancel that comes after the objects were taken is too late, and one that came before may
  // still find them all ready on the way out (P2).
  if (took) call.decide(all_ready);
  const outcome how = call.leave();
  return took || all.take(unready) ? all_ready : how;
}

}  // namespace

outcome wait_all(const item_list& items, deadline until) {
  check_not_empty(items);
  all_items all(items);
  outcome how = canceled_at_entry(items);
  std::size_t unready = 0;
  if (how == waiting) {
    all.watch_handles();
    if (all.take(unready)) {
      how = all_ready;
    } else if (until.has_passed()) {
      how = timed_out;
    } else {
      how = block(items, all, unready, until);
    }
  }
  return how;
}

}  // namespace core
}  // namespace v1
}  // namespace abide
