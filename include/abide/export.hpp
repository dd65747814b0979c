// SPDX-License-Identifier: BSL-1.0
#pragma once

// The one public header that looks at the platform: symbol visibility and the type of a handle.

#if defined(_WIN32)
#if defined(ABIDE_SHARED) && defined(ABIDE_BUILDING)
#define ABIDE_API __declspec(dllexport)
#elif defined(ABIDE_SHARED)
#define ABIDE_API __declspec(dllimport)
#else
#define ABIDE_API
#endif
#else
#define ABIDE_API __attribute__((visibility("default")))
#endif

namespace abide {
inline namespace v1 {

/// What the operating system waits on: a file descriptor, or a HANDLE on Windows.
#if defined(_WIN32)
using native_handle_type = void*;
#else
using native_handle_type = int;
#endif

}  // namespace v1
}  // namespace abide
