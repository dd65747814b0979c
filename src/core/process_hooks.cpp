// SPDX-License-Identifier: BSL-1.0
#include "core/process_hooks.hpp"

#include <abide/sys/atomic.hpp>

#include "platform/sys.hpp"

namespace abide {
inline namespace v1 {
namespace core {
namespace {

void before_fork() noexcept {
  lock_timer_queue();
  lock_links();
  lock_parker_pool();
}

void after_fork() noexcept {
  unlock_parker_pool();
  unlock_links();
  unlock_timer_queue();
}

void after_fork_in_child() noexcept {
  drop_parker_handles();
  after_fork();
}

constinit sys::atomic<bool> installed{false};

}  // namespace

void install_process_hooks() noexcept {
  // Relaxed: whoever loses needs nothing from the winner but that one of them registers.
  if (!installed.load(sys::memory_order_relaxed) &&
      !installed.exchange(true, sys::memory_order_relaxed)) {
    sys::at_fork(before_fork, after_fork, after_fork_in_child);
  }
}

}  // namespace core
}  // namespace v1
}  // namespace abide
