// SPDX-License-Identifier: BSL-1.0
#include "harness/contestant.hpp"
#include "peers/abide_event.hpp"
#include "peers/boost_condition_variable.hpp"
#include "peers/eventfd_poll.hpp"
#include "peers/posix_semaphore.hpp"
#include "peers/raw_futex.hpp"
#include "peers/std_binary_semaphore.hpp"
#include "peers/std_condition_variable.hpp"
#include "peers/std_condition_variable_any.hpp"
#include "subjects.hpp"

namespace bench {
namespace {

/// A round trip over two one-way signals. A Signal is default-constructible and has signal() and
/// wait(); one thread calls one of them, another thread the other.
template <class Signal>
class ping_pong final : public contestant {
 public:
  using contestant::contestant;

  void part(unsigned thread, unsigned n) override {
    for (unsigned i = 0; i != n; ++i) {
      if (thread == 0) {
        there_.signal();
        back_.wait();
      } else {
        there_.wait();
        back_.signal();
      }
    }
  }

 private:
  Signal there_;
  Signal back_;
};

using enum side;

// Two wakes and two sleeps at most; fewer when a woken thread runs before its waker sleeps.
constexpr bounds plain{.switches = 2.05, .system_calls = 4, .allocations = 0, .times_limit = 1.05};
constexpr bounds cancelable{.switches = 2.05,
                            .system_calls = 4,
                            .allocations = 0,
                            .times_limit = 1.08,
                            .faster_than_standard = 2};

contestants events() {
  contestants all;
  add<ping_pong<raw_futex>>(all, limit, "raw futex");
  add<ping_pong<abide_event>>(all, abide, "abide", plain);
  add<ping_pong<std_condition_variable>>(all, standard, "std::condition_variable");
  add<ping_pong<std_binary_semaphore>>(all, other, "std::binary_semaphore");
  add<ping_pong<posix_semaphore>>(all, other, "sem_t");
  add<ping_pong<eventfd_event>>(all, other, "eventfd");
  add<ping_pong<boost_condition_variable>>(all, boost, "boost::condition_variable");
  return all;
}

// Boost's waits can be interrupted, all of them.
template <class Abide>
contestants cancelable_events() {
  contestants all;
  add<ping_pong<raw_futex>>(all, limit, "raw futex");
  add<ping_pong<Abide>>(all, abide, "abide", cancelable);
  add<ping_pong<std_condition_variable_any>>(all, standard, "std::condition_variable_any");
  add<ping_pong<boost_condition_variable>>(all, boost, "boost::condition_variable");
  return all;
}

std::vector<task> tasks() {
  return {{"event", pair, events},
          {"event, token", pair, cancelable_events<abide_event_with_token>},
          {"wait_any(event, token)", pair, cancelable_events<abide_event_or_token>}};
}

}  // namespace

const subject ping_pong_subject{
    "ping_pong", "two threads on one processor signal each other in turn", "ns", tasks};

}  // namespace bench
