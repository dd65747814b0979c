// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancel_argument.hpp>
#include <abide/manual_reset_event.hpp>

#include <stop_token>

namespace abide {
inline namespace v1 {

/// Lets a std::stop_token stand wherever a wait takes a token, without an allocation:
///
///     std::jthread worker([](std::stop_token stop) { event.wait(stop); });
template <>
struct token_adapter<std::stop_token> {
 public:
  explicit token_adapter(const std::stop_token& token) : callback_(token, setter{&canceled_}) {}
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
