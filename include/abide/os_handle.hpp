// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/export.hpp>
#include <abide/io.hpp>
#include <abide/waitable.hpp>

namespace abide {
inline namespace v1 {

/// A raw OS handle in a wait. A wait is satisfied by any of the wanted conditions and, always, by
/// hang_up and error; it takes nothing from the handle.
///
///     abide::os_handle input(STDIN_FILENO);
///     if (abide::wait_any(abide::throw_on(token), input) == 1) read_some(input.get());
///
/// Ordering: none. What a wait returned for the handle synchronises with nobody.
/// Lifetime: does not own the handle, and the caller keeps it open while anybody waits on it. The
/// system finds a file by its number, anew for each poll: closing a descriptor does not end a wait
/// on it, and if the number is given to another file meanwhile, the wait may watch that.
/// Thread safety: one wait at a time; a second thread uses its own os_handle.
class ABIDE_API os_handle {
 public:
  /// Watches a handle for the conditions. Whether it is open is asked by a wait, which finds
  /// io::error if it is not.
  /// Throws: std::invalid_argument for a handle that cannot be one (negative, null).
  explicit os_handle(native_handle_type handle, io wanted = io::readable);

  /// The handle that was given.
  native_handle_type get() const noexcept { return state_.handle; }

  /// What the last wait that this handle satisfied found on it; empty before.
  io ready() const noexcept { return state_.ready; }

 private:
  friend class detail::access;
  waitable_ref ref() const noexcept { return detail::access::make(&state_, detail::kind::handle); }

  detail::watched_handle state_;
};

}  // namespace v1
}  // namespace abide
