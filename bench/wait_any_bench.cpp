// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/contestant.hpp"
#include "peers/abide_wait_any.hpp"
#include "peers/eventfd_poll.hpp"
#include "peers/futex_waitv.hpp"
#include "peers/raw_futex.hpp"
#include "peers/raw_futex_any.hpp"
#include "subjects.hpp"

namespace bench {
namespace {

/// A wait for n objects, of which the other thread signals one, in shuffled order; the answer goes
/// back over a raw futex. A Set is constructed with n and has signal(i) and wait(), which returns
/// i.
template <class Set>
class wait_any_round final : public contestant {
 public:
  wait_any_round(std::string name, std::size_t n, bounds kept = {})
      : contestant(std::move(name), kept), set_(n), order_(n) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::shuffle(order_.begin(), order_.end(), std::mt19937());
  }

  void first(unsigned n) override {
    for (unsigned i = 0; i != n; ++i) {
      if (set_.wait() != next(awaited_)) {
        std::fprintf(stderr, "abide_bench: %s: another object than was signaled\n", name().c_str());
        std::abort();
      }
      answer_.signal();
    }
  }
  void second(unsigned n) override {
    for (unsigned i = 0; i != n; ++i) {
      set_.signal(next(signaled_));
      answer_.wait();
    }
  }

 private:
  std::size_t next(std::size_t& position) const {
    const std::size_t at = position;
    position = at + 1 == order_.size() ? 0 : at + 1;
    return order_[at];
  }

  Set set_;
  raw_futex answer_;
  std::vector<std::size_t> order_;
  std::size_t awaited_ = 0;   // the first thread's
  std::size_t signaled_ = 0;  // the second thread's
};

std::string of(std::string_view what, std::size_t n) {
  return std::string(what) + ", n = " + std::to_string(n);
}

contestants make() {
  contestants all;
  add<wait_any_round<raw_futex_any>>(all, "raw futex, n = 1", std::size_t{1});
  for (const std::size_t n : {1u, 2u, 8u, 64u, 1024u}) {
    // A sleep and a wake, as the limit, and the wake of the answer. More than 16 objects take their
    // entries from the heap, in one piece.
    const bounds kept{.switches = 2.05,
                      .system_calls = 3.05,
                      .allocations = n > 16 ? 1.0 : 0.0,
                      .times_limit = n > 64 ? unbounded : 1.5};
    add<wait_any_round<abide_wait_any>>(all, of("abide wait_any", n), n, kept);
  }
  for (const std::size_t n : {1u, 2u, 8u, 64u}) {
    if (futex_waitv_any::is_available()) {
      add<wait_any_round<futex_waitv_any>>(all, of("futex_waitv", n), n);
    }
    add<wait_any_round<eventfd_poll_any>>(all, of("poll on eventfds", n), n);
  }
  return all;
}

}  // namespace

// The signaler has no priority at all, so it signals only while the waiter sleeps; otherwise it
// would run before the waiter has registered, and a wait for any number of objects would look free.
const subject wait_any_subject{
    "wait_any", "a wait for one of n objects, asleep at every signal, and the answer",
    priority::idle, subject::sleep::every_time, make};

}  // namespace bench
