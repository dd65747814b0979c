// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "peers/flag_and_condition.hpp"

namespace bench {

using std_condition_variable =
    flag_and_condition<std::mutex, std::unique_lock<std::mutex>, std::condition_variable>;

/// A wait whose time has come already.
class std_condition_variable_too_late : public std_condition_variable {
 public:
  bool wait() { return wait_until(past_); }

 private:
  const std::chrono::steady_clock::time_point past_ = std::chrono::steady_clock::now();
};

}  // namespace bench
