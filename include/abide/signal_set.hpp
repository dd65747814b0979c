// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/export.hpp>
#include <abide/owned_handle.hpp>
#include <abide/waitable.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <utility>

namespace abide {
inline namespace v1 {

/// A signal that has arrived.
struct signal_info {
  /// Which signal.
  int number;
  /// The number of the process that sent it; 0 for the kernel, as for Ctrl-C.
  int sender;

  /// Memberwise.
  friend bool operator==(const signal_info&, const signal_info&) = default;
};

/// Signals as something to wait for, instead of a handler: ready while one of them is pending.
///
///     abide::signal_set stop{SIGINT, SIGTERM};               // first in main(), before any thread
///     while (abide::wait_any(stop, work) == 1) step();
///
/// It sees signals sent to the process; one sent to a thread is seen by that thread's waits alone.
/// Waiting takes nothing: the set stays ready until take() has taken the last signal. Like the
/// system, it counts a signal that is sent again before it is taken as one; real-time signals
/// queue.
///
/// Requires: it is constructed before other threads start. The constructor blocks the signals in
/// the calling thread, so that they wait here instead of interrupting, and threads started later
/// inherit that; one that does not block them may still get them in the ordinary way. Children
/// inherit it too, also through an exec.
/// Lifetime: destroyed in the thread that constructed it, which the destructor unblocks; a signal
/// that was not taken is delivered then. Sets that share a signal are destroyed in reverse order.
/// Moved from, it may only be assigned to and destroyed.
/// Thread safety: one wait at a time; a second thread uses its own set.
class ABIDE_API signal_set {
 public:
  /// Blocks the signals and opens a handle for them.
  /// Throws: std::invalid_argument for a number that is no signal, or one that cannot be blocked;
  /// std::system_error for want of a handle. No signal has been blocked then.
  signal_set(std::initializer_list<int> signals);
  explicit signal_set(std::span<const int> signals);

  /// Takes over what the other has blocked; what this had blocked is unblocked.
  signal_set(signal_set&& other) noexcept
      : handle_(std::move(other.handle_)), blocked_(std::exchange(other.blocked_, 0)) {}
  signal_set& operator=(signal_set&& other) noexcept {
    signal_set moved(std::move(other));
    std::swap(handle_, moved.handle_);
    std::swap(blocked_, moved.blocked_);
    return *this;
  }

  /// Unblocks, in the calling thread, what the constructor had to block.
  ~signal_set();

  /// Takes a pending signal; of several the one that the system would deliver first.
  /// Blocks: never.
  /// Returns: nullopt if none is pending.
  /// Throws: std::system_error with the OS code.
  std::optional<signal_info> take();

  /// A signalfd, readable while a signal is pending. Close-on-exec.
  /// Requires: it is only polled: this object reads and closes it.
  native_handle_type native_handle() const noexcept { return handle_.get(); }

 private:
  friend class detail::access;
  waitable_ref ref() const noexcept { return handle_.ref(); }
  explicit signal_set(std::uint64_t signals);

  detail::owned_handle handle_;
  std::uint64_t blocked_;  // the signals that were not blocked before; bit n - 1 is signal n
};

}  // namespace v1
}  // namespace abide
