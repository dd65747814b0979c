// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/auto_reset_event.hpp>
#include <abide/wait_set.hpp>

#include <cstddef>
#include <memory>

namespace bench {

class abide_wait_set {
 public:
  explicit abide_wait_set(std::size_t n) : events_(new abide::auto_reset_event[n]) {
    for (std::size_t i = 0; i != n; ++i) set_.add(events_[i], i);
  }
  void signal(std::size_t i) { events_[i].set(); }
  std::size_t wait() { return set_.wait(); }

 private:
  std::unique_ptr<abide::auto_reset_event[]> events_;
  abide::wait_set set_;
};

}  // namespace bench
