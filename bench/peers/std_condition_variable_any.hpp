// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "peers/flag_and_condition.hpp"

namespace bench {

/// What the standard library has for a wait that can be cancelled.
class std_condition_variable_any
    : public flag_and_condition<std::mutex, std::unique_lock<std::mutex>,
                                std::condition_variable_any> {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    (void)changed_.wait(lock, stop_.get_token(), [this] { return set_; });
    set_ = false;
  }

 private:
  static inline std::stop_source stop_;  // one for all, as a program has it
};

}  // namespace bench
