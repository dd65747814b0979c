// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/abide.hpp>

#include <signal.h>

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "descriptor.hpp"
#include "guardian.hpp"

namespace abide_wait {

/// A command that abide-wait has started, seen through the reports of its guardian.
class command {
 public:
  struct ending {
    abide::exit_status status;
    std::chrono::steady_clock::time_point at;
  };

  command(std::string name, descriptor reports, pid_t guardian)
      : name_(std::move(name)),
        reports_(std::move(reports)),
        report_(reports_.get()),
        guardian_(guardian) {}

  /// Ready once the command has ended.
  abide::os_handle& report() { return report_; }

  /// How it ended. Blocks: until it has.
  /// Throws: std::runtime_error if it could not be started or its guardian was killed.
  const ending& ended();

 private:
  friend class commands;
  void await_start();
  std::optional<abide_wait::report> next_report();
  void bury();

  std::string name_;  // of the condition
  descriptor reports_;
  abide::os_handle report_;
  const pid_t guardian_;
  pid_t group_ = 0;  // 0 before the command has started
  std::optional<ending> ending_;
};

/// All commands. When it goes they go, and nothing of them is left once its destructor returns.
class commands {
 public:
  /// What the commands need: the signal mask to run with, their time to end once they are asked
  /// to, and where the arguments of this program stand (see guardian_orders).
  commands(sigset_t signal_mask, std::chrono::duration<double> grace, std::span<char> own_name);
  commands(const commands&) = delete;
  commands& operator=(const commands&) = delete;
  ~commands() { stop(); }

  /// Starts `text` for the condition `name`. Requires: abide has not waited in this process.
  /// Throws: std::runtime_error naming the call that failed.
  command& start(const std::string& name, const std::string& text);

  /// Ends all commands and their descendants. Blocks: until they are gone.
  void stop();

 private:
  const sigset_t signal_mask_;
  const std::chrono::duration<double> grace_;
  const std::span<char> own_name_;
  pipe_ends lifeline_;
  std::vector<std::unique_ptr<command>> list_;
};

}  // namespace abide_wait
