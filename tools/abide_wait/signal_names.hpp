// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace abide_wait {

/// The signal of that name, with or without SIG, or of that number; 0 if there is none or if it
/// cannot be waited for.
int signal_number(const std::string& name);

/// As in SIGTERM and SIGRTMIN+3.
std::string signal_name(int number);

}  // namespace abide_wait
