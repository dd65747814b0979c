// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/abide.hpp>

#include <exception>
#include <thread>

#include "condition.hpp"
#include "live_lines.hpp"

namespace abide_wait {

/// A second thread, because the wait itself may be a wait_all: it cancels the wait when a signal
/// comes, takes the steps of the conditions that need some, shows how things stand, and notes, if
/// it is asked to, when each condition first holds.
class observer {
 public:
  enum class notes { none, each_condition };

  /// Requires: the signals are blocked already. The conditions and the lines outlive it, and are
  /// its alone until stop() has returned.
  observer(abide::signal_set signals, const condition_list& conditions, notes to_take,
           live_lines& lines);
  ~observer() { stop(); }

  /// Canceled by the first signal.
  abide::cancellation_token token() const { return cancel_.token(); }

  /// What has been noted may be read after this.
  void stop();

  /// Throws: what ended the observer early, if anything did. Requires: it has been stopped.
  void rethrow() const;

  /// The signal that canceled. Requires: the token is canceled.
  int signal() const { return signal_; }

 private:
  void watch();

  abide::signal_set signals_;
  const condition_list& conditions_;
  const notes to_take_;
  live_lines& lines_;
  int signal_ = 0;
  std::exception_ptr error_;
  abide::cancellation_source cancel_;
  abide::manual_reset_event stop_;
  std::thread thread_;
};

}  // namespace abide_wait
