// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace abide {
inline namespace v1 {
namespace sys {

/// Ends the program over a system call that must not fail: names the call and the error.
[[noreturn]] void fail(const char* call, int error) noexcept;

/// Throws std::system_error over one that may: names the call, the path if it was about one, and
/// the error.
[[noreturn]] void refuse(const char* call, int error, const std::string& path = {});

}  // namespace sys
}  // namespace v1
}  // namespace abide
