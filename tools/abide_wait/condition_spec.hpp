// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/deadline.hpp>

#include <chrono>
#include <string>

namespace abide_wait {

/// One CONDITION of the command line.
struct condition_spec {
  enum class kind { pid, cmd, fd, signal, tcp, file, gone, after, at };

  kind what;
  std::string text;     // as it was written
  std::string value{};  // the command, the path or the host
  int number = 0;       // of the process, file descriptor, signal or port
  abide::deadline end{};
  std::chrono::sys_time<std::chrono::milliseconds> time{};
};

/// Throws: usage_error.
condition_spec to_condition(const std::string& text);

}  // namespace abide_wait
