// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "fuzz/operation.hpp"

namespace fuzz {

/// The first operation whose results differ. One behind the last: something is left behind.
struct difference {
  std::size_t at;
  std::string played;
  std::string expected;
};

/// Plays the sequence on the library and on the reference, operation by operation.
std::optional<difference> compare(const sequence& s);

/// Plays it, and gives the lines with their results.
std::string transcript(const sequence& s);

/// The smallest sequence that dropping operations leads to and that still differs.
sequence shrink(sequence s);

/// The lines up to the difference, with both results there.
std::string explain(const sequence& s, const difference& d);

}  // namespace fuzz
