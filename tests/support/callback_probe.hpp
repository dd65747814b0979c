// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

// What the tests of callbacks are made of. No abide in it: it must not fail with what it observes.

namespace support {

/// A door that is opened once; pass() waits for that.
class gate {
 public:
  void open() {
    const std::lock_guard guard(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  void pass() const {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [&] { return open_; });
  }
  bool is_open() const {
    const std::lock_guard guard(mutex_);
    return open_;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable opened_;
  bool open_ = false;
};

/// What happened, in order.
template <class T = int>
class call_log {
 public:
  void add(T entry) {
    const std::lock_guard guard(mutex_);
    entries_.push_back(std::move(entry));
  }
  std::vector<T> entries() const {
    const std::lock_guard guard(mutex_);
    return entries_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<T> entries_;
};

/// The body of a callback that stays inside its call until it is let go.
struct held_call {
  gate entered;
  gate let_go;
  gate left;

  void operator()() {
    entered.open();
    let_go.pass();
    left.open();
  }
};

}  // namespace support
