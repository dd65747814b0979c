// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancel_argument.hpp>
#include <abide/deadline.hpp>
#include <abide/waitable.hpp>

#include <chrono>

namespace abide {
inline namespace v1 {

/// Blocks until the time has come, never less. With a token, throws operation_canceled as soon as
/// it is canceled; with return_on, returns wait_status::timeout or wait_status::canceled.
inline void sleep_until(deadline t) {
  (void)detail::wait_for_one(detail::access::make(nullptr, detail::kind::never), t);
}
template <detail::cancel_argument T>
auto sleep_until(deadline t, const T& token) {
  const auto never = detail::access::make(nullptr, detail::kind::never);
  const auto ended = detail::wait_for_one(never, t, token);
  if constexpr (detail::reports_status<T>) return ended;
}
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
