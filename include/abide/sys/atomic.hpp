// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>

namespace abide {
inline namespace v1 {
/// The public half of the platform layer. Every atomic of the library is one of these, so a model
/// checker or a noise build replaces them all by putting its own copy of this header first on the
/// include path.
namespace sys {

template <class T>
using atomic = std::atomic<T>;

using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;

}  // namespace sys
}  // namespace v1
}  // namespace abide
