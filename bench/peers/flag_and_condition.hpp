// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace bench {

/// A flag, a mutex and a condition variable that is notified after the unlock: its best form.
template <class Mutex, class Lock, class Condition>
class flag_and_condition {
 public:
  void signal() {
    {
      const Lock lock(mutex_);
      set_ = true;
    }
    changed_.notify_one();
  }
  void wait() {
    Lock lock(mutex_);
    changed_.wait(lock, [this] { return set_; });
    set_ = false;
  }
  void reset() {
    const Lock lock(mutex_);
    set_ = false;
  }
  template <class Time>
  bool wait_until(const Time& t) {
    Lock lock(mutex_);
    return changed_.wait_until(lock, t, [this] { return set_; });
  }

 protected:
  Mutex mutex_;
  Condition changed_;
  bool set_ = false;
};

}  // namespace bench
