// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <semaphore>

namespace bench {

class std_binary_semaphore {
 public:
  void signal() { semaphore_.release(); }
  void wait() { semaphore_.acquire(); }

 private:
  std::binary_semaphore semaphore_{0};
};

}  // namespace bench
