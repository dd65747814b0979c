// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace abide {
inline namespace v1 {
/// What the atomics and the system calls of a counting build tell; growth/window.hpp sums it up.
namespace counting {

/// What an atomic operation does to its word. A compare-exchange that fails takes the cache line
/// all the same.
enum class touch : std::uint8_t { load, store, change, failed_change };
void note(const void* word, touch) noexcept;

/// There is a new word at that address: what was there before was another.
void note_made(const void* word) noexcept;

/// The calling thread took LOCK of the word, or gives it back by its next exchange.
void note_lock(const void* word) noexcept;
void note_unlock(const void* word) noexcept;

enum class call : std::uint8_t { wake, sleep, other };
void note(call) noexcept;

}  // namespace counting
}  // namespace v1
}  // namespace abide
