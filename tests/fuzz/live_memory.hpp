// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace fuzz {

/// How many blocks of operator new are alive. Always 0 in a program that does not count them.
long live_blocks() noexcept;

}  // namespace fuzz
