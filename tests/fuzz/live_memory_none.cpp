// SPDX-License-Identifier: BSL-1.0
#include "fuzz/live_memory.hpp"

// For programs in which somebody else looks for leaks.
long fuzz::live_blocks() noexcept { return 0; }
