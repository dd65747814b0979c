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

/// A gate: once set, every wait passes until it is reset. Eight bytes, no heap, no kernel object
/// until native_handle() is called.
///
///     abide::manual_reset_event ready;
///     ready.set();                       // one thread
///     ready.wait(token);                 // others; throws operation_canceled
///
/// Ordering: what precedes set() is visible after a wait that it satisfied.
/// Lifetime: a thread that set() released may destroy the event while set() is still returning,
/// if nobody else waits on it. Destroying it while somebody waits ends the program (P5, P11).
class ABIDE_API manual_reset_event {
 public:
  constexpr manual_reset_event() noexcept : state_(0) {}
  explicit constexpr manual_reset_event(initially_set_t) noexcept
      : state_(detail::waitable::set_bit) {}
  manual_reset_event(const manual_reset_event&) = delete;
  manual_reset_event& operator=(const manual_reset_event&) = delete;
  ~manual_reset_event() {
    // Acquire: pairs with the release of whoever used the event last.
    if (state_.word.load(sys::memory_order_acquire) > detail::waitable::set_bit) {
      detail::retire(state_, kind_, "abide::manual_reset_event", this);
    }
  }

  /// Sets the event and releases every wait queued on it, also if reset() follows at once
  /// (a wait_all and a polled handle see the state, so they may miss such a pulse).
  /// Blocks: never. Not async-signal-safe.
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

  /// Makes later waits block. Blocks: never.
  void reset() noexcept {
    // Acquire: what the setter wrote is visible to whoever saw the event set and resets it.
    std::uintptr_t word = detail::waitable::set_bit;
    if (!state_.word.compare_exchange_strong(word, 0, sys::memory_order_acq_rel,
                                             sys::memory_order_acquire) &&
        word != 0) {
      detail::reset(state_, kind_);
    }
  }

  /// Whether it is set now. One load; pairs with set().
  [[nodiscard]] bool is_set() const noexcept {
    return (state_.word.load(sys::memory_order_acquire) & detail::waitable::set_bit) != 0;
  }

  /// As is_set().
  [[nodiscard]] bool try_wait() const noexcept { return is_set(); }

  /// Blocks until the event is set.
  void wait() const {
    if (!is_set()) detail::wait_for_one(ref());
  }

  /// The same; the token may be a cancellation_token or throw_on: throws operation_canceled once it
  /// is canceled, return_on: returns a wait_status, or any type with a token_adapter. A token that
  /// is canceled already wins over an event that is set.
  template <detail::cancel_argument T>
  auto wait(const T& token) const {
    return detail::wait_for_one(ref(), token);
  }

  /// Blocks until the event is set or the time has come, never less.
  /// Returns: whether the event was set; with return_on, a wait_status.
  template <class R, class P>
  [[nodiscard]] bool wait_for(std::chrono::duration<R, P> d) const {
    return wait_until(deadline::after(d));
  }
  template <class R, class P, detail::cancel_argument T>
  [[nodiscard]] auto wait_for(std::chrono::duration<R, P> d, const T& token) const {
    return wait_until(deadline::after(d), token);
  }
  [[nodiscard]] bool wait_until(deadline t) const {
    return is_set() || detail::wait_for_one(ref(), t);
  }
  template <detail::cancel_argument T>
  [[nodiscard]] auto wait_until(deadline t, const T& token) const {
    return detail::wait_for_one(ref(), t, token);
  }

  /// An OS handle that is readable while the event is set; made at the first call. Owned by the
  /// event: poll it, do not close, read or write it.
  /// Throws: std::system_error with the OS code, std::bad_alloc; the event stays usable.
  native_handle_type native_handle() const { return detail::export_handle(state_, kind_); }

 private:
  friend class detail::access;
  static constexpr detail::kind kind_ = detail::kind::level;
  waitable_ref ref() const noexcept { return detail::access::make(&state_, kind_); }

  detail::waitable state_;
};

static_assert(sizeof(manual_reset_event) == sizeof(void*));

}  // namespace v1
}  // namespace abide
