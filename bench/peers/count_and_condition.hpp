// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace bench {

/// A semaphore of a mutex and a condition variable that is notified after the unlock.
template <class Mutex, class Lock, class Condition>
class count_and_condition {
 public:
  explicit count_and_condition(unsigned units = 0) : units_(units) {}
  void signal() {
    {
      const Lock lock(mutex_);
      ++units_;
    }
    changed_.notify_one();
  }
  void wait() {
    Lock lock(mutex_);
    changed_.wait(lock, [this] { return units_ != 0; });
    --units_;
  }

 private:
  Mutex mutex_;
  Condition changed_;
  unsigned units_;
};

}  // namespace bench
