// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <system_error>

namespace support {

/// The error that the call is refused with; none if it is not.
template <class Call>
std::error_code error_of(Call call) {
  try {
    call();
  } catch (const std::system_error& e) {
    return e.code();
  }
  return {};
}

}  // namespace support
