// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fuzz {

/// What an operation resulted in; operation.hpp says how it is written.
struct outcome_text {
  std::string result;
  std::vector<std::pair<std::string, std::string>> ran;  // registration and result
  int handled = 0;
};

std::string to_text(const outcome_text& o);
outcome_text read_outcome(std::string_view text);

}  // namespace fuzz
