// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace abide {
inline namespace v1 {

/// Constructs an event that is set: `abide::manual_reset_event open{abide::initially_set};`
struct initially_set_t {
  explicit initially_set_t() = default;
};
inline constexpr initially_set_t initially_set{};

}  // namespace v1
}  // namespace abide
