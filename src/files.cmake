# SPDX-License-Identifier: BSL-1.0
# Every file of the library, one a line; paths are relative to the top of the repository.

set(ABIDE_HEADERS
  include/abide/abide.hpp
  include/abide/auto_reset_event.hpp
  include/abide/cancel_argument.hpp
  include/abide/cancellation.hpp
  include/abide/cancellation_registration.hpp
  include/abide/cancellation_source.hpp
  include/abide/cancellation_token.hpp
  include/abide/deadline.hpp
  include/abide/export.hpp
  include/abide/file_watch.hpp
  include/abide/initially_set.hpp
  include/abide/interop/stop_token.hpp
  include/abide/io.hpp
  include/abide/manual_reset_event.hpp
  include/abide/operation_canceled.hpp
  include/abide/os_handle.hpp
  include/abide/owned_handle.hpp
  include/abide/process.hpp
  include/abide/semaphore.hpp
  include/abide/signal_set.hpp
  include/abide/sleep.hpp
  include/abide/spin.hpp
  include/abide/sys/atomic.hpp
  include/abide/timer_node.hpp
  include/abide/wait.hpp
  include/abide/wait_set.hpp
  include/abide/waitable.hpp
  include/abide/waitable_timer.hpp
)

# The product: what a model checker or a noise build compiles again, unchanged.
set(ABIDE_SOURCES
  src/cancellation_cancel.cpp
  src/cancellation_link.cpp
  src/cancellation_registration.cpp
  src/cancellation_source.cpp
  src/cancellation_state.cpp
  src/cancellation_token.cpp
  src/deadline.cpp
  src/operation_canceled.cpp
  src/os_handle.cpp
  src/semaphore.cpp
  src/spin.cpp
  src/wait.cpp
  src/wait_set.cpp
  src/waitable_timer.cpp
  src/core/blocked_call.cpp
  src/core/exported_handle.cpp
  src/core/item_list.cpp
  src/core/parker.cpp
  src/core/process_hooks.cpp
  src/core/retire.cpp
  src/core/signal.cpp
  src/core/timer_queue.cpp
  src/core/wait_all.cpp
  src/core/wait_any.cpp
  src/core/wait_list.cpp
  src/core/watch.cpp
  src/core/word_lock.cpp
)

# What only a real operating system has: its objects, which a model has no use for.
set(ABIDE_OS_SOURCES
  src/file_watch.cpp
  src/owned_handle.cpp
  src/process.cpp
  src/signal_set.cpp
)

# The operating system's half: what they may replace.
if(WIN32)
  message(FATAL_ERROR "abide: there is no src/platform/windows yet")
else()
  set(ABIDE_PLATFORM_SOURCES
    src/platform/linux/clock.cpp
    src/platform/linux/ending.cpp
    src/platform/linux/futex.cpp
    src/platform/linux/handle.cpp
    src/platform/linux/handle_set.cpp
    src/platform/linux/path.cpp
    src/platform/linux/process.cpp
    src/platform/linux/signals.cpp
    src/platform/linux/thread.cpp
  )
endif()
