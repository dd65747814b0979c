// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace abide {
inline namespace v1 {
namespace noise {

/// What ABIDE_NOISE_SEED says, or another number in every run.
std::uint32_t seed() noexcept;

}  // namespace noise
}  // namespace v1
}  // namespace abide
