// SPDX-License-Identifier: BSL-1.0
#include "gates/bytes.hpp"

#include <abide/abide.hpp>

#include "core/blocked_call.hpp"
#include "core/parker.hpp"
#include "core/wait_entry.hpp"

namespace bench {
namespace {

struct empty_callback {
  void operator()() const {}
};

template <class T>
size_of inline_size(const char* name, std::size_t bound) {
  return {name, sizeof(T), bound};
}

}  // namespace

std::vector<size_of> sizes() {
  return {
      inline_size<abide::manual_reset_event>("manual_reset_event", 8),
      inline_size<abide::auto_reset_event>("auto_reset_event", 8),
      inline_size<abide::semaphore>("semaphore", 16),
      inline_size<abide::cancellation_token>("cancellation_token", 8),
      inline_size<abide::cancellation_source>("cancellation_source", 8),
      inline_size<abide::cancellation_registration>("cancellation_registration", 16),
      inline_size<abide::cancellation_callback<empty_callback>>("cancellation_callback, empty", 48),
      inline_size<abide::waitable_timer>("waitable_timer", 64),
      inline_size<abide::deadline>("deadline", 8),
      inline_size<abide::wait_set>("wait_set", 8),
      inline_size<abide::waitable_ref>("waitable_ref", 16),
      inline_size<abide::throw_on>("throw_on", 8),
      inline_size<abide::return_on>("return_on", 8),
      inline_size<abide::os_handle>("os_handle", 12),
      inline_size<abide::process>("process", 28),
      inline_size<abide::signal_set>("signal_set", 24),
      inline_size<abide::file_watch>("file_watch", 72),
      inline_size<abide::operation_canceled>("operation_canceled", 32),
      inline_size<abide::cancellation_callback_error>("cancellation_callback_error", 24),
      inline_size<abide::core::wait_entry>("a wait's place on one object, on its stack", 48),
      inline_size<abide::core::blocked_call>("a blocked wait of up to 16, on its stack", 960),
      inline_size<abide::core::parker>("a thread's place to sleep, made by its first wait", 40),
  };
}

}  // namespace bench
