// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "harness/measure.hpp"

namespace bench {

/// A figure beside its bound.
struct verdict {
  enum class kind { fact, figure } is;
  enum class sense { at_most, at_least } must_be;
  std::string what;  // follows the figure: "context switches"
  double value;
  double bound;

  bool kept() const noexcept { return must_be == sense::at_most ? value <= bound : value >= bound; }
  bool worse_than(const verdict& other) const noexcept {
    return must_be == sense::at_most ? value > other.value : value < other.value;
  }
};

/// What the ratio to the limit is called.
inline constexpr std::string_view times_the_limit = "x the limit";

/// Everything that one contestant is judged by in one run, the ratio to the limit first, if its
/// task has one; always the same for the same contestant.
std::vector<verdict> judge(const race&, const figures&);

/// The same for several runs: of each verdict the worst. Requires: one run at least.
std::vector<verdict> judge_worst(const std::vector<race>& runs, std::size_t contestant);

/// The run in which the first of its verdicts was worst; the first run if there is none.
std::size_t worst_run(const std::vector<race>& runs, std::size_t contestant);

}  // namespace bench
