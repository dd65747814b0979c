// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancellation_token.hpp>
#include <abide/waitable.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace abide {
inline namespace v1 {

/// In a wait: once the token is canceled, the wait throws operation_canceled with that token.
///
///     const std::size_t which = abide::wait_any(abide::throw_on(token), work, quit);  // 1 or 2
///
/// It may stand anywhere among the arguments, counts in the numbering and is never the index that a
/// wait returns. Canceled already at the call it wins, and the wait takes nothing.
class throw_on {
 public:
  /// Holds the token for as long as it lives.
  explicit throw_on(cancellation_token token) noexcept : token_(std::move(token)) {}

 private:
  friend class detail::access;
  waitable_ref ref() const noexcept {
    return detail::access::with_role(detail::access::ref(token_), detail::role::throw_on);
  }
  cancellation_token token_;
};

/// In a wait: once the token is canceled, the wait returns wait_status::canceled instead of
/// throwing. For the rest as throw_on.
///
///     if (work.wait(abide::return_on(token)) == abide::wait_status::canceled) return;
class return_on {
 public:
  /// Holds the token for as long as it lives.
  explicit return_on(cancellation_token token) noexcept : token_(std::move(token)) {}

 private:
  friend class detail::access;
  waitable_ref ref() const noexcept {
    return detail::access::with_role(detail::access::ref(token_), detail::role::return_on);
  }
  cancellation_token token_;
};

/// Lets a stranger's token stand wherever a wait takes one. A specialisation is constructed from
/// `const T&` for the time of one call and tells of an event that is set once that token asks to
/// stop. The operation_canceled of such a wait carries no token.
///
///     template <>
///     struct abide::token_adapter<stranger::token> {
///       explicit token_adapter(const stranger::token& t) : stopped(t.stopped()) {}
///       const abide::manual_reset_event& canceled() const noexcept { return stopped; }
///       const abide::manual_reset_event& stopped;
///     };
///
/// The header abide/interop/stop_token.hpp has the one for std::stop_token.
template <class T>
struct token_adapter;

namespace detail {

template <class T>
concept adaptable = requires(const T& t) {
  token_adapter<T>(t).canceled();
};

template <class T>
concept cancel_argument = std::same_as<T, cancellation_token> || std::same_as<T, throw_on> ||
    std::same_as<T, return_on> || adaptable<T>;

/// Whether a wait with these arguments reports a cancel as a status instead of throwing.
template <class... Ts>
inline constexpr bool reports_status = (std::same_as<Ts, return_on> || ...);

/// Any argument of a wait as an item, and what has to live while the call lasts.
template <class T>
class argument {
 public:
  explicit argument(T& w) noexcept : ref_(access::ref(w)) {}
  waitable_ref ref() const noexcept { return ref_; }

 private:
  waitable_ref ref_;
};

template <class T>
requires adaptable<std::remove_const_t<T>>
class argument<T> {
 public:
  explicit argument(const T& t) : adapter_(t) {}
  waitable_ref ref() const noexcept {
    return access::with_role(access::ref(adapter_.canceled()), role::throw_on_foreign);
  }

 private:
  token_adapter<std::remove_const_t<T>> adapter_;
};

/// A token parameter: a plain token there means throw_on.
template <class T>
class cancel_parameter {
 public:
  explicit cancel_parameter(const T& t) : item_(t) {}
  waitable_ref ref() const noexcept {
    if constexpr (std::same_as<T, cancellation_token>) {
      return access::with_role(item_.ref(), role::throw_on);
    } else {
      return item_.ref();
    }
  }

 private:
  argument<const T> item_;
};

/// Whether a token parameter is canceled already: throws or returns canceled; else ready.
inline wait_status canceled_at_entry() { return wait_status::ready; }
template <class T>
wait_status canceled_at_entry(const T& token) {
  const cancel_parameter<T> parameter(token);
  return check_canceled(parameter.ref());
}

// One object, perhaps with a token: what the members of events and semaphores call.

inline void wait_for_one(waitable_ref w) { (void)block_on_any(&w, 1, deadline::never()); }

[[nodiscard]] inline bool wait_for_one(waitable_ref w, deadline until) {
  return block_on_any(&w, 1, until).status == wait_status::ready;
}

template <class T>
auto wait_for_one(waitable_ref w, const T& token) {
  const cancel_parameter<T> parameter(token);
  const waitable_ref items[] = {w, parameter.ref()};
  const wait_status status = block_on_any(items, 2, deadline::never()).status;
  if constexpr (reports_status<T>) return status;
}

template <class T>
[[nodiscard]] auto wait_for_one(waitable_ref w, deadline until, const T& token) {
  const cancel_parameter<T> parameter(token);
  const waitable_ref items[] = {w, parameter.ref()};
  const wait_status status = block_on_any(items, 2, until).status;
  if constexpr (reports_status<T>) {
    return status;
  } else {
    return status == wait_status::ready;
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace abide
