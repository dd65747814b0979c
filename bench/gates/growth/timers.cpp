// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <numeric>
#include <random>
#include <vector>

#include "core/process_hooks.hpp"
#include "core/timer_queue.hpp"
#include "growth/crowd.hpp"
#include "growth/table.hpp"

// How timers grow with those that are armed. One queue has all of them, under one lock.

namespace growth {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// n timers that are due in no order, in an hour or more.
struct live_timers {
  explicit live_timers(std::size_t n) : all(n), due(n) {
    pause();
    std::mt19937 random;
    for (auto& d : due) d = start + 1h + std::chrono::nanoseconds(random());
    for (std::size_t i = 0; i != n; ++i) all[i].set(abide::deadline(due[i]));
    order.resize(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return due[a] < due[b]; });
    resume();
  }
  ~live_timers() { pause(); }

  const steady_clock::time_point start = steady_clock::now();
  std::deque<abide::waitable_timer> all;
  std::vector<steady_clock::time_point> due;
  std::vector<std::size_t> order;  // the earliest first
};

template <class F>
costs cost_of(F f) {
  window w;
  f();
  w.close();
  return w.own();
}

void measure_live(table& t, std::size_t n) {
  begin_scenario();
  live_timers live(n);
  abide::waitable_timer other;
  abide::waitable_timer timer;
  const auto arm = [&](abide::waitable_timer& x, steady_clock::duration d) {
    x.set(abide::deadline(live.start + d));
  };
  // Another thread uses the queue: its words are shared.
  elsewhere([&] { arm(other, 11h); });
  t.add(n, "arm, the last", cost_of([&] { arm(timer, 10h); }));
  t.add(n, "disarm the last", cost_of([&] { timer.cancel(); }));
  t.add(n, "arm, the earliest", cost_of([&] { arm(timer, 20min); }));
  t.add(n, "disarm it", cost_of([&] { timer.cancel(); }));
  other.cancel();

  // Whoever takes the first of all compares what was armed since the heap was last put in order.
  const auto disarm = [&](std::size_t k) { live.all[live.order[k]].cancel(); };
  t.add(n, "disarm the first of all, once", cost_of([&] { disarm(0); }));
  const std::size_t some = std::min<std::size_t>(n / 2, 1024);
  if (some == 0) return;
  const costs first = cost_of([&] {
    for (std::size_t k = 0; k != some; ++k) disarm(1 + k);
  });
  t.add(n, "disarm the first of all, then, mean of many", first / static_cast<double>(some));
  const std::size_t rest = n - 1 - some;
  const std::size_t any = std::min<std::size_t>(rest, 1024);
  if (any == 0) return;
  const costs mean = cost_of([&] {
    for (std::size_t k = 0; k != any; ++k) disarm(1 + some + k * (rest / any));
  });
  t.add(n, "disarm any, mean of many", mean / static_cast<double>(any));
}

/// A timer that sets its event as a waitable_timer does.
struct counted_timer : abide::detail::timer_node {
  counted_timer() : timer_node(&fire) {}
  static void fire(timer_node& node) noexcept {
    node.at = stage::idle;
    static_cast<counted_timer&>(node).event.set();
    if (left.fetch_sub(1, std::memory_order_acq_rel) == 1) done.set();
  }

  abide::auto_reset_event event;
  static inline std::atomic<std::size_t> left{0};
  static inline abide::auto_reset_event done;
};

void measure_fire(table& t, std::size_t n) {
  begin_scenario();
  std::deque<counted_timer> due(n);
  counted_timer::left.store(n, std::memory_order_relaxed);
  abide::core::start_timer_thread();
  std::mt19937 random;
  const auto long_ago = abide::deadline::time_point(1h);
  // More words than are worth noting: only the queue's are shared, and less than once a timer.
  if (n > 65536) pause();
  window w;
  {
    // Armed in one section, so that none fires before all are armed.
    abide::core::timer_section queue;
    for (auto& d : due)
      queue.arm(d, abide::deadline(long_ago + std::chrono::nanoseconds(random())), 0);
  }
  counted_timer::done.wait();
  // The thread gives the lock back when it has fired all.
  abide::core::lock_timer_queue();
  abide::core::unlock_timer_queue();
  w.close();
  t.add(n, "arm and fire, all due at once, a timer", w.everybodys() / static_cast<double>(n));
}

table measure() {
  table t("Live timers", "timers");
  for (const std::size_t n : {16u, 256u, 4096u, 65536u, 1'000'000u}) {
    measure_live(t, n);
    measure_fire(t, n);
  }
  return t;
}

}  // namespace

dimension timers() {
  return {"timers",
          measure,
          {
              {"arm, the last", "changes", order::constant, 2},
              {"arm, the last", "one word", order::constant, 2},
              {"arm, the last", "longest", order::constant, 18},
              {"arm, the last", "steps", order::constant, 27},
              {"disarm the last", "changes", order::constant, 2},
              {"disarm the last", "one word", order::constant, 2},
              {"disarm the last", "longest", order::constant, 15},
              {"disarm the last", "steps", order::constant, 20},
              {"arm, the earliest", "changes", order::constant, 3},
              {"arm, the earliest", "longest", order::constant, 18},
              {"arm, the earliest", "steps", order::constant, 27},
              {"arm, the earliest", "wakes", order::constant, 1},
              {"disarm it", "changes", order::constant, 2},
              {"disarm it", "longest", order::logarithmic, 17, 2},
              {"disarm it", "steps", order::logarithmic, 22, 2},
              {"disarm the first of all, once", "changes", order::constant, 2},
              {"disarm the first of all, once", "longest", order::logarithmic, 10, 9},
              {"disarm the first of all, then, mean of many", "longest", order::logarithmic, 10, 9},
              {"disarm any, mean of many", "changes", order::constant, 2},
              {"disarm any, mean of many", "steps", order::logarithmic, 0, 6},
              {"arm and fire, all due at once, a timer", "steps", order::logarithmic, 5, 7.6},
          }};
}

}  // namespace growth
