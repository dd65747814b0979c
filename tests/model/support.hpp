// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/abide.hpp>

#include <chrono>
#include <functional>

#include "checker.hpp"
#include "verify.hpp"

namespace model {

/// A deadline that the checker may let pass at any time.
inline abide::deadline later() { return abide::deadline::after(std::chrono::seconds(1)); }
/// One that lies behind it.
inline abide::deadline much_later() { return abide::deadline::after(std::chrono::seconds(100)); }

/// Gives the calling thread its parker, and that its handle, outside the exploration.
inline void warm_thread() {
  abide::auto_reset_event event;
  const abide::os_handle handle(event.native_handle());
  (void)abide::wait_until(later(), handle);
}

/// Explores a scenario of the product whose threads have waited before, up to so many preemptions.
inline void exhaust(const char* name, int bound, const std::function<void()>& body) {
  scenario s(name);
  verify(s.bound(bound).warm_up(warm_thread), body);
}

}  // namespace model
