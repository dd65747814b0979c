// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/deadline.hpp>
#include <abide/export.hpp>
#include <abide/sys/atomic.hpp>

#include <cstdint>

#include "core/spinner.hpp"
#include "platform/sys.hpp"

namespace abide {
inline namespace v1 {
namespace core {

/// Where one thread sleeps. Pooled, type-stable, never freed: whoever has read a parker's address
/// may unpark it for ever. An unpark that comes late wakes the next owner once for nothing, so
/// every caller of park() loops on its own condition.
///
// clang-format off
///     state             legal to find                   who changes it, to what
///     empty             the owner is awake, or waits    owner -> asleep_*; unpark -> notified
///                         busily in park()
///     notified          awake, one wake is due          owner -> empty
///     asleep_in_futex   the owner is in sys::sleep      unpark -> notified, then a wake;
///                                                         owner, in time -> empty
///     asleep_in_poll    the owner is in a poll          unpark -> notified, then raise;
///                                                         owner -> empty
///
// clang-format on
/// Every change is a CAS or an exchange.
class parker {
 public:
  /// Sleeps until unpark() or the deadline; returns at once if an unpark is due. May return early.
  /// Waits busily before that, if set_spin() says so and it pays.
  sys::sleep_result park(deadline until) noexcept;

  /// The same, and until one of the handles is ready. The set must hold own_handle() last.
  /// Returns: timed_out only if no handle is ready and no unpark came.
  sys::sleep_result park(sys::poll_set& handles, deadline until) noexcept;

  /// Wakes the owner now or out of its next park(). Safe at any time, on any parker ever made.
  void unpark() noexcept;

  /// The owner's, as this_thread::set_spin(). Forgets what was learned.
  void set_spin(spin how) noexcept { spinner_.set(how); }

  /// The handle that unpark() raises while the owner sleeps in a poll; made at the first call.
  /// Throws: std::system_error with the OS code.
  native_handle_type own_handle();

 private:
  friend class parker_lease;
  friend class parker_pool;
  enum : std::uint32_t { empty, notified, asleep_in_futex, asleep_in_poll };

  void wait_busily(deadline until) noexcept;

  sys::atomic<std::uint32_t> state_{empty};
  spinner spinner_;          // the owner's
  bool has_handle_ = false;  // the owner's, like handle_
  native_handle_type handle_{};
  parker* next_free_ = nullptr;  // the pool's, under its lock
  parker* next_made_ = nullptr;
};

/// The calling thread's parker for the length of one wait. A thread keeps its parker until it ends;
/// a wait in a destructor that runs after that takes one from the pool and gives it back.
class parker_lease {
 public:
  /// Throws: std::bad_alloc in a thread's first wait.
  parker_lease();
  ~parker_lease();
  parker_lease(const parker_lease&) = delete;
  parker_lease& operator=(const parker_lease&) = delete;

  parker& operator*() const noexcept { return *parker_; }
  parker* operator->() const noexcept { return parker_; }
  parker* get() const noexcept { return parker_; }

 private:
  parker* parker_;
};

}  // namespace core
}  // namespace v1
}  // namespace abide
