// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancellation_token.hpp>
#include <abide/deadline.hpp>
#include <abide/export.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <span>
#include <system_error>
#include <utility>

namespace abide {
inline namespace v1 {

/// Asks for cancellation. Copies share one state; destroying the last source does not cancel.
///
///     abide::cancellation_source source(30s);             // cancels itself after 30 s
///     std::thread worker(work, source.token());
///     source.cancel();                                    // or now
///
/// Thread safety: all members may be called at any time from any thread; assignment, move and
/// destruction need what they need for every object. A moved-from source is empty: cancel() is
/// false, token() is none.
class ABIDE_API cancellation_source {
 public:
  /// Throws: std::bad_alloc.
  cancellation_source();

  /// Cancels itself, with errc::timed_out, after d or at the deadline; one that has passed already
  /// cancels here. The deadline outlives this object while a token of it lives.
  /// Throws: std::bad_alloc, std::invalid_argument for a NaN, std::system_error if the timer
  /// thread, started by the first timed source, cannot start.
  explicit cancellation_source(deadline at);
  template <class R, class P>
  explicit cancellation_source(std::chrono::duration<R, P> d)
      : cancellation_source(deadline::after(d)) {}

  cancellation_source(const cancellation_source&) noexcept;
  cancellation_source(cancellation_source&& other) noexcept : state_(std::move(other.state_)) {}
  cancellation_source& operator=(cancellation_source other) noexcept {
    swap(other);
    return *this;
  }
  ~cancellation_source();

  /// A source that is canceled with any of the tokens, with their reason, or by itself. It follows
  /// them while a token of it lives, and stays registered with them no longer.
  /// Throws: std::invalid_argument for an empty list, std::bad_alloc.
  [[nodiscard]] static cancellation_source linked_to(std::span<const cancellation_token> tokens);
  template <std::convertible_to<cancellation_token>... Tokens>
  requires(sizeof...(Tokens) > 0) [[nodiscard]] static cancellation_source
      linked_to(const Tokens&... tokens) {
    const cancellation_token list[] = {tokens...};
    return linked_to(std::span<const cancellation_token>(list));
  }

  /// The token of this source; none if this is empty.
  cancellation_token token() const noexcept { return cancellation_token(state_); }

  bool is_cancellation_requested() const noexcept { return state_ && state_.get()->is_canceled(); }

  /// Requests cancellation: first the token, all tokens linked to it, their waits and their handles
  /// show it; then the callbacks run here, last registered first. An empty code counts as the
  /// default.
  /// Returns: true if this call did it; false, at once, if it was done before or this is empty.
  /// Throws: cancellation_callback_error once all callbacks have run, if some threw; one of their
  /// exceptions itself, or std::bad_alloc, if there is no memory for that.
  bool cancel(std::error_code reason = std::make_error_code(std::errc::operation_canceled));
  bool cancel(std::errc reason) { return cancel(std::make_error_code(reason)); }

  /// Cancels after d or at the deadline instead of whenever was set before; deadline::never()
  /// disarms. Does nothing if canceled already, past its own deadline, or empty. The callbacks then
  /// run on the one timer thread of the process: one that blocks holds up every other timer.
  /// Throws: std::invalid_argument for a NaN, std::system_error as the constructor.
  void cancel_at(deadline at);
  template <class R, class P>
  void cancel_after(std::chrono::duration<R, P> d) {
    cancel_at(deadline::after(d));
  }

  /// Makes the source as new for its next use: disarms it and drops registrations and links to it
  /// without a call. Its own links to other tokens and its tokens stay.
  /// Returns: false, with nothing changed, if it is canceled or its deadline has passed.
  [[nodiscard]] bool try_reset() noexcept;

  // The names of std::stop_source.
  cancellation_token get_token() const noexcept { return token(); }
  bool stop_requested() const noexcept { return is_cancellation_requested(); }
  bool stop_possible() const noexcept { return static_cast<bool>(state_); }

  /// As cancel(), but what a callback throws goes to the callback error handler.
  bool request_stop() noexcept;

  friend bool operator==(const cancellation_source&, const cancellation_source&) noexcept = default;
  void swap(cancellation_source& other) noexcept { std::swap(state_, other.state_); }
  friend void swap(cancellation_source& a, cancellation_source& b) noexcept { a.swap(b); }

 private:
  friend class detail::access;
  explicit cancellation_source(detail::state_ref state) noexcept : state_(std::move(state)) {}

  detail::state_ref state_;
};

}  // namespace v1
}  // namespace abide

template <>
struct std::hash<abide::cancellation_source> {
  std::size_t operator()(const abide::cancellation_source& s) const noexcept {
    return std::hash<const void*>()(abide::detail::access::state(s).get());
  }
};
