// SPDX-License-Identifier: BSL-1.0
#pragma once

// What the kernel may be asked from here on. Cannot be undone: for child processes.

namespace support {

/// A system call of the calling thread kills the process; only reading the clock, writing a message
/// and exiting are allowed.
void forbid_system_calls();

/// No more threads can be started: the call fails with EAGAIN.
void refuse_threads();

}  // namespace support
