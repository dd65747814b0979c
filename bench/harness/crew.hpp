// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "harness/stage.hpp"

namespace bench {

/// The calling thread and those that a stage has besides. There is always one thread more, asleep:
/// libraries take other paths in a program of one thread, in which nothing is waited for.
class crew {
 public:
  /// Binds the calling thread to the first processor that the program may use.
  /// Throws: std::system_error.
  explicit crew(const stage&);
  ~crew();
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;

  /// Runs part(0) here and part(i) on the i-th of the others; returns when all have.
  void run(const std::function<void(unsigned)>& part);

 private:
  void serve(unsigned thread);
  void end() noexcept;

  std::mutex mutex_;
  std::condition_variable begun_;
  std::condition_variable done_;
  const std::function<void(unsigned)>* part_ = nullptr;
  unsigned long runs_ = 0;
  unsigned working_ = 0;
  bool ending_ = false;
  std::condition_variable ended_;
  std::thread bystander_;
  std::vector<std::thread> others_;
};

}  // namespace bench
