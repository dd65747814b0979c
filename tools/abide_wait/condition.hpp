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
#include "options.hpp"

namespace abide_wait {

using time_point = std::chrono::steady_clock::time_point;

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

  /// Notes that it holds and was first seen to at that time.
  void saw(time_point at) { seen_ = at; }

  /// When it came to hold; nullopt if nobody saw that.
  virtual std::optional<time_point> fired_at() { return seen_; }

  /// What happened. Requires: it holds.
  virtual std::string story() = 0;

  /// The command whose end it waits for, or null.
  virtual command* as_command() { return nullptr; }

 private:
  std::string name_;
  std::optional<time_point> seen_;
};

using condition_list = std::vector<std::unique_ptr<condition>>;

/// Makes the conditions, in order, and starts the commands.
/// Requires: abide has not waited in this process and has no thread.
/// Throws: std::system_error, std::runtime_error naming the call that failed.
condition_list make_conditions(const std::vector<condition_spec>& specs, commands& all);

/// "exited with 3", "killed by SIGTERM".
std::string story_of(abide::exit_status status);

}  // namespace abide_wait
