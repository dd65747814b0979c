// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <chrono>
#include <cstddef>
#include <string>

#include "growth/crowd.hpp"
#include "growth/table.hpp"

// How a signal grows with the threads that wait for it, all of them asleep.

namespace growth {
namespace {

using namespace std::chrono_literals;

/// What the thread that signals does while n threads wait; then the rest is let go.
template <class Object, class Wait, class Signal, class Rest>
costs signal(std::size_t n, Object& object, Wait wait, Signal signal, Rest rest) {
  begin_scenario();
  crowd<Object> waiting(object, n, wait);
  window w;
  signal();
  w.close();
  rest();
  waiting.join();
  return w.own();
}

/// What all threads do from a signal for all until the last has returned, a waiter.
template <class Object, class Wait, class Signal>
costs until_all_returned(std::size_t n, Object& object, Wait wait, Signal signal) {
  begin_scenario();
  crowd<Object> waiting(object, n, wait);
  window w;
  signal();
  waiting.join();
  w.close();
  return w.everybodys() / static_cast<double>(n);
}

const auto nothing = [] {};

void measure_broadcasts(table& t, std::size_t n) {
  {
    abide::manual_reset_event e;
    const auto wait = [&] { e.wait(); };
    const auto set = [&] { e.set(); };
    t.add(n, "manual event: set()", signal(n, e, wait, set, nothing));
    e.reset();
    t.add(n, "manual event: all of it, a waiter", until_all_returned(n, e, wait, set));
  }
  {
    abide::cancellation_source source;
    const auto token = source.token();
    const auto wait = [&] { abide::wait(token); };
    t.add(n, "token: cancel()",
          signal(
              n, token, wait, [&] { source.cancel(); }, nothing));
  }
}

void measure_hand_offs(table& t, std::size_t n) {
  {
    abide::auto_reset_event e;
    const auto wait = [&] { e.wait(); };
    const auto rest = [&] {
      for (std::size_t i = 1; i != n; ++i) e.set();
    };
    t.add(n, "auto-reset event: set()",
          signal(
              n, e, wait, [&] { e.set(); }, rest));
  }
  for (const auto fairness : {abide::fairness::barging, abide::fairness::fifo}) {
    const std::string name = fairness == abide::fairness::fifo ? "fifo semaphore: " : "semaphore: ";
    abide::semaphore s(0, fairness);
    const auto wait = [&] { s.acquire(); };
    const auto one = [&] { s.release(); };
    const auto units = static_cast<std::ptrdiff_t>(n);
    const auto rest = [&] {
      if (units > 1) s.release(units - 1);
    };
    const auto all = [&] { s.release(units); };
    t.add(n, name + "release(1)", signal(n, s, wait, one, rest));
    t.add(n, name + "release(n)", signal(n, s, wait, all, nothing));
    t.add(n, name + "release(n), all of it, a waiter", until_all_returned(n, s, wait, all));
  }
}

// A wait that comes and goes while n others wait.
void measure_newcomer(table& t, std::size_t n) {
  const auto visit = [&](const char* name, auto& object, auto wait, auto try_for, auto let_go) {
    begin_scenario();
    crowd waiting(object, n, wait);
    (void)try_for();
    window w;
    (void)try_for();
    w.close();
    let_go();
    waiting.join();
    t.add(n, name, w.own());
  };
  abide::auto_reset_event e;
  visit(
      "auto-reset event: a wait that times out", e, [&] { e.wait(); },
      [&] { return e.wait_for(2ms); },
      [&] {
        for (std::size_t i = 0; i != n; ++i) e.set();
      });
  abide::semaphore s(0);
  visit(
      "semaphore: a wait that times out", s, [&] { s.acquire(); },
      [&] { return s.try_acquire_for(2ms); }, [&] { s.release(static_cast<std::ptrdiff_t>(n)); });
}

table measure() {
  table t("Waiters on one object", "waiters");
  for (const std::size_t n : {1u, 4u, 16u, 64u, 256u, 1024u}) {
    measure_broadcasts(t, n);
    measure_hand_offs(t, n);
    measure_newcomer(t, n);
  }
  return t;
}

}  // namespace

// In "all of it" the threads end too, and meet at one lock; how they meet is not the same each
// time.
dimension waiters() {
  return {"waiters",
          measure,
          {
              {"manual event: set()", "changes", order::linear, 2, 3},
              {"manual event: set()", "loads", order::constant, 2},
              {"manual event: set()", "one word", order::constant, 2},
              {"manual event: set()", "LOCKs", order::constant, 1},
              {"manual event: set()", "longest", order::linear, 20, 7},
              {"manual event: set()", "steps", order::linear, 40, 15.2},
              {"manual event: set()", "wakes", order::linear, 0, 1},
              {"manual event: all of it, a waiter", "changes", order::constant, 12},
              {"manual event: all of it, a waiter", "loads", order::constant, 8},
              {"manual event: all of it, a waiter", "steps", order::constant, 160},
              {"manual event: all of it, a waiter", "sleeps", order::constant, 3},
              {"token: cancel()", "changes", order::linear, 4, 3},
              {"token: cancel()", "loads", order::constant, 2},
              {"token: cancel()", "one word", order::constant, 4},
              {"token: cancel()", "longest", order::linear, 24, 7},
              {"token: cancel()", "steps", order::linear, 85, 15.2},
              {"token: cancel()", "wakes", order::linear, 0, 1},
              {"auto-reset event: set()", "changes", order::constant, 5},
              {"auto-reset event: set()", "loads", order::constant, 2},
              {"auto-reset event: set()", "one word", order::constant, 2},
              {"auto-reset event: set()", "longest", order::constant, 28},
              {"auto-reset event: set()", "steps", order::constant, 50},
              {"auto-reset event: set()", "wakes", order::constant, 1},
              {"semaphore: release(1)", "changes", order::constant, 6},
              {"semaphore: release(1)", "loads", order::constant, 6},
              {"semaphore: release(1)", "one word", order::constant, 2},
              {"semaphore: release(1)", "longest", order::constant, 48},
              {"semaphore: release(1)", "steps", order::constant, 72},
              {"semaphore: release(1)", "wakes", order::constant, 1},
              {"semaphore: release(n)", "changes", order::linear, 5, 1},
              {"semaphore: release(n)", "one word", order::constant, 2},
              {"semaphore: release(n)", "longest", order::linear, 35, 9.1},
              {"semaphore: release(n)", "wakes", order::constant, 1},
              {"semaphore: release(n), all of it, a waiter", "changes", order::constant, 18},
              {"semaphore: release(n), all of it, a waiter", "sleeps", order::constant, 3},
              {"semaphore: release(n), all of it, a waiter", "steps", order::constant, 130},
              {"fifo semaphore: release(1)", "changes", order::constant, 6},
              {"fifo semaphore: release(1)", "loads", order::constant, 3},
              {"fifo semaphore: release(1)", "one word", order::constant, 2},
              {"fifo semaphore: release(1)", "longest", order::constant, 32},
              {"fifo semaphore: release(1)", "steps", order::constant, 60},
              {"fifo semaphore: release(1)", "wakes", order::constant, 1},
              {"fifo semaphore: release(n)", "changes", order::linear, 2, 3},
              {"fifo semaphore: release(n)", "loads", order::constant, 3},
              {"fifo semaphore: release(n)", "one word", order::constant, 2},
              {"fifo semaphore: release(n)", "longest", order::linear, 22, 8.1},
              {"fifo semaphore: release(n)", "steps", order::linear, 45, 16.2},
              {"fifo semaphore: release(n)", "wakes", order::linear, 0, 1},
              {"fifo semaphore: release(n), all of it, a waiter", "changes", order::constant, 12},
              {"fifo semaphore: release(n), all of it, a waiter", "steps", order::constant, 160},
              {"fifo semaphore: release(n), all of it, a waiter", "sleeps", order::constant, 3},
              {"auto-reset event: a wait that times out", "changes", order::constant, 8},
              {"auto-reset event: a wait that times out", "longest", order::constant, 18},
              {"auto-reset event: a wait that times out", "steps", order::constant, 155},
              {"auto-reset event: a wait that times out", "sleeps", order::constant, 1},
              {"semaphore: a wait that times out", "changes", order::constant, 9},
              {"semaphore: a wait that times out", "longest", order::constant, 30},
              {"semaphore: a wait that times out", "steps", order::constant, 170},
              {"semaphore: a wait that times out", "sleeps", order::constant, 1},
          }};
}

}  // namespace growth
