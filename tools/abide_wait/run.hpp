// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>

#include "options.hpp"

namespace abide_wait {

/// Waits as the command line asks. Returns: the exit code of the program.
/// Throws: std::exception with the call that failed; no command is left then.
int run(const options& o, std::span<char> own_name);

}  // namespace abide_wait
