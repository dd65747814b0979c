// SPDX-License-Identifier: BSL-1.0
#pragma once

/// What the library does around fork: its own locks are taken before and given back after, so that
/// the child can destroy objects, and the child drops the handles that its parent wakes.
namespace abide {
inline namespace v1 {
namespace core {

/// Called before anything is made that a child could find locked: a parker, a cancellation state,
/// an exported handle, the timer thread. Idempotent, one load.
void install_process_hooks() noexcept;

// The locks of the library in lock order, each in the file that owns it.
void lock_timer_queue() noexcept;
void unlock_timer_queue() noexcept;
void lock_links() noexcept;
void unlock_links() noexcept;
void lock_parker_pool() noexcept;
void unlock_parker_pool() noexcept;
void drop_parker_handles() noexcept;

}  // namespace core
}  // namespace v1
}  // namespace abide
