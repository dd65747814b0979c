// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/abide.hpp>

#include <exception>
#include <thread>
#include <vector>

#include "condition.hpp"

namespace abide_wait {

/// A second thread, because the wait itself may be a wait_all: it cancels the wait when a signal
/// comes, and notes when each condition first holds.
class observer {
 public:
  /// Requires: the signals are blocked already.
  observer(abide::signal_set signals, const condition_list& to_note);
  ~observer() { join(); }

  /// Canceled by the first signal.
  abide::cancellation_token token() const { return cancel_.token(); }

  /// What has been noted may be read after this.
  /// Throws: what ended the observer early.
  void stop();

  /// The signal that canceled. Requires: the token is canceled.
  int signal() const { return signal_; }

 private:
  void watch(std::vector<condition*> to_note);
  void join();

  abide::signal_set signals_;
  int signal_ = 0;
  std::exception_ptr error_;
  abide::cancellation_source cancel_;
  abide::manual_reset_event stop_;
  std::thread thread_;
};

}  // namespace abide_wait
