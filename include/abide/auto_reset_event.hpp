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

/// A turnstile: each set() lets one wait pass, first come first served; with nobody waiting it
/// keeps one signal, and no more than one. Eight bytes; no heap, and no kernel object before
/// native_handle() is called. Neither copyable nor movable.
///
///     abide::auto_reset_event work;
///     work.set();                        // one thread
///     work.wait(token);                  // another; throws operation_canceled
///
/// Ordering: what precedes a set(), also of one that found a signal kept, happens before what
/// follows the wait that took the signal, or an is_set() that saw it.
/// Lifetime: whoever a set() released may destroy the event although that call is still returning,
/// if nobody else waits on it. A wait that was canceled, timed out or took another object proves
/// nothing: a set() may still be inside the event.
/// Thread safety: all members but the destructor may be called at any time from any thread; none
/// from a signal handler.
class ABIDE_API auto_reset_event {
 public:
  /// Keeps no signal at first; with `abide::initially_set`, one.
  constexpr auto_reset_event() noexcept : state_(0) {}
  explicit constexpr auto_reset_event(initially_set_t) noexcept
      : state_(detail::waitable::set_bit) {}
  auto_reset_event(const auto_reset_event&) = delete;
  auto_reset_event& operator=(const auto_reset_event&) = delete;

  /// Ends the program, with a message that gives type and address, if somebody waits on the event;
  /// not while the process exits.
  ~auto_reset_event() {
    // Acquire: pairs with the release of whoever used the event last.
    if (state_.word.load(sys::memory_order_acquire) > detail::waitable::set_bit) {
      detail::retire(state_, kind_, "abide::auto_reset_event", this);
    }
  }

  /// Hands the signal to the wait that has been queued longest, or keeps it. Two calls with two
  /// waits queued release both; a wait_all is served after these. No signal is lost to a wait that
  /// is canceled or timed out: the next in line gets it.
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

  /// Discards a signal that is kept.
  /// Blocks: never.
  void reset() noexcept { (void)try_wait(); }

  /// Whether a signal is kept now. One load.
  [[nodiscard]] bool is_set() const noexcept {
    return (state_.word.load(sys::memory_order_acquire) & detail::waitable::set_bit) != 0;
  }

  /// Takes the signal if there is one.
  /// Blocks: never.
  /// Returns: whether this call took it.
  [[nodiscard]] bool try_wait() noexcept {
    // Acquire: pairs with the release of set().
    std::uintptr_t word = detail::waitable::set_bit;
    if (state_.word.compare_exchange_strong(word, 0, sys::memory_order_acquire,
                                            sys::memory_order_acquire)) {
      return true;
    }
    return word != 0 && detail::try_take(state_, kind_);
  }

  /// Takes a signal.
  /// Blocks: until this call gets one.
  /// Throws: std::bad_alloc, in the first wait of its thread that has to block; nothing was taken.
  void wait() {
    if (!try_wait()) detail::wait_for_one(ref());
  }

  /// Takes a signal unless the token is canceled first. One that is canceled already wins and
  /// leaves the signal. The token is a cancellation_token, throw_on, return_on or of a type with a
  /// token_adapter.
  /// Blocks: until this call gets a signal or the token is canceled.
  /// Returns: nothing; with return_on, a wait_status.
  /// Throws: operation_canceled once the token is canceled, except with return_on; as wait().
  template <detail::cancel_argument T>
  auto wait(const T& token) {
    return detail::wait_for_one(ref(), token);
  }

  /// Takes a signal unless the time comes, or the token is canceled, first. A time that has come
  /// already takes a signal that is there, and does not block.
  /// Blocks: until this call gets a signal or the time has come, never less.
  /// Returns: whether it got a signal; with return_on, a wait_status.
  /// Throws: as wait(), with and without a token; std::invalid_argument for a NaN.
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

  /// An OS handle that is readable while a signal is kept: exactly so while no call is under way,
  /// else perhaps without reason; no signal is missed. It says "try now": polling takes nothing.
  /// Level-triggered, close-on-exec. Made at the first call; from then on a set() or a wait that
  /// changes the state costs a system call.
  /// Requires: it is only polled. The event reads, writes and closes it.
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
