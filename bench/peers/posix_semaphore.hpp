// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <semaphore.h>

namespace bench {

class posix_semaphore {
 public:
  explicit posix_semaphore(unsigned units = 0) { sem_init(&semaphore_, 0, units); }
  posix_semaphore(const posix_semaphore&) = delete;
  posix_semaphore& operator=(const posix_semaphore&) = delete;
  ~posix_semaphore() { sem_destroy(&semaphore_); }

  void signal() { sem_post(&semaphore_); }
  void wait() {
    while (sem_wait(&semaphore_) != 0) {}
  }

 private:
  sem_t semaphore_;
};

}  // namespace bench
