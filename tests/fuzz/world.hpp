// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/export.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>

/// A world of one OS thread for the product: an implementation of src/platform/sys.hpp with a clock
/// that stands still while anybody runs. Threads that the product starts are fibers; they run when
/// the caller sleeps or lets them, one after the other until none has anything to do. Then the
/// clock jumps to the next deadline. What nobody can end is reported and ends the program.
namespace fuzz::world {

inline constexpr std::int64_t never = INT64_MAX;

/// The clock, in nanoseconds. Begins far from zero.
std::int64_t now() noexcept;

/// Lets the other threads run until none has anything to do at this instant.
void settle();

/// Lets time pass up to the instant, from one deadline to the next.
void advance_to(std::int64_t instant);

/// Has another thread call `job` at the instant; one job at a time. call_off() forgets it.
void run_at(std::int64_t instant, std::function<void()> job);
void call_off() noexcept;

/// A handle's level, and how many are open.
bool is_readable(abide::native_handle_type handle);
std::size_t open_handles() noexcept;

/// Called with the reason before the program ends because something cannot be.
void on_fatal(void (*report)(const char* reason)) noexcept;

}  // namespace fuzz::world
