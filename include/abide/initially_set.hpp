// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace abide {
inline namespace v1 {

/// The type of initially_set.
struct initially_set_t {
  /// Explicit, so that an event is not constructed from `{}` by mistake.
  explicit initially_set_t() = default;
};

/// Constructs an event that is set.
///
///     abide::manual_reset_event open{abide::initially_set};
inline constexpr initially_set_t initially_set{};

}  // namespace v1
}  // namespace abide
