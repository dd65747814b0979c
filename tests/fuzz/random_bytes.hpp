// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace fuzz {

/// The bytes of a seed, the same everywhere; more often few than many.
inline std::vector<std::byte> random_bytes(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const std::uint64_t most = std::uint64_t{16} << random() % 6;
  std::vector<std::byte> bytes(4 + random() % most);
  for (std::byte& b : bytes) b = static_cast<std::byte>(random());
  return bytes;
}

}  // namespace fuzz
