// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "harness/measure.hpp"

namespace bench {

/// A task in all runs. The contestants are the same, in the same order.
struct record {
  const subject* of;
  std::vector<race> runs;
};

void print_head(unsigned runs, unsigned rounds);

/// What one run of a subject has shown.
void print_run(const subject&, const std::vector<race>&);

/// One row for every task that abide takes part in, of the run that was worst for it.
void print_final_table(const std::vector<record>&);

enum class judged { nothing, facts, facts_and_figures };

/// One line for every bound that was missed, in the worst run.
std::vector<std::string> missed(const std::vector<record>&, judged);

}  // namespace bench
