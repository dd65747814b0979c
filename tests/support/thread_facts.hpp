// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

// What the operating system knows about the threads and handles of this process.

namespace support {

using thread_id = int;

thread_id this_thread_id() noexcept;

/// Where a thread can be asleep.
enum class asleep_in { futex, poll };

/// Returns once the thread is blocked in that system call.
void wait_until_asleep(thread_id thread, asleep_in call);

/// How often the thread has gone to sleep so far.
long sleeps(thread_id thread);

std::size_t open_handles();
std::size_t threads();

}  // namespace support
