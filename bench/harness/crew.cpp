// SPDX-License-Identifier: BSL-1.0
#include "harness/crew.hpp"

#include <pthread.h>
#include <sched.h>

#include <cerrno>
#include <system_error>

namespace bench {
namespace {

void check(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

// Asked once, before the first crew binds the calling thread.
const std::vector<int>& processors() {
  static const std::vector<int> usable = [] {
    cpu_set_t set;
    check(sched_getaffinity(0, sizeof set, &set) != 0 ? errno : 0, "sched_getaffinity");
    std::vector<int> all;
    for (int i = 0; i != CPU_SETSIZE; ++i) {
      if (CPU_ISSET(i, &set)) all.push_back(i);
    }
    return all;
  }();
  return usable;
}

void bind(pthread_t thread, int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  check(pthread_setaffinity_np(thread, sizeof set, &set), "pthread_setaffinity_np");
}

}  // namespace

unsigned usable_processors() { return static_cast<unsigned>(processors().size()); }

crew::crew(const stage& on) {
  const std::vector<int>& all = processors();
  bind(pthread_self(), all[0]);
  try {
    bystander_ = std::thread([this] {
      std::unique_lock lock(mutex_);
      ended_.wait(lock, [this] { return ending_; });
    });
    for (unsigned i = 1; i != on.threads; ++i) {
      others_.emplace_back([this, i] { serve(i); });
      bind(others_.back().native_handle(), all[i % on.processors]);
      if (i < on.threads - on.idle) continue;
      const sched_param none{};
      check(pthread_setschedparam(others_.back().native_handle(), SCHED_IDLE, &none), "SCHED_IDLE");
    }
  } catch (...) {
    end();
    throw;
  }
}

crew::~crew() { end(); }

void crew::end() noexcept {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  begun_.notify_all();
  ended_.notify_all();
  for (std::thread& other : others_) other.join();
  if (bystander_.joinable()) bystander_.join();
}

void crew::run(const std::function<void(unsigned)>& part) {
  {
    const std::lock_guard lock(mutex_);
    part_ = &part;
    working_ = static_cast<unsigned>(others_.size());
    ++runs_;
  }
  begun_.notify_all();
  part(0);
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return working_ == 0; });
}

void crew::serve(unsigned thread) {
  unsigned long served = 0;
  std::unique_lock lock(mutex_);
  for (;;) {
    begun_.wait(lock, [&] { return runs_ != served || ending_; });
    if (ending_) return;
    served = runs_;
    lock.unlock();
    (*part_)(thread);
    lock.lock();
    if (--working_ == 0) done_.notify_one();
  }
}

}  // namespace bench
