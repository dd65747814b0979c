// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>

#include "peers/flag_and_condition_crowd.hpp"

namespace bench {

/// Each waits on a condition of its own, unless the token is stopped: the faster form.
class std_crowd {
 public:
  explicit std_crowd(std::size_t n) : waits_(new own[n]) {}
  void renew() {
    source_ = std::stop_source();
    token_ = source_.get_token();
  }
  void wait(std::size_t i) {
    std::unique_lock lock(waits_[i].mutex);
    (void)waits_[i].changed.wait(lock, token_, [] { return false; });
  }
  void cancel() { source_.request_stop(); }

 private:
  struct own {
    std::mutex mutex;
    std::condition_variable_any changed;
  };

  const std::unique_ptr<own[]> waits_;
  std::stop_source source_;
  std::stop_token token_ = source_.get_token();
};

/// Not a token: a flag.
using std_notify_all_crowd =
    flag_and_condition_crowd<std::mutex, std::unique_lock<std::mutex>, std::condition_variable>;

}  // namespace bench
