// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/operation_canceled.hpp>
#include <abide/waitable.hpp>

#include <concepts>
#include <optional>
#include <type_traits>

namespace support {

/// How a wait ended, whatever it returns: void, bool, an index, a status, or an exception.
template <class Wait>
abide::wait_status outcome_of(Wait wait) {
  using abide::wait_status;
  using result = std::invoke_result_t<Wait&>;
  const auto ready_if = [](bool r) { return r ? wait_status::ready : wait_status::timeout; };
  try {
    if constexpr (std::is_void_v<result> || std::same_as<result, std::size_t>) {
      (void)wait();
      return wait_status::ready;
    } else if constexpr (std::same_as<result, wait_status>) {
      return wait();
    } else if constexpr (std::same_as<result, abide::wait_any_result>) {
      return wait().status;
    } else if constexpr (std::same_as<result, std::optional<std::size_t>>) {
      return ready_if(wait().has_value());
    } else {
      static_assert(std::same_as<result, bool>);
      return ready_if(wait());
    }
  } catch (const abide::operation_canceled&) {
    return wait_status::canceled;
  }
}

}  // namespace support
