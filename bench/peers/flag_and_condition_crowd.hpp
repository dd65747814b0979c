// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace bench {

/// A flag that all wait for, and one notification for all, after the unlock.
template <class Mutex, class Lock, class Condition>
class flag_and_condition_crowd {
 public:
  explicit flag_and_condition_crowd(std::size_t) {}
  void renew() { canceled_ = false; }
  void wait(std::size_t) {
    Lock lock(mutex_);
    changed_.wait(lock, [this] { return canceled_; });
  }
  void cancel() {
    {
      const Lock lock(mutex_);
      canceled_ = true;
    }
    changed_.notify_all();
  }

 private:
  Mutex mutex_;
  Condition changed_;
  bool canceled_ = false;
};

}  // namespace bench
