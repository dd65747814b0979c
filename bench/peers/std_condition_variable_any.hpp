// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace bench {

/// What the standard library has for a wait that can be cancelled.
class std_condition_variable_any {
 public:
  void signal() {
    {
      const std::lock_guard lock(mutex_);
      set_ = true;
    }
    changed_.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    (void)changed_.wait(lock, stop_.get_token(), [this] { return set_; });
    set_ = false;
  }

 private:
  static inline std::stop_source stop_;  // one for all, as a program has it
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool set_ = false;
};

}  // namespace bench
