// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/export.hpp>

namespace abide {
inline namespace v1 {

/// What a thread does in a wait before it sleeps.
enum class spin {
  off,       ///< Nothing: it sleeps at once. The default.
  adaptive,  ///< It waits busily for up to 5 microseconds, if that has paid of late.
};

namespace this_thread {

/// Says so for the waits of the calling thread from here on.
///
///     abide::this_thread::set_spin(abide::spin::adaptive);
///
/// Worth it where another processor answers within microseconds: such a wait ends without a system
/// call, of the signaler neither, and many times sooner than a thread wakes. Every busy wait that
/// ends in sleep is lost time; after a few of those in a row only each 64th wait tries again, until
/// it pays. A wait that watches an OS handle always sleeps. Nothing else about a wait changes.
///
/// With one processor nobody could answer meanwhile, so there adaptive is off. The processors that
/// the thread may use are counted in this call: if they change, call it again. A thread that is
/// bound to one later learns that it does not pay, as anyone does.
/// Blocks: never.
/// Thread safety: not from a signal handler.
ABIDE_API void set_spin(spin how) noexcept;

/// Returns: what is in effect; off also if adaptive was asked for with one processor.
[[nodiscard]] ABIDE_API spin get_spin() noexcept;

}  // namespace this_thread

}  // namespace v1
}  // namespace abide
