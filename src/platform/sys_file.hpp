// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/export.hpp>

#include <string>
#include <vector>

/// The part of the porting contract that file_watch needs; the rules of sys.hpp hold here too.
/// Throws, where it may throw: std::system_error with the OS code, naming the path.
namespace abide {
inline namespace v1 {
namespace sys {

/// The path from the root; a relative one starts from the working directory. May throw.
std::string absolute_path(const std::string& path);

/// Makes a close-on-exec handle that is readable once anything changes of what it watches; it is
/// readable until the first look. May throw.
native_handle_type open_path_watch();

/// Looks whether an absolute path exists, symbolic links followed. Afterwards the handle watches
/// all that the answer depends on and nothing else, and is not readable unless something of it has
/// changed since the look. `watched` belongs to the handle: empty before its first look. May throw;
/// the next look makes good what was left undone.
bool look_at_path(native_handle_type, const std::string& path, std::vector<int>& watched);

}  // namespace sys
}  // namespace v1
}  // namespace abide
