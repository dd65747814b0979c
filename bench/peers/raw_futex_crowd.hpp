// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <memory>

#include "peers/raw_futex.hpp"

namespace bench {

/// The limit of what ends many waits: one word, and one wake for all.
class raw_futex_crowd {
 public:
  explicit raw_futex_crowd(std::size_t) {}
  void renew() { canceled_.store(0, std::memory_order_relaxed); }
  void wait(std::size_t) {
    while (canceled_.load(std::memory_order_acquire) == 0) futex_sleep(canceled_, 0);
  }
  void cancel() {
    canceled_.store(1, std::memory_order_release);
    futex_wake(canceled_, INT_MAX);
  }

 private:
  futex_word canceled_{0};
};

/// A word and a wake for each, which is the least if every waiter may also wait for something else.
class raw_futexes_crowd {
 public:
  explicit raw_futexes_crowd(std::size_t n) : n_(n), words_(new raw_futex[n]) {}
  void renew() {}
  void wait(std::size_t i) { words_[i].wait(); }
  void cancel() {
    for (std::size_t i = 0; i != n_; ++i) words_[i].signal();
  }

 private:
  const std::size_t n_;
  const std::unique_ptr<raw_futex[]> words_;
};

/// The same, but the waiters are moved to one word first, where one wake lets all of them go: so
/// none of them takes the processor from who still has to wake the others.
class raw_requeue_crowd {
 public:
  explicit raw_requeue_crowd(std::size_t n) : n_(n), words_(new futex_word[n]) { renew(); }
  void renew() {
    for (std::size_t i = 0; i != n_; ++i) words_[i].store(0, std::memory_order_relaxed);
  }
  void wait(std::size_t i) {
    while (words_[i].load(std::memory_order_acquire) == 0) futex_sleep(words_[i], 0);
  }
  void cancel() {
    for (std::size_t i = 0; i != n_; ++i) {
      words_[i].store(1, std::memory_order_release);
      ::syscall(SYS_futex, &words_[i], FUTEX_REQUEUE_PRIVATE, 0, 1, &all_, 0);
    }
    futex_wake(all_, INT_MAX);
  }

 private:
  const std::size_t n_;
  const std::unique_ptr<futex_word[]> words_;
  futex_word all_{0};
};

}  // namespace bench
