// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/deadline.hpp>
#include <abide/export.hpp>
#include <abide/sys/atomic.hpp>
#include <abide/waitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <system_error>
#include <utility>

namespace abide {
inline namespace v1 {

class cancellation_registration;
template <class F>
class cancellation_callback;

namespace detail {

/// The public half of what sources and tokens share: the word (set: canceled) and the references.
class cancellation_state_base : public waitable {
 public:
  constexpr explicit cancellation_state_base(std::uintptr_t initial) noexcept : waitable(initial) {}

  bool is_canceled() const noexcept {
    // Pairs with the publication of the cancel: what preceded cancel() is visible after this.
    return (word.load(sys::memory_order_acquire) & set_bit) != 0;
  }

  sys::atomic<std::uint32_t> references{1};  // sources, tokens, registrations, children, cancels
};

ABIDE_API void destroy(cancellation_state_base&) noexcept;

/// A counted pointer to the shared state, or to none.
class state_ref {
 public:
  constexpr state_ref() noexcept = default;
  explicit state_ref(cancellation_state_base* state) noexcept : state_(state) { retain(); }
  state_ref(const state_ref& other) noexcept : state_ref(other.state_) {}
  state_ref(state_ref&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  state_ref& operator=(state_ref other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  constexpr ~state_ref() {
    // Release: pairs with the acquire of the last one, which destroys the state.
    if (state_ != nullptr && state_->references.fetch_sub(1, sys::memory_order_acq_rel) == 1) {
      destroy(*state_);
    }
  }

  /// Takes over one reference that the caller already counted.
  static state_ref adopt(cancellation_state_base* state) noexcept {
    state_ref r;
    r.state_ = state;
    return r;
  }

  cancellation_state_base* get() const noexcept { return state_; }
  explicit operator bool() const noexcept { return state_ != nullptr; }
  friend bool operator==(const state_ref&, const state_ref&) noexcept = default;

 private:
  void retain() noexcept {
    // Relaxed: the caller holds a reference already, nothing is ordered by taking one more.
    if (state_ != nullptr) state_->references.fetch_add(1, sys::memory_order_relaxed);
  }

  cancellation_state_base* state_ = nullptr;
};

}  // namespace detail

/// Carries one request to cancel. One pointer: a copy counts a reference. Default-constructed it is
/// none, which can never be canceled.
///
///     void work(const abide::cancellation_token& stop) {
///       while (!stop.is_cancellation_requested()) step();
///     }
///
/// Ordering: what precedes a cancel() happens before what follows a wait that it ended, an
/// is_cancellation_requested() that saw it, or a callback.
/// Lifetime: outlives its source, and keeps alive what it is linked to.
/// Thread safety: const members may be called at any time from any thread; none from a signal
/// handler.
class ABIDE_API cancellation_token {
 public:
  /// What std::stop_callback is to std::stop_token.
  template <class F>
  using callback_type = cancellation_callback<F>;

  /// None: can never be canceled.
  constexpr cancellation_token() noexcept = default;

  /// A token that is canceled already, with errc::operation_canceled. All of them are equal.
  static cancellation_token canceled() noexcept;

  /// Whether cancellation was requested. One load, always; once true it stays true.
  bool is_cancellation_requested() const noexcept { return state_ && state_.get()->is_canceled(); }

  /// Whether this token is canceled or still can be: by a source that is left, by a deadline, or
  /// by a token that it is linked to. Visits all that it is linked to.
  bool can_be_canceled() const noexcept;

  /// For loops that do not block.
  /// Throws: operation_canceled, with this token and its reason, if cancellation was requested.
  void throw_if_cancellation_requested() const {
    if (is_cancellation_requested()) throw_canceled();
  }

  /// Why it was canceled: what was passed to cancel(), errc::timed_out for a deadline. Links pass
  /// it on. Empty until the request.
  std::error_code reason() const noexcept;

  /// The token of the source on which the cancel was called, or whose deadline passed, when the
  /// request came through links. Of a token that is not canceled: itself.
  cancellation_token origin() const noexcept;

  /// The earliest deadline of this token and all that it is linked to; never() if there is none.
  /// Canceled or not.
  deadline expires_at() const noexcept;

  /// Has f called once, without arguments, when cancellation is requested: on the thread that
  /// cancels (for a deadline the timer thread), last registered first; or at once, here, if that
  /// has happened. Never if this is none. f is copied or moved to the heap, and called as an
  /// rvalue.
  /// Returns: what keeps the callback registered, see there; empty if f was called here or never
  /// will be.
  /// Throws: std::bad_alloc; what copying f, and f if it is called here, throws. Nothing is
  /// registered then.
  template <class F>
  [[nodiscard]] cancellation_registration register_callback(F&& f) const;

  /// An OS handle that becomes readable once the token is canceled, before the first callback runs,
  /// and stays so; of none, it never does. Level-triggered, close-on-exec. Made at the first call,
  /// one for all equal tokens.
  /// Requires: it is only polled. What the tokens share reads, writes and closes it.
  /// Throws: std::system_error with the OS code, std::bad_alloc; the token stays usable.
  /// Lifetime: open for as long as an equal token or its source lives.
  native_handle_type native_handle() const;

  /// The names of std::stop_token: as is_cancellation_requested() and can_be_canceled().
  bool stop_requested() const noexcept { return is_cancellation_requested(); }
  bool stop_possible() const noexcept { return can_be_canceled(); }

  /// Whether both carry the request of the same source, or both are none. Equal tokens have equal
  /// std::hash values.
  friend bool operator==(const cancellation_token&, const cancellation_token&) noexcept = default;

  /// Exchanges two tokens.
  void swap(cancellation_token& other) noexcept { std::swap(state_, other.state_); }
  friend void swap(cancellation_token& a, cancellation_token& b) noexcept { a.swap(b); }

 private:
  friend class detail::access;
  friend class cancellation_source;
  explicit cancellation_token(detail::state_ref state) noexcept : state_(std::move(state)) {}

  [[noreturn]] void throw_canceled() const;
  waitable_ref ref() const noexcept {
    const detail::waitable* word = state_.get();
    return detail::access::make(word, word != nullptr ? detail::kind::level : detail::kind::never);
  }

  detail::state_ref state_;
};

static_assert(sizeof(cancellation_token) == sizeof(void*));

template <class State>
cancellation_token detail::access::token(State state) noexcept {
  return cancellation_token(std::move(state));
}

}  // namespace v1
}  // namespace abide

template <>
struct std::hash<abide::cancellation_token> {
  std::size_t operator()(const abide::cancellation_token& t) const noexcept {
    return std::hash<const void*>()(abide::detail::access::state(t).get());
  }
};
