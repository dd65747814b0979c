// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/contestant.hpp"
#include "harness/stage.hpp"

namespace bench {

/// What the contestants race in: all of them in every round, on one stage, against one limit.
struct task {
  std::string name;
  stage on;
  std::function<contestants()> make;  // they live while the task is measured
};

/// One table: tasks that are of a kind.
struct subject {
  std::string_view name;
  std::string_view title;
  std::string_view unit;  // of the figures
  std::vector<task> (*tasks)();
};

}  // namespace bench
