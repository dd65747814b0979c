// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace abide_wait {

/// The text as a JSON string, quotes included. A byte that is not part of valid UTF-8, which JSON
/// cannot hold, becomes U+FFFD.
std::string json_string(std::string_view text);

}  // namespace abide_wait
