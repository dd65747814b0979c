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

/// Asks for cancellation. Copies share the request and are equal; destroying the last does not
/// cancel. A moved-from source is empty: cancel() is false, token() is none.
///
///     abide::cancellation_source source(30s);             // cancels itself after 30 s
///     std::thread worker(work, source.token());
///     source.cancel();                                    // or now
///
/// Ordering: what precedes a cancel() happens before what follows a wait that it ended, an
/// is_cancellation_requested() that saw it, or a callback.
/// Lifetime: whoever a cancel() released may destroy the source and all its tokens although that
/// call is still returning. Deadlines and links outlive the source, as long as a token,
/// registration or wait of it lives; then nothing of it stays registered anywhere.
/// Thread safety: all members may be called at any time from any thread, also on one object;
/// assignment, move, swap and destruction need what they need for every object. None from a signal
/// handler.
class ABIDE_API cancellation_source {
 public:
  /// Not canceled, without a deadline, linked to nothing.
  /// Throws: std::bad_alloc.
  cancellation_source();

  /// Cancels itself at the deadline, or after d, as cancel_at() does; in this constructor if the
  /// time has come.
  /// Throws: std::bad_alloc; as cancel_at().
  explicit cancellation_source(deadline at);
  template <class R, class P>
  explicit cancellation_source(std::chrono::duration<R, P> d)
      : cancellation_source(deadline::after(d), d > d.zero() ? due::later : due::now) {}

  /// A copy shares the request; what was moved from is empty.
  cancellation_source(const cancellation_source&) noexcept;
  cancellation_source(cancellation_source&& other) noexcept : state_(std::move(other.state_)) {}
  cancellation_source& operator=(cancellation_source other) noexcept {
    swap(other);
    return *this;
  }

  /// Cancels nothing.
  ~cancellation_source();

  /// A source that is canceled with any of the tokens, for the same reason, or by itself; at once
  /// if one of them is canceled. Nothing leads back: canceling it does not cancel them. A none
  /// among the tokens adds nothing.
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

  /// Whether cancellation was requested. One load; once true it stays true.
  bool is_cancellation_requested() const noexcept { return state_ && state_.get()->is_canceled(); }

  /// Requests cancellation: first the token, all tokens linked to it, their waits and their handles
  /// show it; then the callbacks run here, each token's last registered first. No lock is held
  /// meanwhile. Wakes only the waits that watch one of these tokens. An empty code counts as the
  /// default.
  /// Blocks: while the callbacks run.
  /// Returns: true if this call did it; false, at once, if it was done before, even if callbacks
  /// still run, or if this is empty.
  /// Throws: cancellation_callback_error once all callbacks have run, if some threw; one of their
  /// exceptions itself, or std::bad_alloc, if there is no memory for that. Canceled it is anyway.
  bool cancel(std::error_code reason = std::make_error_code(std::errc::operation_canceled));
  bool cancel(std::errc reason) { return cancel(std::make_error_code(reason)); }

  /// Cancels, with errc::timed_out, at the deadline, or after d, instead of whenever was set
  /// before; deadline::never() disarms. Does nothing if this is canceled, past its own deadline or
  /// empty. The callbacks run on the one timer thread of the process: one that blocks holds up
  /// every timer, and what it throws goes to the callback error handler.
  /// Throws: std::invalid_argument for a NaN; std::system_error if the timer thread, started by the
  /// first timer, cannot start. Nothing has changed then.
  void cancel_at(deadline at);
  template <class R, class P>
  void cancel_after(std::chrono::duration<R, P> d) {
    cancel_at(deadline::after(d));
  }

  /// Makes the source as new for its next use: disarms it, and drops callbacks and links to it
  /// without calling anybody. Its tokens, the waits on them and its own links to others stay.
  /// Returns: false if it is canceled, its deadline has passed, or it is empty; then nothing has
  /// changed.
  [[nodiscard]] bool try_reset() noexcept;

  /// The names of std::stop_source; a stop is possible unless this is empty.
  cancellation_token get_token() const noexcept { return token(); }
  bool stop_requested() const noexcept { return is_cancellation_requested(); }
  bool stop_possible() const noexcept { return static_cast<bool>(state_); }

  /// As cancel(), but what a callback throws goes to the callback error handler.
  bool request_stop() noexcept;

  /// Whether both share one request, or both are empty. Equal sources have equal std::hash values.
  friend bool operator==(const cancellation_source&, const cancellation_source&) noexcept = default;

  /// Exchanges two sources.
  void swap(cancellation_source& other) noexcept { std::swap(state_, other.state_); }
  friend void swap(cancellation_source& a, cancellation_source& b) noexcept { a.swap(b); }

 private:
  friend class detail::access;
  enum class due { now, later };
  cancellation_source(deadline at, due when);
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
