// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/semaphore.hpp>

#include <cstddef>

namespace bench {

class abide_semaphore {
 public:
  explicit abide_semaphore(unsigned units = 0) : semaphore_(static_cast<std::ptrdiff_t>(units)) {}
  void signal() { semaphore_.release(); }
  void wait() { semaphore_.acquire(); }

 private:
  abide::semaphore semaphore_;
};

}  // namespace bench
