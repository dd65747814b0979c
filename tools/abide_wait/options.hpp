// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/deadline.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace abide_wait {

/// One CONDITION of the command line.
struct condition_spec {
  enum class kind { pid, cmd, fd, signal, after };

  kind what;
  std::string text;       // as it was written
  std::string command{};  // of cmd
  int number = 0;         // of pid, fd and signal
  abide::deadline end{};  // of after
};

/// The command line.
struct options {
  enum class action { wait, help, version };
  enum class mode { any, all };

  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  action what = action::wait;
  mode wait_for = mode::any;
  abide::deadline timeout{};
  std::chrono::duration<double> grace{5};
  bool status = false;
  bool quiet = false;
  std::vector<condition_spec> conditions{};
};

/// A command line that makes no sense; names the argument.
class usage_error : public std::runtime_error {
 public:
  using runtime_error::runtime_error;
};

/// Throws: usage_error.
options parse(int argc, const char* const* argv);

/// What --help prints.
extern const char* const help;

}  // namespace abide_wait
