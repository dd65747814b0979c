// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "harness/in_turn.hpp"
#include "peers/abide_wait_any.hpp"
#include "peers/abide_wait_set.hpp"
#include "peers/epoll.hpp"
#include "peers/eventfd_poll.hpp"
#include "peers/futex_waitv.hpp"
#include "peers/raw_futex.hpp"
#include "peers/raw_futex_any.hpp"
#include "peers/raw_word.hpp"
#include "subjects.hpp"

namespace bench {
namespace {

using enum side;

/// 0 to n - 1, shuffled, again and again; the same for all.
class shuffled {
 public:
  explicit shuffled(std::size_t n) : order_(n) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::shuffle(order_.begin(), order_.end(), std::mt19937());
  }
  std::size_t next() {
    const std::size_t at = next_;
    next_ = at + 1 == order_.size() ? 0 : at + 1;
    return order_[at];
  }

 private:
  std::vector<std::size_t> order_;
  std::size_t next_ = 0;
};

/// A wait for n objects, of which the other thread signals one, in shuffled order; the answer goes
/// back over a raw futex. A Set is constructed with n and has signal(i) and wait(), which returns
/// i.
template <class Set>
class asleep final : public contestant {
 public:
  asleep(side stands_for, std::string name, std::size_t n, bounds kept = {})
      : contestant(stands_for, std::move(name), kept), set_(n), awaited_(n), signaled_(n) {}

  void part(unsigned thread, unsigned n) override {
    for (unsigned i = 0; i != n; ++i) {
      if (thread == 0) {
        if (set_.wait() != awaited_.next()) {
          std::fprintf(stderr, "abide_bench: %s: another object than was signaled\n",
                       name().c_str());
          std::abort();
        }
        answer_.signal();
      } else {
        set_.signal(signaled_.next());
        answer_.wait();
      }
    }
  }

 private:
  Set set_;
  raw_futex answer_;
  shuffled awaited_;   // the first thread's
  shuffled signaled_;  // the second thread's
};

/// One of n is signaled by the thread that waits.
template <class Set>
class ready_set {
 public:
  explicit ready_set(std::size_t n) : set_(n), signaled_(n) {}
  std::size_t signal_and_wait() {
    set_.signal(signaled_.next());
    return set_.wait();
  }

 private:
  Set set_;
  shuffled signaled_;
};
template <class Set>
using ready = in_turn<ready_set<Set>, &ready_set<Set>::signal_and_wait>;

// The signaler has no priority at all, so it signals only while the waiter sleeps; otherwise it
// would run before the waiter has registered, and a wait for any number of objects would look free.
constexpr stage signaled_asleep{.threads = 2, .idle = 1, .sleepers = 1, .sleeps = 1};

// A sleep and a wake, as the limit, and the wake of the answer.
bounds asleep_within(double times_limit) {
  return {.switches = 2.05, .system_calls = 3.05, .allocations = 0, .times_limit = times_limit};
}

task wait_for_one_of(std::size_t n, double times_limit) {
  return {"wait_any(" + std::to_string(n) + "), asleep", signaled_asleep, [=] {
            bounds kept = asleep_within(times_limit);
            // More than 16 objects take their entries from the heap, in one piece.
            if (n > 16) kept.allocations = 1;
            contestants all;
            add<asleep<raw_futex_any>>(all, limit, "raw futex, one word", std::size_t{1});
            add<asleep<abide_wait_any>>(all, abide, "abide", n, kept);
            if (n <= 64 && futex_waitv_any::is_available()) {
              add<asleep<futex_waitv_any>>(all, other, "futex_waitv", n);
            }
            if (n <= 64) add<asleep<eventfd_poll_any>>(all, other, "poll on eventfds", n);
            return all;
          }};
}

// What is kept from wait to wait costs the same whatever its size.
contestants set_of_1024() {
  contestants all;
  add<asleep<raw_futex_any>>(all, limit, "raw futex, one word", std::size_t{1});
  add<asleep<abide_wait_set>>(all, abide, "abide wait_set", std::size_t{1024}, asleep_within(1.08));
  add<asleep<epoll_set>>(all, other, "epoll on eventfds", std::size_t{1024});
  return all;
}

contestants one_ready_of_64() {
  constexpr std::size_t n = 64;
  contestants all;
  add<in_turn<raw_word, &raw_word::cas>>(all, limit, "a CAS");
  add<ready<abide_wait_any>>(all, abide, "abide",
                             bounds{.system_calls = 0, .allocations = 0, .times_limit = 30}, n);
  add<ready<abide_wait_set>>(all, other, "abide wait_set", bounds{}, n);
  add<ready<eventfd_poll_any>>(all, other, "poll on eventfds", bounds{}, n);
  return all;
}

std::vector<task> tasks() {
  return {wait_for_one_of(1, 1.2),
          wait_for_one_of(2, 1.2),
          wait_for_one_of(8, 1.2),
          wait_for_one_of(64, 1.2),
          wait_for_one_of(1024, 3.2),
          {"wait_set(1024), asleep", signaled_asleep, set_of_1024},
          {"wait_any(64), one ready: set, wait", alone, one_ready_of_64}};
}

}  // namespace

const subject wait_any_subject{"wait_any", "a wait for one of n objects, and the answer to it",
                               "ns", tasks};

}  // namespace bench
