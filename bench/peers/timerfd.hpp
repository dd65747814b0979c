// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <system_error>

namespace bench {

/// The kernel's timer.
class timerfd {
 public:
  timerfd() : timer_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)) {
    if (timer_ < 0) throw std::system_error(errno, std::generic_category(), "timerfd_create");
  }
  timerfd(const timerfd&) = delete;
  timerfd& operator=(const timerfd&) = delete;
  ~timerfd() { close(timer_); }

  void arm_and_disarm() {
    set(7200);
    set(0);
  }

 private:
  void set(std::time_t seconds) {
    const itimerspec due{{}, {seconds, 0}};
    timerfd_settime(timer_, 0, &due, nullptr);
  }

  const int timer_;
};

}  // namespace bench
