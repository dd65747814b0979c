// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/auto_reset_event.hpp>
#include <abide/cancellation.hpp>
#include <abide/manual_reset_event.hpp>
#include <abide/wait.hpp>

#include <chrono>

namespace bench {

class abide_event {
 public:
  void signal() { event_.set(); }
  void wait() { event_.wait(); }

 protected:
  static inline abide::cancellation_source stop_;  // one for all, as a program has it
  abide::auto_reset_event event_;
};

/// The wait can be cancelled by a token.
class abide_event_with_token : public abide_event {
 public:
  void wait() { event_.wait(token_); }

 private:
  const abide::cancellation_token token_ = stop_.token();
};

/// The same, as a wait for several things.
class abide_event_or_token : public abide_event {
 public:
  void wait() { (void)abide::wait_any(event_, token_); }

 private:
  const abide::cancellation_token token_ = stop_.token();
};

/// A wait whose time has come already.
class abide_event_too_late : public abide_event {
 public:
  bool wait_until() { return event_.wait_until(past_); }
  bool wait_for() { return event_.wait_for(std::chrono::seconds(0)); }

 private:
  const abide::deadline past_ = std::chrono::steady_clock::now();
};

class abide_gate {
 public:
  void signal() { event_.set(); }
  void reset() { event_.reset(); }

 private:
  abide::manual_reset_event event_;
};

}  // namespace bench
