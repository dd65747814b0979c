// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/auto_reset_event.hpp>
#include <abide/cancel_argument.hpp>
#include <abide/deadline.hpp>
#include <abide/export.hpp>
#include <abide/timer_node.hpp>
#include <abide/waitable.hpp>

#include <chrono>
#include <cstdint>

namespace abide {
inline namespace v1 {

/// An auto-reset event that a clock sets: once, or every period. Neither copyable nor movable.
///
///     abide::waitable_timer tick;
///     tick.set(abide::deadline::after(1s), 1s);
///     while (abide::wait_any(abide::throw_on(token), tick, work) == 1) beat();
///
/// One signal at most is kept: periods that pass while nobody waits count once. All timers and
/// timed sources of the process share one thread, which the first of them starts and which takes no
/// signals; a callback that runs there delays every timer. A signal is never early.
/// Lifetime: whoever a signal released may destroy the timer at once, if nobody else waits on it.
/// Thread safety: all members but the destructor may be called at any time from any thread; none
/// from a signal handler.
class ABIDE_API waitable_timer : private detail::timer_node {
 public:
  /// Not armed. Starts no thread.
  waitable_timer() noexcept : timer_node(&fire) {}
  waitable_timer(const waitable_timer&) = delete;
  waitable_timer& operator=(const waitable_timer&) = delete;

  /// Disarms it, then as the destructor of an auto_reset_event.
  ~waitable_timer();

  /// Discards a signal that is kept and signals at t; then, with `every`, again after each such
  /// period, counted from t without drift. deadline::never() disarms.
  /// Requires: every > 0.
  /// Throws: std::invalid_argument otherwise and for a NaN; std::system_error if the timer thread
  /// cannot start. Nothing has changed then.
  void set(deadline t) { arm(t, 0); }
  template <class R, class P>
  void set(deadline t, std::chrono::duration<R, P> every) {
    arm(t, checked_period(detail::to_nanoseconds(every)));
  }

  /// Disarms it. A signal that is kept stays.
  /// Blocks: never longer than one signal takes.
  void cancel() noexcept;

  /// As the member of that name of auto_reset_event.
  [[nodiscard]] bool try_wait() noexcept { return event_.try_wait(); }
  void wait() { event_.wait(); }
  template <detail::cancel_argument T>
  auto wait(const T& token) {
    return event_.wait(token);
  }
  template <class R, class P, class... T>
  [[nodiscard]] auto wait_for(std::chrono::duration<R, P> d, const T&... token) {
    return event_.wait_for(d, token...);
  }
  template <class... T>
  [[nodiscard]] auto wait_until(deadline t, const T&... token) {
    return event_.wait_until(t, token...);
  }
  [[nodiscard]] bool is_set() const noexcept { return event_.is_set(); }
  native_handle_type native_handle() const { return event_.native_handle(); }

 private:
  friend class detail::access;
  static void fire(detail::timer_node&) noexcept;
  static std::int64_t checked_period(std::int64_t nanoseconds);
  void arm(deadline t, std::int64_t every);
  waitable_ref ref() noexcept { return detail::access::ref(event_); }

  auto_reset_event event_;
};

}  // namespace v1
}  // namespace abide
