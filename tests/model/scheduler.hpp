// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/deadline.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "arena.hpp"
#include "checker.hpp"
#include "fiber.hpp"
#include "footprint.hpp"
#include "handles.hpp"
#include "host.hpp"
#include "sleep_set.hpp"

namespace model {

enum class thread_state : std::uint8_t {
  unused,
  runnable,
  asleep,    // in sys::sleep
  parked,    // in sys::sleep_on_address
  polling,   // in sys::poll_set::sleep
  joining,   // until other threads have ended
  awaiting,  // until another thread is asleep
  ended
};

/// How a blocked thread comes to run again.
enum class wake_up : std::uint8_t { regular, timed_out, spurious };

enum class thread_kind : std::uint8_t { ordinary, daemon };

struct model_thread {
  fiber stack;
  std::function<void()> body;
  thread_state state = thread_state::unused;
  bool reusable = false;  // its fiber waits in run_bodies() for the next body

  bool fresh = false;      // resumed, and no step since: preempting it now would change nothing
  bool impatient = false;  // pause() has refused, and no step since that may change anything
  wake_up how = wake_up::regular;  // how its last sleep ended

  const void* word = nullptr;  // asleep or parked here
  abide::deadline until;       // asleep or polling
  const polled_handle* polled = nullptr;
  std::size_t polled_count = 0;
  thread_set targets = 0;  // joining or awaiting those threads
};

/// The threads of a run: which one takes the next step, who sleeps, what time it is.
class scheduler {
 public:
  scheduler(const settings&, int bound, arena&, handle_table&);

  static constexpr abide::deadline::time_point first_time() {
    return abide::deadline::time_point(std::chrono::hours(1));
  }

  // ---- For the host ----
  /// Runs `body` as thread 0 and returns when the run is over: all threads but daemons have ended
  /// and no daemon is ready, or leave_run() was called.
  void run(const std::function<void()>& body);

  // ---- For the current thread ----
  /// Abandons the run and returns to the host.
  [[noreturn]] void leave_run();

  int current() const noexcept { return current_; }
  /// All threads but the current one and the daemons.
  thread_set others() const noexcept;
  bool is_daemon() const noexcept { return (daemons_ & bit(current_)) != 0; }
  std::uint32_t steps() const noexcept { return steps_; }
  /// How many threads made a step while others could. A body that only starts and joins is none.
  int acting() const noexcept;

  /// A step begins: the place where another thread may go first.
  void step(footprint);
  /// Yields until another thread has changed something, or refuses: both are alternatives.
  /// Returns: false when it refuses.
  bool pause();
  int start(std::function<void()> body, thread_kind);
  void join(thread_set);
  void await_asleep(int thread);

  /// Blocks the current thread, which has found that it must, on a word.
  wake_up sleep(const void* word, abide::deadline until, thread_state);
  void wake_one(const void* word);
  void wake_all(const void* word);
  int sleepers(const void* word) const noexcept;
  wake_up poll(const polled_handle*, std::size_t count, abide::deadline until);

  abide::deadline::time_point now() const noexcept { return now_; }
  void advance(std::chrono::nanoseconds by) noexcept { now_ += by; }

 private:
  struct alternative {
    std::uint8_t thread;
    wake_up how;
  };
  struct alternatives {
    std::array<alternative, 2 * max_threads> list;
    int count = 0;
    thread_set ready = 0;  // those who need neither a timeout nor a spurious wake, asleep or not
  };

  static constexpr std::size_t index(int thread) { return static_cast<std::size_t>(thread); }
  static constexpr thread_set bit(int thread) { return thread_set{1} << thread; }

  model_thread& at(int thread) noexcept { return threads_[index(thread)]; }
  model_thread& self() noexcept { return at(current_); }
  thread_set in(thread_state s) const noexcept { return in_state_[static_cast<std::size_t>(s)]; }
  void enter(int thread, thread_state);

  static void run_bodies(void* self);
  void run_body();
  int add_thread(thread_kind);

  void count_step();
  void preempt(footprint next);
  void made(footprint);
  thread_set ready();
  bool anyone_left() const noexcept;
  void collect(alternatives&, thread_set ready, int timeouts);
  void switch_to(const alternative&);
  void switch_from_able(const alternative&);
  void abandon_threads();
  wake_up block(thread_state);
  void go_on();
  [[noreturn]] void report_deadlock();

  const settings& settings_;
  const int bound_;
  arena& arena_;
  handle_table& handles_;

  fiber host_;
  std::array<model_thread, max_threads> threads_;
  std::array<thread_set, 8> in_state_ = {};
  thread_set paused_ = 0;
  thread_set daemons_ = 0;
  thread_set acting_ = 0;
  sleep_set asleep_;
  int used_ = 0;
  int current_ = 0;
  std::uint32_t steps_ = 0;
  int preemptions_left_ = 0;
  int timeouts_left_ = 0;
  int spurious_left_ = 0;
  abide::deadline::time_point now_;
};

}  // namespace model
