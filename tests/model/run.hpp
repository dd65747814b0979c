// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>

#include "checker.hpp"
#include "footprint.hpp"
#include "trace.hpp"

/// What every part of the checker may ask of the run under way.
namespace model {

/// Ends the run, and the exploration, with this failure.
[[noreturn]] void fail(failure, const std::string& message);

/// Takes the next choice of the trail. Returns: 0 when there is one alternative.
int choose(int alternatives);

/// Writes what the current thread does into the trace.
void record(operation, const void* address = nullptr, std::uint64_t value = 0,
            std::uint64_t other = 0, std::memory_order = std::memory_order_relaxed);

/// The current thread makes a step; one that has more than one end had this one.
void note_step(footprint);
void note_choice(int taken);

/// How a report names a thread, an address or a value.
std::string describe_thread(int thread);
std::string describe(const void* address);

}  // namespace model
