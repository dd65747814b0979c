// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancellation.hpp>
#include <abide/manual_reset_event.hpp>
#include <abide/wait.hpp>

#include <cstddef>
#include <memory>

namespace bench {

/// All wait for one token.
class abide_crowd {
 public:
  explicit abide_crowd(std::size_t) {}
  void renew() {
    source_ = abide::cancellation_source();
    token_ = source_.token();
  }
  void wait(std::size_t) { abide::wait(token_); }
  void cancel() { source_.cancel(); }

 protected:
  abide::cancellation_source source_;
  abide::cancellation_token token_ = source_.token();
};

/// Each waits for an event of its own, unless the token is canceled.
class abide_crowd_with_events : public abide_crowd {
 public:
  explicit abide_crowd_with_events(std::size_t n)
      : abide_crowd(n), events_(new abide::manual_reset_event[n]) {}
  void wait(std::size_t i) { (void)events_[i].wait(abide::return_on(token_)); }

 private:
  const std::unique_ptr<abide::manual_reset_event[]> events_;
};

}  // namespace bench
