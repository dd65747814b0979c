// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancel_argument.hpp>
#include <abide/deadline.hpp>
#include <abide/waitable.hpp>

#include <chrono>

namespace abide {
inline namespace v1 {

/// Sleeps until a deadline, which may be never() if a token ends the sleep.
///
///     abide::sleep_for(20ms, token);
///
/// Blocks: until the time has come, never less, or the token is canceled.
/// Returns: nothing; with return_on(token), wait_status::timeout or wait_status::canceled.
/// Throws: operation_canceled once the token is canceled, except with return_on; one that is
/// canceled already wins over a time that has come. std::bad_alloc, in the first wait of its thread
/// that has to block.
inline void sleep_until(deadline t) {
  (void)detail::wait_for_one(detail::access::make(nullptr, detail::kind::never), t);
}
template <detail::cancel_argument T>
auto sleep_until(deadline t, const T& token) {
  const auto never = detail::access::make(nullptr, detail::kind::never);
  const auto ended = detail::wait_for_one(never, t, token);
  if constexpr (detail::reports_status<T>) return ended;
}

/// As sleep_until(), for a duration: at once for zero and below.
/// Throws: also std::invalid_argument for a NaN.
template <class R, class P>
void sleep_for(std::chrono::duration<R, P> d) {
  sleep_until(deadline::after(d));
}
template <class R, class P, detail::cancel_argument T>
auto sleep_for(std::chrono::duration<R, P> d, const T& token) {
  return sleep_until(deadline::after(d), token);
}

}  // namespace v1
}  // namespace abide
