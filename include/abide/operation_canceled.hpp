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

/// Thrown by a wait whose token was canceled. Derives from std::exception directly: Boost.Thread
/// before 1.82 slices exceptions with other bases when a future carries them.
///
///     try { queue.wait(token); }
///     catch (const abide::operation_canceled& e) { if (!e.caused_by(token)) throw; }
class ABIDE_API operation_canceled : public std::exception {
 public:
  /// An empty code stands for the token's reason.
  explicit operation_canceled(cancellation_token token, std::error_code code = {}) noexcept;
  operation_canceled(const operation_canceled&) noexcept;
  operation_canceled& operator=(const operation_canceled&) noexcept;
  ~operation_canceled() override;

  /// The token that the caller passed to the wait, never an internal one.
  cancellation_token token() const noexcept { return token_; }

  /// Why: the reason given to cancel(), or errc::timed_out for a deadline.
  std::error_code code() const noexcept { return code_; }

  /// Whether that token, or a token that it is linked to, ended the wait.
  bool caused_by(const cancellation_token& token) const noexcept;

  const char* what() const noexcept override;

 private:
  cancellation_token token_;
  std::error_code code_;
};

/// Thrown by cancel() after all callbacks have run, when some of them threw.
class ABIDE_API cancellation_callback_error : public std::exception {
 public:
  explicit cancellation_callback_error(std::vector<std::exception_ptr> errors);
  cancellation_callback_error(const cancellation_callback_error&) noexcept;
  cancellation_callback_error& operator=(const cancellation_callback_error&) noexcept;
  ~cancellation_callback_error() override;

  /// What the callbacks threw, in the order in which they ran.
  std::span<const std::exception_ptr> errors() const noexcept { return *errors_; }

  const char* what() const noexcept override;

 private:
  std::shared_ptr<const std::vector<std::exception_ptr>> errors_;
};

/// Receives what a callback threw where no caller can: on the timer thread and in request_stop().
using callback_error_handler = void (*)(std::exception_ptr);

/// Installs a handler and returns the one before. Null restores the default, which prints a
/// message and terminates the program.
ABIDE_API callback_error_handler
set_callback_error_handler(callback_error_handler handler) noexcept;

}  // namespace v1
}  // namespace abide
