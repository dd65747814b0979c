// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancel_argument.hpp>
#include <abide/manual_reset_event.hpp>

#include <stop_token>

namespace abide {
inline namespace v1 {

/// Lets a std::stop_token stand wherever a wait takes a token, without an allocation. The
/// operation_canceled of such a wait carries no token.
///
///     std::jthread worker([&](const std::stop_token& stop) {
///       try {
///         for (;;) {
///           event.wait(stop);
///           step();
///         }
///       } catch (const abide::operation_canceled&) {
///       }
///     });
template <>
struct token_adapter<std::stop_token> {
 public:
  /// Registers with the stop token for the time of one call.
  explicit token_adapter(const std::stop_token& token) : callback_(token, setter{&canceled_}) {}
  /// Set once a stop is requested.
  const manual_reset_event& canceled() const noexcept { return canceled_; }

 private:
  struct setter {
    manual_reset_event* event;
    void operator()() const noexcept { event->set(); }
  };

  manual_reset_event canceled_;  // outlives the callback, whose destructor waits for a running one
  std::stop_callback<setter> callback_;
};

}  // namespace v1
}  // namespace abide
