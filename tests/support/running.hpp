// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include "support/thread_facts.hpp"

namespace support {

/// A call that runs on a thread of its own.
///
///     auto waiter = support::run([&] { return event.wait_for(1h); });
///     ...
///     EXPECT_TRUE(waiter.get());
///
/// get() joins, then returns what the call returned or throws what it threw, once. The destructor
/// joins too: a test that fails early leaves no thread behind, and ctest's watchdog ends a hang.
template <class R>
class running {
 public:
  template <class F>
  explicit running(F f) : shared_(std::make_unique<shared>()) {
    thread_ = std::thread([f = std::move(f), to = shared_.get()]() mutable {
      to->id.store(this_thread_id(), std::memory_order_release);
      try {
        if constexpr (std::is_void_v<R>) {
          f();
        } else {
          to->result.emplace(f());
        }
      } catch (...) {
        to->error = std::current_exception();
      }
      to->done.store(true, std::memory_order_release);
    });
  }
  running(running&&) noexcept = default;
  running& operator=(running&&) = delete;
  ~running() {
    if (thread_.joinable()) thread_.join();
  }

  R get() {
    thread_.join();
    if (shared_->error) std::rethrow_exception(std::exchange(shared_->error, nullptr));
    if constexpr (!std::is_void_v<R>) return std::move(*shared_->result);
  }

  bool is_done() const noexcept { return shared_->done.load(std::memory_order_acquire); }

  thread_id id() const noexcept {
    thread_id id = 0;
    while ((id = shared_->id.load(std::memory_order_acquire)) == 0) std::this_thread::yield();
    return id;
  }

 private:
  struct shared {
    std::atomic<thread_id> id{0};
    std::atomic<bool> done{false};
    std::exception_ptr error;
    std::optional<std::conditional_t<std::is_void_v<R>, char, R>> result;
  };

  std::unique_ptr<shared> shared_;
  std::thread thread_;
};

template <class F>
[[nodiscard]] auto run(F f) {
  return running<std::invoke_result_t<F&>>(std::move(f));
}

}  // namespace support
