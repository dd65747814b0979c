// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "host.hpp"

namespace model {

/// What a thread knows of: element t < max_threads is how far it has seen thread t's work, element
/// max_threads + i is the oldest value of location i that it may still read. Missing elements are
/// 0. One view contains another when no element is less.
class view {
 public:
  std::uint32_t operator[](std::size_t i) const noexcept { return i < seen_.size() ? seen_[i] : 0; }

  void raise(std::size_t i, std::uint32_t to) {
    if (i >= seen_.size()) seen_.resize(i + 1);
    seen_[i] = std::max(seen_[i], to);
  }
  void join(const std::uint32_t* other, std::size_t size) {
    if (size > seen_.size()) seen_.resize(size);
    for (std::size_t i = 0; i < size; ++i) seen_[i] = std::max(seen_[i], other[i]);
  }
  void join(const view& other) { join(other.data(), other.size()); }

  const std::uint32_t* data() const noexcept { return seen_.data(); }
  std::size_t size() const noexcept { return seen_.size(); }
  void clear() noexcept { seen_.assign(max_threads, 0); }

 private:
  host_vector<std::uint32_t> seen_ = host_vector<std::uint32_t>(max_threads);
};

}  // namespace model
