// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "harness/measure.hpp"

namespace bench {

void print_head(unsigned rounds);
void print_table(const subject&, const std::vector<figures>&);

enum class judged { nothing, facts, facts_and_times };

/// One line for every bound that the figures miss.
std::vector<std::string> missed(const subject&, const std::vector<figures>&, judged);

}  // namespace bench
