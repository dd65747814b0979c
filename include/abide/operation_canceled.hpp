// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancellation_token.hpp>
#include <abide/export.hpp>

#include <exception>
#include <memory>
#include <span>
#include <system_error>
#include <vector>

namespace abide {
inline namespace v1 {

/// Thrown by a wait whose token was canceled; user code may throw it too. Derives from
/// std::exception directly: Boost.Thread before 1.82 slices exceptions with other bases when a
/// future carries them.
///
///     try {
///       user_code(token);
///     } catch (const abide::operation_canceled& e) {
///       if (!e.caused_by(token)) throw;  // somebody else's
///     }
class ABIDE_API operation_canceled : public std::exception {
 public:
  /// Carries the token, and keeps it alive. An empty code stands for the token's reason.
  explicit operation_canceled(cancellation_token token, std::error_code code = {}) noexcept;

  /// Copies as every exception does: without throwing.
  operation_canceled(const operation_canceled&) noexcept;
  operation_canceled& operator=(const operation_canceled&) noexcept;
  ~operation_canceled() override;

  /// The token that the caller passed to the wait, never an internal one; none if that was a
  /// stranger's, which came through a token_adapter.
  cancellation_token token() const noexcept { return token_; }

  /// Why: the reason given to cancel(), or errc::timed_out for a deadline.
  std::error_code code() const noexcept { return code_; }

  /// Whether that token is the one carried here, or the cancel that ended the wait came from it or
  /// from what it is linked to. Of none: false.
  bool caused_by(const cancellation_token& token) const noexcept;

  /// A fixed text.
  const char* what() const noexcept override;

 private:
  cancellation_token token_;
  std::error_code code_;
};

/// Thrown by cancel() after all callbacks have run, when some of them threw.
class ABIDE_API cancellation_callback_error : public std::exception {
 public:
  /// Throws: std::bad_alloc.
  explicit cancellation_callback_error(std::vector<std::exception_ptr> errors);

  /// Copies as every exception does: without throwing.
  cancellation_callback_error(const cancellation_callback_error&) noexcept;
  cancellation_callback_error& operator=(const cancellation_callback_error&) noexcept;
  ~cancellation_callback_error() override;

  /// What the callbacks threw, in the order in which they ran.
  std::span<const std::exception_ptr> errors() const noexcept { return *errors_; }

  /// A fixed text.
  const char* what() const noexcept override;

 private:
  std::shared_ptr<const std::vector<std::exception_ptr>> errors_;
};

/// Receives what a callback threw where no caller can: on the timer thread and in request_stop(). A
/// handler that throws ends the program.
using callback_error_handler = void (*)(std::exception_ptr);

/// Installs a handler for the process. Null restores the default, which prints a message and
/// terminates the program.
/// Returns: the one before; null for the default.
/// Thread safety: may be called at any time; a handler may still be called after it was replaced.
ABIDE_API callback_error_handler
set_callback_error_handler(callback_error_handler handler) noexcept;

}  // namespace v1
}  // namespace abide
