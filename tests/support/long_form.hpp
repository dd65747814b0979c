// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdlib>

namespace support {

/// What is linked says: with noise a round takes longer and meets more, so there are fewer.
extern const long share_of_rounds;

/// How often to repeat: the long proofs (tools/prove) set ABIDE_LONG.
inline long rounds(long usual, long long_form) {
  const char* const wanted = std::getenv("ABIDE_LONG");
  const bool is_long = wanted != nullptr && *wanted != '\0' && *wanted != '0';
  return (is_long ? long_form : usual) / share_of_rounds;
}

}  // namespace support
