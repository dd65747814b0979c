// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <semaphore>

namespace bench {

class std_counting_semaphore {
 public:
  explicit std_counting_semaphore(unsigned units = 0)
      : semaphore_(static_cast<std::ptrdiff_t>(units)) {}
  void signal() { semaphore_.release(); }
  void wait() { semaphore_.acquire(); }

 private:
  std::counting_semaphore<> semaphore_;
};

}  // namespace bench
