// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/subject.hpp"

namespace bench {

/// One contestant's figures, per trip.
struct figures {
  side stands_for;
  std::string name;
  bounds kept;
  std::vector<double> values{};          // what it is measured by, one a round
  double switches = 0;                   // context switches of all threads, p10
  double sleeps = 0;                     // voluntary ones, of one sleeper, median
  double allocations = 0;                // in the worst round
  std::optional<double> system_calls{};  // median
  std::optional<double> share{};         // the smallest thread's, median
};

/// What became of a task in one run.
struct race {
  std::string name;
  stage on;
  std::vector<figures> table;

  /// The first contestant of that side; null: none.
  const figures* of(side) const noexcept;
};

/// The value that the fraction q of the values does not exceed. Requires: one value at least.
double quantile(std::vector<double> values, double q);

/// How many times as much one has as another: the median of the quotients in the same round.
double ratio(const figures&, const figures&);

/// Runs the contestants of a task against each other; see README.md.
/// Throws: std::system_error.
race measure(const task&, unsigned rounds);

}  // namespace bench
