// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/thread/condition_variable.hpp>
#include <boost/thread/mutex.hpp>

namespace bench {

/// Boost's waits can be interrupted.
class boost_condition_variable {
 public:
  void signal() {
    {
      const boost::lock_guard<boost::mutex> lock(mutex_);
      set_ = true;
    }
    changed_.notify_one();
  }
  void wait() {
    boost::unique_lock<boost::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return set_; });
    set_ = false;
  }

 private:
  boost::mutex mutex_;
  boost::condition_variable changed_;
  bool set_ = false;
};

}  // namespace bench
