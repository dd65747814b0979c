// SPDX-License-Identifier: BSL-1.0
#include <abide/deadline.hpp>

#include <stdexcept>

#include "platform/sys.hpp"

namespace abide {
inline namespace v1 {
namespace {

using nanoseconds = std::int64_t;

constexpr nanoseconds most = std::numeric_limits<nanoseconds>::max();
constexpr nanoseconds least = std::numeric_limits<nanoseconds>::min();

constexpr nanoseconds saturating_add(nanoseconds a, nanoseconds b) noexcept {
  if (b > 0 && a > most - b) return most;
  if (b < 0 && a < least - b) return least;
  return a + b;
}

constexpr nanoseconds saturating_subtract(nanoseconds a, nanoseconds b) noexcept {
  if (b < 0 && a > most + b) return most;
  if (b > 0 && a < least + b) return least;
  return a - b;
}

nanoseconds now() noexcept {
  return std::chrono::nanoseconds(sys::now().time_since_epoch()).count();
}

}  // namespace

void detail::throw_not_a_number() {
  throw std::invalid_argument("abide: a duration or time point that is not a number");
}

bool deadline::has_passed() const noexcept { return !is_never() && now() >= nanoseconds_; }

std::chrono::nanoseconds deadline::remaining() const noexcept {
  if (is_never()) return std::chrono::nanoseconds::max();
  const nanoseconds current = now();
  if (current >= nanoseconds_) return std::chrono::nanoseconds::zero();
  return std::chrono::nanoseconds(saturating_subtract(nanoseconds_, current));
}

deadline deadline::after_nanoseconds(std::int64_t distance) noexcept {
  deadline result;
  result.nanoseconds_ = saturating_add(now(), distance);
  return result;
}

std::int64_t deadline::from_other_clock(std::int64_t then, std::int64_t now) noexcept {
  // The other clock's last instant is how its users write never; the distance to it would not be.
  if (then == most) return most;
  return after_nanoseconds(saturating_subtract(then, now)).nanoseconds_;
}

}  // namespace v1
}  // namespace abide
