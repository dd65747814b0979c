// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace bench {

/// How often the calling thread has called operator new.
unsigned long allocations() noexcept;

/// How many bytes it has asked for.
unsigned long allocated_bytes() noexcept;

}  // namespace bench
