// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancel_argument.hpp>
#include <abide/deadline.hpp>
#include <abide/export.hpp>
#include <abide/initially_set.hpp>
#include <abide/waitable.hpp>

#include <chrono>
#include <cstdint>

namespace abide {
inline namespace v1 {

/// A turnstile: each set() lets one wait pass, first come first served; without a waiter it keeps
/// one signal. Eight bytes, no heap, no kernel object until native_handle() is called.
///
///     abide::auto_reset_event work;
///     work.set();                        // one thread
///     work.wait(token);                  // another; throws operation_canceled
///
/// Ordering: what precedes set() is visible after the wait that took the signal.
/// Lifetime: the thread that set() released may destroy the event while set() is still returning,
/// if nobody else waits on it. Destroying it while somebody waits ends the program (P5, P11).
class ABIDE_API auto_reset_event {
 public:
  constexpr auto_reset_event() noexcept : state_(0) {}
  explicit constexpr auto_reset_event(initially_set_t) noexcept
      : state_(detail::waitable::set_bit) {}
  auto_reset_event(const auto_reset_event&) = delete;
  auto_reset_event& operator=(const auto_reset_event&) = delete;
  ~auto_reset_event() {
    // Acquire: pairs with the release of whoever used the event last.
    if (state_.word.load(sys::memory_order_acquire) > detail::waitable::set_bit) {
      detail::retire(state_, kind_, "abide::auto_reset_event", this);
    }
  }

  /// Hands the signal to the wait that has been queued longest, or keeps it. Two calls with two
  /// waits queued release both (a wait_all is none of these); a wait that is canceled or timed out
  /// does not swallow a signal. Blocks: never. Not async-signal-safe.
  void set() noexcept {
    // Release, also when it is set already: pairs with the acquire of the wait that it satisfies.
    std::uintptr_t word = state_.word.load(sys::memory_order_relaxed);
    if (word <= detail::waitable::set_bit &&
        state_.word.compare_exchange_strong(word, detail::waitable::set_bit,
                                            sys::memory_order_release, sys::memory_order_relaxed)) {
      return;
    }
    detail::set(state_, kind_);
  }

  /// Discards a signal that is kept. Blocks: never.
  void reset() noexcept { (void)try_wait(); }

  /// Whether a signal is kept now. One load; pairs with set().
  [[nodiscard]] bool is_set() const noexcept {
    return (state_.word.load(sys::memory_order_acquire) & detail::waitable::set_bit) != 0;
  }

  /// Takes the signal if there is one. Blocks: never.
  [[nodiscard]] bool try_wait() noexcept {
    // Acquire: pairs with the release of set().
    std::uintptr_t word = detail::waitable::set_bit;
    if (state_.word.compare_exchange_strong(word, 0, sys::memory_order_acquire,
                                            sys::memory_order_acquire)) {
      return true;
    }
    return word != 0 && detail::try_take(state_, kind_);
  }

  /// Blocks until this call gets a signal.
  void wait() {
    if (!try_wait()) detail::wait_for_one(ref());
  }

  /// The same; the token may be a cancellation_token or throw_on: throws operation_canceled once it
  /// is canceled, return_on: returns a wait_status, or any type with a token_adapter. A token that
  /// is canceled already wins and leaves the signal.
  template <detail::cancel_argument T>
  auto wait(const T& token) {
    return detail::wait_for_one(ref(), token);
  }

  /// Blocks until this call gets a signal or the time has come, never less.
  /// Returns: whether it got the signal; with return_on, a wait_status.
  template <class R, class P>
  [[nodiscard]] bool wait_for(std::chrono::duration<R, P> d) {
    return wait_until(deadline::after(d));
  }
  template <class R, class P, detail::cancel_argument T>
  [[nodiscard]] auto wait_for(std::chrono::duration<R, P> d, const T& token) {
    return wait_until(deadline::after(d), token);
  }
  [[nodiscard]] bool wait_until(deadline t) { return try_wait() || detail::wait_for_one(ref(), t); }
  template <detail::cancel_argument T>
  [[nodiscard]] auto wait_until(deadline t, const T& token) {
    return detail::wait_for_one(ref(), t, token);
  }

  /// An OS handle that is readable while a signal is kept: it says "try now", polling consumes
  /// nothing. Made at the first call, owned by the event: do not close, read or write it.
  /// Throws: std::system_error with the OS code, std::bad_alloc; the event stays usable.
  native_handle_type native_handle() const { return detail::export_handle(state_, kind_); }

 private:
  friend class detail::access;
  static constexpr detail::kind kind_ = detail::kind::signal;
  waitable_ref ref() noexcept { return detail::access::make(&state_, kind_); }

  detail::waitable state_;
};

static_assert(sizeof(auto_reset_event) == sizeof(void*));

}  // namespace v1
}  // namespace abide
