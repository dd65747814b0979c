// SPDX-License-Identifier: BSL-1.0

// Compiled without exceptions and run-time type information: what such a program includes and
// calls.
#include <abide/abide.hpp>
#include <abide/interop/stop_token.hpp>

#include <chrono>
#include <stop_token>

namespace {

using abide::wait_status;

[[maybe_unused]] bool waits_without_exceptions(abide::auto_reset_event& event,
                                               abide::semaphore& units,
                                               const abide::cancellation_token& token,
                                               const std::stop_token& foreign) {
  const abide::return_on stop(token);
  const auto registration = token.register_callback([] {});
  return event.wait(stop) == wait_status::ready && units.acquire(stop) == wait_status::ready &&
         abide::wait_any(event, units, stop).status == wait_status::ready &&
         abide::wait_all_for(std::chrono::seconds(1), event, units, stop) == wait_status::ready &&
         abide::wait_for(std::chrono::seconds(1), event, foreign);
}

}  // namespace
