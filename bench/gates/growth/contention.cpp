// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <cstddef>
#include <latch>
#include <thread>
#include <vector>

#include "growth/table.hpp"
#include "support/running.hpp"

// Threads that meet on one word. What they do to each other depends on who runs when: this is
// printed, not judged, but for what holds whoever runs.

namespace growth {
namespace {

constexpr std::size_t rounds = 2000;

/// What an operation costs while n threads do it all the time.
template <class Operation>
costs contended(std::size_t n, Operation operation) {
  begin_scenario();
  std::latch start(static_cast<std::ptrdiff_t>(n) + 1);
  std::vector<support::running<void>> threads;
  for (std::size_t i = 0; i != n; ++i) {
    threads.push_back(support::run([&] {
      start.arrive_and_wait();
      for (std::size_t k = 0; k != rounds; ++k) operation();
    }));
  }
  window w;
  start.arrive_and_wait();
  threads.clear();  // joins
  w.close();
  return w.everybodys() / static_cast<double>(n * rounds);
}

table measure() {
  table t("Threads on one word", "threads");
  for (const std::size_t n : {1u, 2u, 4u, 16u, 64u}) {
    abide::semaphore enough(static_cast<std::ptrdiff_t>(n));
    t.add(n, "semaphore, units for all: acquire, release", contended(n, [&] {
            enough.acquire();
            enough.release();
          }));
    abide::semaphore one(1);
    t.add(n, "semaphore of 1: acquire, release", contended(n, [&] {
            one.acquire();
            std::this_thread::yield();  // so that others come meanwhile
            one.release();
          }));
    abide::semaphore fifo(1, abide::fairness::fifo);
    t.add(n, "fifo semaphore of 1: acquire, release", contended(n, [&] {
            fifo.acquire();
            std::this_thread::yield();
            fifo.release();
          }));
    const abide::cancellation_source source;
    const auto token = source.token();
    t.add(n, "token: register, unregister",
          contended(n, [&] { token.register_callback([] {}).unregister(); }));
    t.add(n, "token: callback in place, destroy",
          contended(n, [&] { const abide::cancellation_callback in_place(token, [] {}); }));
    t.add(n, "token: link one, destroy",
          contended(n, [&] { (void)abide::cancellation_source::linked_to(token); }));
  }
  return t;
}

}  // namespace

dimension contention() { return {"contention", measure, {}}; }

}  // namespace growth
