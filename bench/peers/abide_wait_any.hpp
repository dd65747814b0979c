// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/auto_reset_event.hpp>
#include <abide/wait.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace bench {

class abide_wait_any {
 public:
  explicit abide_wait_any(std::size_t n) : events_(new abide::auto_reset_event[n]) {
    for (std::size_t i = 0; i != n; ++i) all_.emplace_back(events_[i]);
  }
  void signal(std::size_t i) { events_[i].set(); }
  std::size_t wait() { return abide::wait_any(all_); }

 private:
  std::unique_ptr<abide::auto_reset_event[]> events_;
  std::vector<abide::waitable_ref> all_;
};

}  // namespace bench
