// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/abide.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "command.hpp"
#include "condition_spec.hpp"

namespace abide_wait {

using time_point = std::chrono::steady_clock::time_point;

/// What has happened, for both kinds of output.
struct occurrence {
  std::string event;        // in one word
  std::string text;         // in a few
  std::optional<int> code;  // an exit code, as a shell has it
};

/// What abide-wait waits for.
class condition {
 public:
  explicit condition(std::string name) : name_(std::move(name)) {}
  condition(const condition&) = delete;
  condition& operator=(const condition&) = delete;
  virtual ~condition() = default;

  /// As it was written on the command line.
  const std::string& name() const { return name_; }

  /// What the wait watches.
  virtual abide::waitable_ref ref() = 0;

  /// The handle that shows it too, for a wait on another thread.
  virtual abide::native_handle_type handle() const = 0;

  /// How things stand while it does not hold, in a few words.
  virtual std::string state() const = 0;

  /// A condition may need steps on the way: adds what the next one waits for, and takes it once one
  /// of these is ready. Both on one thread, other than the wait's.
  virtual void add_work(std::vector<abide::waitable_ref>&) {}
  virtual void work() {}

  /// Notes that it holds and was first seen to at that time.
  void saw(time_point at) { seen_ = at; }

  /// When it was first seen to hold, if it was.
  std::optional<time_point> seen() const { return seen_; }

  /// When it came to hold; nullopt if nobody saw that. Requires: as found().
  virtual std::optional<time_point> fired_at() { return seen_; }

  /// What has happened. Requires: it holds, and nobody waits for it any more: this may take it.
  const occurrence& found() {
    if (!occurrence_) occurrence_ = what_happened();
    return *occurrence_;
  }

  /// The command whose end it waits for, or null.
  virtual command* as_command() { return nullptr; }

 protected:
  virtual occurrence what_happened() = 0;

 private:
  std::string name_;
  std::optional<time_point> seen_;
  std::optional<occurrence> occurrence_;
};

using condition_list = std::vector<std::unique_ptr<condition>>;

/// Makes the conditions, in order, and starts the commands.
/// Requires: abide has not waited in this process and has no thread.
/// Throws: std::system_error, std::runtime_error naming the call that failed.
condition_list make_conditions(const std::vector<condition_spec>& specs, commands& all);

/// "exited with 3", "killed by SIGTERM".
occurrence end_of(abide::exit_status status);

}  // namespace abide_wait
