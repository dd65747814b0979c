// SPDX-License-Identifier: BSL-1.0
#include <abide/waitable_timer.hpp>

#include <stdexcept>

#include "core/timer_queue.hpp"
#include "platform/sys.hpp"

namespace abide {
inline namespace v1 {

namespace {

// How far into a period an instant or a distance lies; without an overflow for any.
std::int64_t phase(std::int64_t nanoseconds, std::int64_t period) noexcept {
  const std::int64_t remainder = nanoseconds % period;
  return remainder < 0 ? remainder + period : remainder;
}
std::int64_t phase(deadline::time_point t, std::int64_t period) noexcept {
  return phase(std::chrono::nanoseconds(t.time_since_epoch()).count(), period);
}

}  // namespace

waitable_timer::~waitable_timer() {
  core::timer_section().disarm(*this);
  // Here and not in the event's destructor, so that the message names the timer.
  const waitable_ref event = ref();
  detail::retire(*static_cast<const detail::waitable*>(detail::access::object(event)),
                 detail::access::kind(event), "abide::waitable_timer", this);
}

void waitable_timer::cancel() noexcept { core::timer_section().disarm(*this); }

std::int64_t waitable_timer::checked_period(std::int64_t nanoseconds) {
  if (nanoseconds <= 0) throw std::invalid_argument("abide::waitable_timer: period must be > 0");
  return nanoseconds;
}

void waitable_timer::arm(deadline t, std::int64_t every) {
  if (!t.is_never()) core::start_timer_thread();  // what may fail comes first
  core::timer_section queue;
  queue.disarm(*this);
  event_.reset();
  if (!t.is_never()) queue.arm(*this, t, every);
}

// On the timer thread, with the queue locked: the destructor waits for it in disarm(). The event is
// set last, because who it releases may destroy the timer.
void waitable_timer::fire(detail::timer_node& node) noexcept {
  auto& self = static_cast<waitable_timer&>(node);
  node.at = stage::idle;
  if (node.period != 0) {
    // Periods that have passed unseen count once.
    const deadline::time_point now = sys::now();
    const std::int64_t into_period =
        phase(phase(now, node.period) - phase(node.due.time(), node.period), node.period);
    const std::chrono::nanoseconds left(node.period - into_period);
    if (left <= deadline::time_point::max() - now) core::rearm_locked(node, deadline(now + left));
  }
  self.event_.set();
}

}  // namespace v1
}  // namespace abide
