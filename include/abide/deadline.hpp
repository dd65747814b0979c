// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/export.hpp>

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <ratio>
#include <type_traits>
#include <utility>

namespace abide {
inline namespace v1 {

class deadline;

namespace detail {

/// Called for a duration or time point that is not a number. Throws std::invalid_argument.
[[noreturn]] ABIDE_API void throw_not_a_number();

/// Nanoseconds of a duration, saturated before it is converted and rounded up, so that no wait ends
/// early and none overflows. Throws std::invalid_argument for a NaN.
template <class R, class P>
constexpr std::int64_t to_nanoseconds(std::chrono::duration<R, P> d) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  using to_nano = std::ratio_divide<P, std::nano>;
  const R count = d.count();
  if constexpr (std::is_floating_point_v<R>) {
    if (count != count) throw_not_a_number();
    const long double exact = static_cast<long double>(count) *
                              static_cast<long double>(to_nano::num) /
                              static_cast<long double>(to_nano::den);
    // 2^63 is exact in every floating type, and the first value that does not fit.
    if (exact >= 9223372036854775808.0L) return most;
    if (exact <= -9223372036854775808.0L) return least;
    const auto whole = static_cast<std::int64_t>(exact);
    return static_cast<long double>(whole) < exact ? whole + 1 : whole;
  } else {
    if (std::cmp_greater(count, most / to_nano::num)) return most;
    if (std::cmp_less(count, least / to_nano::num)) return least;
    const std::int64_t scaled = static_cast<std::int64_t>(count) * to_nano::num;
    const std::int64_t whole = scaled / to_nano::den;
    return scaled % to_nano::den > 0 ? whole + 1 : whole;
  }
}

}  // namespace detail

/// A point on the steady clock, in nanoseconds, or never. It is absolute, so a loop that waits
/// again does not drift.
///
///     const abide::deadline until = abide::deadline::after(5s);
///     while (!done) {
///       if (!event.wait_until(until)) return timed_out();
///     }
///
/// Conversions saturate instead of overflowing and round up, so a wait is never early. A duration
/// does not convert by itself: say after().
class ABIDE_API deadline {
 public:
  /// What the steady clock counts in.
  using time_point = std::chrono::steady_clock::time_point;

  /// Never.
  constexpr deadline() noexcept = default;

  /// The same instant on the steady clock. A time point of another clock is converted once, here,
  /// by the distance to its now(): a later step of that clock does not move the deadline.
  /// Throws: std::invalid_argument for a NaN; what another clock's now() throws.
  template <class C, class D>
  deadline(std::chrono::time_point<C, D> t)  // NOLINT: implicit, as design and std expect
      : nanoseconds_(from(t)) {}

  /// The instant d from now; at once for zero and below, never for a duration past the clock's end.
  /// Throws: std::invalid_argument for a NaN.
  template <class R, class P>
  static deadline after(std::chrono::duration<R, P> d) {
    return after_nanoseconds(detail::to_nanoseconds(d));
  }

  /// The instant that does not come; later than all others.
  static constexpr deadline never() noexcept { return {}; }

  /// Whether this is never().
  constexpr bool is_never() const noexcept { return nanoseconds_ == never_; }

  /// Whether the steady clock has reached this instant. One clock read, none for never().
  bool has_passed() const noexcept;

  /// Time left: 0 once passed, nanoseconds::max() for never().
  std::chrono::nanoseconds remaining() const noexcept;

  /// The instant on the steady clock; time_point::max() for never().
  constexpr time_point time() const noexcept {
    return time_point(std::chrono::nanoseconds(nanoseconds_));
  }

  /// The earlier is the lesser.
  friend constexpr auto operator<=>(deadline, deadline) noexcept = default;

 private:
  static constexpr std::int64_t never_ = std::numeric_limits<std::int64_t>::max();

  static deadline after_nanoseconds(std::int64_t) noexcept;

  template <class C, class D>
  static std::int64_t from(std::chrono::time_point<C, D> t) {
    if constexpr (std::is_same_v<C, std::chrono::steady_clock>) {
      return detail::to_nanoseconds(t.time_since_epoch());
    } else {
      return from_other_clock(detail::to_nanoseconds(t.time_since_epoch()),
                              detail::to_nanoseconds(C::now().time_since_epoch()));
    }
  }

  static std::int64_t from_other_clock(std::int64_t then, std::int64_t now) noexcept;

  std::int64_t nanoseconds_ = never_;  // since the steady clock's epoch
};

}  // namespace v1
}  // namespace abide
