// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdlib>

namespace support {

/// How often to repeat: the long proofs (tools/prove) set ABIDE_LONG.
inline long rounds(long usual, long long_form) {
  const char* const wanted = std::getenv("ABIDE_LONG");
  return wanted != nullptr && *wanted != '\0' && *wanted != '0' ? long_form : usual;
}

}  // namespace support
