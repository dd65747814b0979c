// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdint>

namespace bench {

using futex_word = std::atomic<std::uint32_t>;

inline void futex_sleep(futex_word& word, std::uint32_t expected) {
  ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}
inline void futex_wake(futex_word& word, int most) {
  ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, most, nullptr, nullptr, 0);
}

/// The limit: what two threads cannot do without. An exchange and a wake; an exchange and a sleep.
class raw_futex {
 public:
  void signal() {
    word_.exchange(1, std::memory_order_release);
    futex_wake(word_, 1);
  }
  void wait() {
    while (word_.exchange(0, std::memory_order_acquire) == 0) futex_sleep(word_, 0);
  }

 private:
  futex_word word_{0};
};

/// The limit of a signal to a crowd: one word, and a wake for all. Each signal is a new turn.
class raw_futex_gate {
 public:
  void signal() {
    turn_.fetch_add(1, std::memory_order_release);
    futex_wake(turn_, INT_MAX);
  }
  /// Passes once there is a turn that is not `seen`, and returns it.
  std::uint32_t wait(std::uint32_t seen) {
    std::uint32_t turn;
    while ((turn = turn_.load(std::memory_order_acquire)) == seen) futex_sleep(turn_, seen);
    return turn;
  }

 private:
  futex_word turn_{0};
};

}  // namespace bench
