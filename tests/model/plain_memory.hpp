// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>

#include "address_table.hpp"
#include "memory.hpp"

namespace model {

/// Finds races on memory that is not atomic: two accesses, one of them a write, with nothing that
/// orders the one before the other. An access is known by its first byte.
class plain_memory {
 public:
  explicit plain_memory(const memory& order) : order_(order) {}

  void start_run() noexcept { accesses_.start_run(); }

  void read(const void* address, int thread);
  void write(const void* address, int thread);
  /// Writes all words that begin in a block of memory, as its end does.
  void write_all(const void* begin, std::size_t size, int thread);

 private:
  struct history {
    moment written;
    std::array<std::uint32_t, max_threads> read = {};  // each thread's last read
  };

  const memory& order_;
  address_table<history> accesses_;
};

}  // namespace model
