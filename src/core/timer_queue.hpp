// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/deadline.hpp>
#include <abide/timer_node.hpp>

#include <cstdint>

/// All timed sources and waitable timers of the process, in one queue served by one thread, which
/// the first of them starts and nobody joins. The queue's lock is held while a timer fires, so that
/// disarm() returns only when the timer is not firing; a fire function that runs user code gives
/// the lock back for it (INV-8). A section that has to wait for the lock waits for one timer to
/// fire, not for all that are due.
namespace abide {
inline namespace v1 {
namespace core {

using detail::timer_node;

/// Throws: std::system_error if the thread cannot start; a later call may.
void start_timer_thread();

/// The queue under its lock, for the length of one change. At its end the thread is woken if it
/// would sleep past the earliest timer.
class timer_section {
 public:
  timer_section() noexcept;
  ~timer_section();
  timer_section(const timer_section&) = delete;
  timer_section& operator=(const timer_section&) = delete;

  /// Arms the timer, or arms it anew. O(log n), without an allocation.
  /// Requires: the thread was started.
  void arm(timer_node& node, deadline due, std::int64_t period) noexcept;

  /// Disarms the timer; afterwards it is not firing, unless its fire function has given the lock
  /// back: then it goes on.
  void disarm(timer_node& node) noexcept;
};

/// For fire functions, with the queue locked: puts a timer back that has just been taken out.
void rearm_locked(timer_node& node, deadline due) noexcept;

}  // namespace core
}  // namespace v1
}  // namespace abide
