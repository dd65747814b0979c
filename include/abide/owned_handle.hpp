// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/export.hpp>
#include <abide/waitable.hpp>

#include <utility>

namespace abide {
inline namespace v1 {
namespace detail {

/// The handle of a waitable that owns it: ready while it is readable, closed with its owner.
class ABIDE_API owned_handle {
 public:
  /// Takes over a handle that can be one.
  explicit owned_handle(native_handle_type handle) noexcept : state_{handle, io::readable} {}
  owned_handle(owned_handle&& other) noexcept;
  owned_handle& operator=(owned_handle&& other) noexcept {
    owned_handle moved(std::move(other));
    std::swap(state_, moved.state_);
    return *this;
  }
  ~owned_handle();

  /// Moved from, it is no handle.
  native_handle_type get() const noexcept { return state_.handle; }
  waitable_ref ref() const noexcept { return access::make(&state_, kind::handle); }

 private:
  watched_handle state_;
};

}  // namespace detail
}  // namespace v1
}  // namespace abide
