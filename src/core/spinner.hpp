// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/spin.hpp>

#include <chrono>

namespace abide {
inline namespace v1 {
namespace core {

/// Whether a thread waits busily before it sleeps, and what it has learned about that. A busy wait
/// that pays saves about three times what one that does not costs, so it gains twice the credit.
class spinner {
 public:
  /// More than the round trip to another processor, less than to go to sleep and wake.
  static constexpr std::chrono::microseconds longest{5};

  void set(spin how) noexcept {
    *this = spinner();
    is_on_ = how == spin::adaptive;
  }

  bool is_on() const noexcept { return is_on_; }

  /// Whether this wait should try it: while there is credit, and then now and again.
  bool is_due() noexcept { return credit_ != 0 || ++waits_without_ % every == 0; }

  void paid() noexcept { credit_ = credit_ + 2 < most_credit ? credit_ + 2 : most_credit; }
  void failed() noexcept { credit_ -= credit_ != 0 ? 1 : 0; }

 private:
  static constexpr unsigned first_credit = 4;
  static constexpr unsigned most_credit = 8;
  static constexpr unsigned every = 64;

  bool is_on_ = false;
  unsigned credit_ = first_credit;
  unsigned waits_without_ = 0;
};

}  // namespace core
}  // namespace v1
}  // namespace abide
