// SPDX-License-Identifier: BSL-1.0
#include <abide/os_handle.hpp>

#include <stdexcept>

#include "platform/sys.hpp"

namespace abide {
inline namespace v1 {

os_handle::os_handle(native_handle_type handle, io wanted) : state_{handle, wanted} {
  if (!sys::is_valid(handle)) throw std::invalid_argument("abide::os_handle: not a handle");
}

}  // namespace v1
}  // namespace abide
