// SPDX-License-Identifier: BSL-1.0
#include "core/parker.hpp"

#include <algorithm>

#include "core/process_hooks.hpp"
#include "core/word_lock.hpp"

namespace abide {
inline namespace v1 {
namespace core {

/// Every parker ever made. In the child of a fork the other threads are gone and the handles are
/// shared with the parent, so the child closes its copies: it may only destroy or exec.
class parker_pool {
 public:
  static parker* take() {
    lock_.lock();
    parker* p = free_;
    if (p != nullptr) free_ = p->next_free_;
    lock_.unlock();
    return p != nullptr ? p : make();
  }

  static void give_back(parker* p) noexcept {
    lock_.lock();
    p->next_free_ = free_;
    free_ = p;
    lock_.unlock();
  }

  static void lock() noexcept { lock_.lock(); }
  static void unlock() noexcept { lock_.unlock(); }

  static void drop_handles() noexcept {
    for (parker* p = made_; p != nullptr; p = p->next_made_) {
      if (p->has_handle_) sys::close_handle(p->handle_);
      p->has_handle_ = false;
    }
  }

 private:
  static parker* make() {
    install_process_hooks();
    auto* p = new parker;
    lock_.lock();
    p->next_made_ = made_;
    made_ = p;
    lock_.unlock();
    return p;
  }

  static constinit inline word_mutex lock_;
  static constinit inline parker* free_ = nullptr;
  static constinit inline parker* made_ = nullptr;
};

void lock_parker_pool() noexcept { parker_pool::lock(); }
void unlock_parker_pool() noexcept { parker_pool::unlock(); }
void drop_parker_handles() noexcept { parker_pool::drop_handles(); }

// An unpark that comes meanwhile finds `empty`, so it wakes nobody, and park() finds `notified`.
void parker::wait_busily(deadline until) noexcept {
  // Relaxed: only a guess at what the CAS of park() will find.
  if (!spinner_.is_due() || state_.load(sys::memory_order_relaxed) != empty) return;
  if (sys::spin_while(state_, empty, std::min(until, deadline::after(spinner::longest)))) {
    spinner_.paid();
  } else {
    spinner_.failed();
  }
}

sys::sleep_result parker::park(deadline until) noexcept {
  if (spinner_.is_on()) wait_busily(until);
  std::uint32_t seen = empty;
  // Acquire on failure: pairs with unpark; on success it is not needed, going to sleep publishes
  // nothing.
  if (state_.compare_exchange_strong(seen, asleep_in_futex, sys::memory_order_acquire,
                                     sys::memory_order_acquire)) {
    do {
      if (sys::sleep(state_, asleep_in_futex, until) == sys::sleep_result::timed_out) {
        seen = asleep_in_futex;
        // Acquire on failure: pairs with the unpark that came with the deadline.
        if (state_.compare_exchange_strong(seen, empty, sys::memory_order_acquire,
                                           sys::memory_order_acquire)) {
          return sys::sleep_result::timed_out;
        }
      }
      // Acquire: pairs with the release in unpark.
    } while (state_.load(sys::memory_order_acquire) == asleep_in_futex);
  }
  // Acquire: pairs with every unpark up to here; what they announced is seen by the re-test that
  // follows, what comes later leaves `notified` behind.
  state_.exchange(empty, sys::memory_order_acquire);
  return sys::sleep_result::woken;
}

sys::sleep_result parker::park(sys::poll_set& handles, deadline until) noexcept {
  std::uint32_t seen = empty;
  // As in park(until): a CAS, because a blind store would overwrite an unpark that is due.
  // Release: pairs with the acquire in unpark, which goes on to read handle_.
  if (!state_.compare_exchange_strong(seen, asleep_in_poll, sys::memory_order_acq_rel,
                                      sys::memory_order_acquire)) {
    until = deadline(deadline::time_point::min());  // look at the handles, but do not sleep
  }
  const std::size_t ready = handles.sleep(until);
  // Drained whenever it is seen raised: otherwise the next sleep would not sleep.
  if (handles.ready(handles.size() - 1) != io{}) sys::lower_handle(handle_);
  const bool woken = state_.exchange(empty, sys::memory_order_acquire) == notified;
  return woken || ready != 0 || !until.has_passed() ? sys::sleep_result::woken
                                                    : sys::sleep_result::timed_out;
}

void parker::unpark() noexcept {
  // Release: pairs with the acquire in park. Acquire: pairs with the release in park(handles).
  switch (state_.exchange(notified, sys::memory_order_acq_rel)) {
    case asleep_in_futex:
      sys::wake_one(state_);
      break;
    case asleep_in_poll:
      sys::raise_handle(handle_);
      break;
    default:
      break;
  }
}

native_handle_type parker::own_handle() {
  if (!has_handle_) {
    handle_ = sys::make_handle();
    has_handle_ = true;
  }
  return handle_;
}

parker_lease::parker_lease() {
  sys::thread_slot& slot = sys::this_thread();
  parker_ = static_cast<parker*>(slot.parker);
  if (parker_ == nullptr) {
    parker_ = parker_pool::take();
    parker_->set_spin(slot.spins);
    if (!slot.ending) slot.parker = parker_;
  }
}

parker_lease::~parker_lease() {
  if (sys::this_thread().ending) parker_pool::give_back(parker_);
}

}  // namespace core

namespace sys {

void release_parker(void* p) noexcept {
  core::parker_pool::give_back(static_cast<core::parker*>(p));
}

}  // namespace sys
}  // namespace v1
}  // namespace abide
