// SPDX-License-Identifier: BSL-1.0
#include "harness/thread_pair.hpp"

#include <pthread.h>
#include <sched.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace bench {

void pin_to_one_processor() {
  cpu_set_t usable;
  if (sched_getaffinity(0, sizeof usable, &usable) != 0) {
    throw std::system_error(errno, std::generic_category(), "sched_getaffinity");
  }
  int processor = 0;
  while (!CPU_ISSET(processor, &usable)) ++processor;
  CPU_ZERO(&usable);
  CPU_SET(processor, &usable);
  if (sched_setaffinity(0, sizeof usable, &usable) != 0) {
    throw std::system_error(errno, std::generic_category(), "sched_setaffinity");
  }
}

thread_pair::thread_pair(priority second) : second_([this] { serve(); }) {
  if (second == priority::normal) return;
  const sched_param none{};
  const int error = pthread_setschedparam(second_.native_handle(), SCHED_IDLE, &none);
  if (error != 0) throw std::system_error(error, std::generic_category(), "SCHED_IDLE");
}

thread_pair::~thread_pair() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  second_.join();
}

void thread_pair::run(const std::function<void()>& first, std::function<void()> second) {
  {
    const std::lock_guard lock(mutex_);
    job_ = std::move(second);
  }
  changed_.notify_all();
  first();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !job_; });
}

void thread_pair::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return job_ || ending_; });
    if (ending_) return;
    lock.unlock();
    job_();
    lock.lock();
    job_ = nullptr;
    changed_.notify_all();
  }
}

}  // namespace bench
