// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/abide.hpp>

#include <chrono>

#include "checker.hpp"

namespace model {

/// A deadline that the checker may let pass at any time.
inline abide::deadline later() { return abide::deadline::after(std::chrono::seconds(1)); }

/// Gives the calling thread its parker, outside the exploration.
inline void warm_thread() {
  abide::auto_reset_event event;
  (void)event.wait_until(later());
}

}  // namespace model
