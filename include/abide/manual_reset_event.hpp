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

/// A gate: once set, every wait passes until it is reset. Eight bytes; no heap, and no kernel
/// object before native_handle() is called. Neither copyable nor movable.
///
///     abide::manual_reset_event ready;
///     ready.set();                       // one thread
///     ready.wait(token);                 // others; throws operation_canceled
///
/// Ordering: what precedes a set(), also of one that found the event set, happens before what
/// follows a wait that it satisfied, or an is_set() that saw it.
/// Lifetime: whoever a set() released may destroy the event although that call is still returning,
/// if nobody else waits on it; others that this call released no longer count. A wait that was
/// canceled, timed out or took another object proves nothing: a set() may still be inside the
/// event.
/// Thread safety: all members but the destructor may be called at any time from any thread; none
/// from a signal handler.
class ABIDE_API manual_reset_event {
 public:
  /// Not set at first; with `abide::initially_set`, set.
  constexpr manual_reset_event() noexcept : state_(0) {}
  explicit constexpr manual_reset_event(initially_set_t) noexcept
      : state_(detail::waitable::set_bit) {}
  manual_reset_event(const manual_reset_event&) = delete;
  manual_reset_event& operator=(const manual_reset_event&) = delete;

  /// Ends the program, with a message that gives type and address, if somebody waits on the event;
  /// not while the process exits.
  ~manual_reset_event() {
    // Acquire: pairs with the release of whoever used the event last.
    if (state_.word.load(sys::memory_order_acquire) > detail::waitable::set_bit) {
      detail::retire(state_, kind_, "abide::manual_reset_event", this);
    }
  }

  /// Sets the event and releases every wait queued on it, also if reset() follows at once. (A
  /// wait_all and a polled handle see the state, so they may miss such a pulse.)
  /// Blocks: never.
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

  /// Makes later waits block.
  /// Blocks: never.
  void reset() noexcept {
    // Acquire: what the setter wrote is visible to whoever saw the event set and resets it.
    std::uintptr_t word = detail::waitable::set_bit;
    if (!state_.word.compare_exchange_strong(word, 0, sys::memory_order_acq_rel,
                                             sys::memory_order_acquire) &&
        word != 0) {
      detail::reset(state_, kind_);
    }
  }

  /// Whether it is set now. One load.
  [[nodiscard]] bool is_set() const noexcept {
    return (state_.word.load(sys::memory_order_acquire) & detail::waitable::set_bit) != 0;
  }

  /// As is_set(), by the name that all events have.
  [[nodiscard]] bool try_wait() const noexcept { return is_set(); }

  /// Passes once the event is set.
  /// Blocks: until it is set.
  /// Throws: std::bad_alloc, in the first wait of its thread that has to block.
  void wait() const {
    if (!is_set()) detail::wait_for_one(ref());
  }

  /// Passes once the event is set, unless the token is canceled first. One that is canceled already
  /// wins over an event that is set. The token is a cancellation_token, throw_on, return_on or of a
  /// type with a token_adapter.
  /// Blocks: until the event is set or the token is canceled.
  /// Returns: nothing; with return_on, a wait_status.
  /// Throws: operation_canceled once the token is canceled, except with return_on; as wait().
  template <detail::cancel_argument T>
  auto wait(const T& token) const {
    return detail::wait_for_one(ref(), token);
  }

  /// Passes once the event is set, unless the time comes, or the token is canceled, first. If the
  /// time has come already it does not block.
  /// Blocks: until the event is set or the time has come, never less.
  /// Returns: whether the event was set; with return_on, a wait_status.
  /// Throws: as wait(), with and without a token; std::invalid_argument for a NaN.
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

  /// An OS handle that is readable while the event is set: exactly so while no call is under way,
  /// else perhaps without reason; no set() is missed that is not reset. Level-triggered,
  /// close-on-exec. Made at the first call; from then on a change of state costs a system call.
  /// Requires: it is only polled. The event reads, writes and closes it.
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
