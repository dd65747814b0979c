// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include "condition.hpp"
#include "options.hpp"

namespace abide_wait {

/// Prints what happens and when, one line each, on standard output; nothing with --quiet.
class journal {
 public:
  explicit journal(const options& o) : start_(o.start), quiet_(o.quiet) {}

  /// Throws: std::system_error naming the call.
  void print(time_point at, const std::string& event) const;

 private:
  const time_point start_;
  const bool quiet_;
};

}  // namespace abide_wait
