// SPDX-License-Identifier: BSL-1.0
#include <string>
#include <string_view>

#include "harness/contestant.hpp"
#include "peers/abide_event.hpp"
#include "peers/boost_condition_variable.hpp"
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

  void first(unsigned n) override {
    for (unsigned i = 0; i != n; ++i) {
      there_.signal();
      back_.wait();
    }
  }
  void second(unsigned n) override {
    for (unsigned i = 0; i != n; ++i) {
      there_.wait();
      back_.signal();
    }
  }

 private:
  Signal there_;
  Signal back_;
};

constexpr std::string_view cancelable_std = "std::condition_variable_any, stop_token";

contestants make() {
  // Two wakes and two sleeps at most; fewer when a woken thread runs before its waker sleeps.
  const bounds plain{.switches = 2.05, .system_calls = 4, .allocations = 0, .times_limit = 1.15};
  const bounds cancelable{.switches = 2.05,
                          .system_calls = 4,
                          .allocations = 0,
                          .times_limit = 1.2,
                          .faster_than = cancelable_std,
                          .factor = 1.8};
  contestants all;
  add<ping_pong<raw_futex>>(all, "raw futex");
  add<ping_pong<abide_event>>(all, "abide event", plain);
  add<ping_pong<abide_event_with_token>>(all, "abide event, token", cancelable);
  add<ping_pong<abide_event_or_token>>(all, "abide wait_any(event, token)", cancelable);
  add<ping_pong<std_condition_variable>>(all, "std::condition_variable");
  add<ping_pong<std_condition_variable_any>>(all, std::string(cancelable_std));
  add<ping_pong<std_binary_semaphore>>(all, "std::binary_semaphore");
  add<ping_pong<posix_semaphore>>(all, "sem_t");
  add<ping_pong<boost_condition_variable>>(all, "boost::condition_variable");
  return all;
}

}  // namespace

const subject ping_pong_subject{"ping_pong",
                                "two threads on one processor signal each other in turn",
                                priority::normal, subject::sleep::as_it_comes, make};

}  // namespace bench
