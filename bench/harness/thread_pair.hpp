// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace bench {

/// Binds the calling thread, and those that it starts from now on, to one processor.
/// Throws: std::system_error.
void pin_to_one_processor();

enum class priority { normal, idle };  // idle: runs only while nobody else wants the processor

/// The calling thread and one more.
class thread_pair {
 public:
  /// Throws: std::system_error.
  explicit thread_pair(priority second);
  ~thread_pair();
  thread_pair(const thread_pair&) = delete;
  thread_pair& operator=(const thread_pair&) = delete;

  /// Runs `first` here and `second` on the other thread; returns when both have.
  void run(const std::function<void()>& first, std::function<void()> second);

 private:
  void serve();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> job_;  // null: none, or the last one is done
  bool ending_ = false;
  std::thread second_;
};

}  // namespace bench
