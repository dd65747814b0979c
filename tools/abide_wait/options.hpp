// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/deadline.hpp>

#include <chrono>
#include <vector>

#include "condition_spec.hpp"

namespace abide_wait {

/// The command line.
struct options {
  enum class action { wait, help, version };
  enum class mode { any, all };
  enum class output { text, json, none };

  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  action what = action::wait;
  mode wait_for = mode::any;
  abide::deadline timeout{};
  std::chrono::duration<double> grace{5};
  bool status = false;
  output print = output::text;
  std::vector<condition_spec> conditions{};
};

/// Throws: usage_error (see parsing.hpp).
options parse(int argc, const char* const* argv);

/// What --help prints.
extern const char* const help;

}  // namespace abide_wait
