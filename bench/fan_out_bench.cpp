// SPDX-License-Identifier: BSL-1.0
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/contestant.hpp"
#include "peers/abide_crowd.hpp"
#include "peers/boost_crowd.hpp"
#include "peers/raw_futex.hpp"
#include "peers/raw_futex_crowd.hpp"
#include "peers/std_crowd.hpp"
#include "subjects.hpp"

namespace bench {
namespace {

using enum side;
using clock = std::chrono::steady_clock;

constexpr unsigned waiters = 64;
constexpr unsigned canceler = waiters;  // the threads below are the waiters
constexpr unsigned conductor = waiters + 1;

// The conductor has no priority at all, so it runs when all others sleep, and only then lets the
// canceler go on: once when all wait to be canceled, once when all wait for the next turn.
constexpr stage crowd{.threads = waiters + 2, .idle = 1, .sleepers = waiters, .sleeps = 2};

/// A Crowd is constructed with the number of waiters and has wait(i), cancel() and renew(), which
/// is called while nobody waits.
template <class Crowd>
class fan_out final : public contestant {
 public:
  using contestant::contestant;

  void part(unsigned thread, unsigned n) override {
    if (thread == canceler) stretches_ = {};
    for (unsigned i = 0; i != n; ++i) {
      if (thread == canceler) {
        cancel_all();
      } else if (thread == conductor) {
        conduct();
        conduct();
      } else {
        be_canceled(thread);
      }
    }
  }

  /// Only from the entry of cancel() to the return of the last wait.
  double figure(double) const override {
    return std::chrono::duration<double, std::nano>(stretches_).count();
  }

 private:
  void conduct() {
    go_.signal();
    gone_.wait();
  }
  void wait_until_all_sleep() {
    go_.wait();
    gone_.signal();
  }

  void cancel_all() {
    crowd_.renew();
    back_.store(0, std::memory_order_relaxed);
    turn_.signal();
    wait_until_all_sleep();
    const auto entry = clock::now();
    crowd_.cancel();
    wait_until_all_sleep();
    all_are_back_.wait();
    stretches_ += last_return_ - entry;
  }

  void be_canceled(unsigned waiter) {
    seen_[waiter].turn = turn_.wait(seen_[waiter].turn);
    crowd_.wait(waiter);
    if (back_.fetch_add(1, std::memory_order_acq_rel) + 1 != waiters) return;
    last_return_ = clock::now();
    all_are_back_.signal();
  }

  struct alignas(64) last_turn {
    std::uint32_t turn = 0;
  };

  Crowd crowd_{waiters};
  raw_futex go_;
  raw_futex gone_;
  raw_futex_gate turn_;
  raw_futex all_are_back_;
  std::atomic<unsigned> back_{0};
  last_turn seen_[waiters];
  clock::time_point last_return_;
  clock::duration stretches_{};
};

template <class Abide>
contestants make() {
  contestants all;
  add<fan_out<raw_futex_crowd>>(all, limit, "raw futex, one word");
  // The source of each turn is the one allocation.
  add<fan_out<Abide>>(all, abide, "abide", bounds{.allocations = 1, .times_limit = 1.5});
  add<fan_out<raw_futexes_crowd>>(all, other, "raw futex, a word for each");
  add<fan_out<raw_requeue_crowd>>(all, other, "raw futex, a word for each, requeued");
  add<fan_out<std_crowd>>(all, standard, "std::condition_variable_any, stop_token");
  add<fan_out<std_notify_all_crowd>>(all, other, "std::condition_variable, notify_all()");
  add<fan_out<boost_crowd>>(all, boost, "boost::condition_variable, notify_all()");
  return all;
}

std::vector<task> tasks() {
  return {{"token, 64 waiters", crowd, make<abide_crowd>},
          {"event or token, 64 waiters", crowd, make<abide_crowd_with_events>}};
}

}  // namespace

const subject fan_out_subject{
    "fan_out", "from the entry of cancel() to the return of the last of all waits", "ns", tasks};

}  // namespace bench
