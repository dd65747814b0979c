// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/contestant.hpp"

namespace bench {

/// One contestant's figures, per round trip.
struct figures {
  std::string name;
  bounds kept;
  std::vector<double> times{};           // microseconds, one a round
  double switches = 0;                   // context switches of both threads, p10
  double sleeps = 0;                     // voluntary ones of the first thread, median
  double allocations = 0;                // in the worst round
  std::optional<double> system_calls{};  // median
};

/// The value that the fraction q of the values does not exceed. Requires: one value at least.
double quantile(std::vector<double> values, double q);

/// How many times as long one takes as another: the median of the quotients in the same round.
double ratio(const figures&, const figures&);

/// Runs the contestants of a subject against each other; see README.md.
/// Throws: std::system_error.
std::vector<figures> measure(const subject&, unsigned rounds);

}  // namespace bench
