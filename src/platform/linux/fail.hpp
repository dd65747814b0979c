// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace abide {
inline namespace v1 {
namespace sys {

/// Ends the program over a system call that must not fail: names the call and the error.
[[noreturn]] void fail(const char* call, int error) noexcept;

}  // namespace sys
}  // namespace v1
}  // namespace abide
