// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "core/word_lock.hpp"

namespace abide {
inline namespace v1 {
namespace cancellation {

/// Held while a tree of linked states is marked canceled and while the ancestors of a state are
/// visited. Taken before any state's LOCK. No user code runs under it.
core::word_mutex& links_mutex() noexcept;

}  // namespace cancellation
}  // namespace v1
}  // namespace abide
