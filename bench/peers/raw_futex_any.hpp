// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

#include "peers/raw_futex.hpp"

namespace bench {

/// The limit of a wait for several: a wait for one.
class raw_futex_any {
 public:
  explicit raw_futex_any(std::size_t) {}
  void signal(std::size_t) { futex_.signal(); }
  std::size_t wait() {
    futex_.wait();
    return 0;
  }

 private:
  raw_futex futex_;
};

}  // namespace bench
