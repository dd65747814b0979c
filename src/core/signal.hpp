// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "core/wait_list.hpp"

namespace abide {
inline namespace v1 {
namespace core {

/// Decides and wakes the calls of a chain that locked::detach_granted() returned, after the section
/// was published. Touches `w` only while a call that lost keeps it alive (INV-5).
void grant(wait_entry* chain, const waitable& w, kind k) noexcept;

}  // namespace core
}  // namespace v1
}  // namespace abide
