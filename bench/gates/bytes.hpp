// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace bench {

/// How many bytes a thing takes, and may take.
struct size_of {
  std::string name;
  std::size_t bytes;
  std::size_t bound;
};

/// What a user, or a blocked call, holds: bytes of the object itself.
std::vector<size_of> sizes();

/// What is made on the heap, with what the heap itself adds; nothing where it cannot tell.
std::vector<size_of> heap_sizes();

}  // namespace bench
