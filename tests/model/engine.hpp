// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "arena.hpp"
#include "checker.hpp"
#include "equivalence.hpp"
#include "handles.hpp"
#include "memory.hpp"
#include "plain_memory.hpp"
#include "platform/sys.hpp"
#include "scheduler.hpp"
#include "statics.hpp"
#include "trace.hpp"
#include "trail.hpp"

namespace model {

/// One exploration: the state of the run under way, and what belongs to every run.
class engine {
 public:
  engine(const settings&, int bound, trail first);
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  /// The engine whose run is under way; nullptr outside a run.
  static engine* running() noexcept { return running_; }
  /// Switches the checker off (nullptr) and on again. Returns: what was running before.
  static engine* set_running(engine*) noexcept;

  // ---- For the host ----
  /// Runs the body once. Returns: false when the run has failed.
  bool run(const std::function<void()>& body);
  /// Runs the body again, with the same choices. Returns: false when it took other steps.
  bool repeat(const std::function<void()>& body);
  /// Runs f as each thread; what it leaves belongs to every run.
  bool warm_up(const std::function<void()>& f);

  void describe_run(result&) const;
  bool ended_fatally() const noexcept { return ended_fatally_; }
  bool was_cut_short() const noexcept { return cut_short_; }

  // ---- For the threads of the run ----
  [[noreturn]] void fail(failure, const std::string& message);
  [[noreturn]] void fatal(const char* message);
  /// Ends the run: what remains of it is searched elsewhere.
  [[noreturn]] void cut_short();
  int choose(int alternatives);
  bool tells_runs_apart() const noexcept { return settings_.tells_runs_apart; }
  /// The value, but for the address of a slot, which is another in every exploration, its number.
  std::uint64_t without_place(std::uint64_t value) const noexcept;
  bool allows_seq_cst() const noexcept { return settings_.allows_seq_cst; }
  bool may_fail_spuriously();

  void* allocate(std::size_t size, std::size_t alignment);
  void release(void* begin) noexcept;
  void keep(const void* object);
  void check_alive(const void* address) const;  // if it is in the heap

  void destroy(const void* object, std::size_t size);
  int start(const char* name, std::function<void()> body, thread_kind);
  void join(thread_set);
  abide::sys::thread_slot& slot() noexcept {
    return slots_[static_cast<std::size_t>(threads.current())];
  }

 private:
  using slots = std::array<abide::sys::thread_slot, max_threads>;

  std::string describe(const void* address) const;
  void start_run();
  bool execute(const std::function<void()>& body);
  void check_end();

  static constinit engine* running_;

  const settings& settings_;
  static_storage::content statics_before_;  // the exploration
  static_storage::content statics_start_;   // of each run
  slots slots_ = {};
  slots first_slots_ = {};
  int spurious_failures_left_ = 0;
  bool warming_up_ = false;
  failure failure_ = failure::none;
  std::string message_;
  bool ended_fatally_ = false;
  bool cut_short_ = false;
  arena arena_;

 public:
  // The parts, for the functions that the product calls.
  trail choices;
  trace steps;
  memory atomics;
  plain_memory plain;
  handle_table handles;
  equivalence order;
  scheduler threads;

  std::uint64_t all_steps = 0;
  std::set<std::string> outcomes;
  std::set<std::uint64_t> equivalence_classes;
};

}  // namespace model
