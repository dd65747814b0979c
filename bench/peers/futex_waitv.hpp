// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace bench {

/// The kernel's own wait for several words, 128 at most; Linux 5.16.
class futex_waitv_any {
 public:
  /// Whether the kernel has it: an empty list is refused for what it is.
  static bool is_available() {
    return ::syscall(SYS_futex_waitv, nullptr, 0, 0, nullptr, 0) < 0 && errno == EINVAL;
  }

  explicit futex_waitv_any(std::size_t n) : words_(new std::atomic<std::uint32_t>[n]), list_(n) {
    for (std::size_t i = 0; i != n; ++i) {
      words_[i] = 0;
      list_[i] = {0, reinterpret_cast<std::uintptr_t>(&words_[i]), FUTEX_32 | FUTEX_PRIVATE_FLAG,
                  0};
    }
  }
  void signal(std::size_t i) {
    words_[i].exchange(1, std::memory_order_release);
    ::syscall(SYS_futex, &words_[i], FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
  std::size_t wait() {
    for (;;) {
      for (std::size_t i = 0; i != list_.size(); ++i) {
        if (words_[i].load(std::memory_order_relaxed) != 0 &&
            words_[i].exchange(0, std::memory_order_acquire) != 0) {
          return i;
        }
      }
      ::syscall(SYS_futex_waitv, list_.data(), list_.size(), 0, nullptr, 0);
    }
  }

 private:
  std::unique_ptr<std::atomic<std::uint32_t>[]> words_;
  std::vector<futex_waitv> list_;
};

}  // namespace bench
