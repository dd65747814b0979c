// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <vector>

#include "support/rendezvous.hpp"
#include "support/running.hpp"
#include "support/thread_facts.hpp"

namespace growth {

/// Threads that wait on one object and are asleep, for certain, once it is made.
template <class Object>
class crowd {
 public:
  /// Each of n threads calls wait().
  template <class Wait>
  crowd(Object& object, std::size_t n, Wait wait) {
    threads_.reserve(n);
    for (std::size_t i = 0; i != n; ++i) threads_.push_back(support::run(wait));
    do {
      for (const auto& t : threads_) {
        support::wait_until_asleep(t.id(), support::asleep_in::futex);
      }
    } while (support::queued(object) != n);
  }

  void join() { threads_.clear(); }

 private:
  std::vector<support::running<void>> threads_;
};

/// Has another thread do something, so that the words which that touches are shared.
template <class F>
void elsewhere(F f) {
  support::run([&] { f(); }).get();
}

}  // namespace growth
