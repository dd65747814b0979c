// SPDX-License-Identifier: BSL-1.0
#include <abide/owned_handle.hpp>

#include <utility>

#include "platform/sys.hpp"

namespace abide {
inline namespace v1 {
namespace detail {

owned_handle::owned_handle(owned_handle&& other) noexcept
    : state_(std::exchange(other.state_, {sys::no_handle(), io::readable})) {}

owned_handle::~owned_handle() {
  if (sys::is_valid(state_.handle)) sys::close_handle(state_.handle);
}

}  // namespace detail
}  // namespace v1
}  // namespace abide
