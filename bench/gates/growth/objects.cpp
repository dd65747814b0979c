// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <chrono>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "growth/crowd.hpp"
#include "growth/table.hpp"

// How a wait grows with its objects. All of them are touched by a second thread.

namespace growth {
namespace {

using event = abide::auto_reset_event;

struct objects_of {
  explicit objects_of(std::size_t n) : events(n), refs(events.begin(), events.end()) {
    begin_scenario();
    elsewhere([&] { set_all(); });
    for (event& e : events) e.reset();
  }
  void set_all() {
    for (event& e : events) e.set();
  }
  event& last() { return events.back(); }

  std::deque<event> events;
  std::vector<abide::waitable_ref> refs;
};

template <class Prepare, class Wait>
costs ready(std::size_t n, Prepare prepare, Wait wait) {
  objects_of all(n);
  prepare(all);
  window w;
  wait(all);
  w.close();
  return w.own();
}

// The waiter's costs, and those of the set() that ended its wait.
template <class Wait>
std::pair<costs, costs> blocked(std::size_t n, std::size_t set_before, Wait wait) {
  std::pair<costs, costs> result;
  for (costs* of : {&result.first, &result.second}) {
    objects_of all(n);
    for (std::size_t i = 0; i != set_before; ++i) all.events[i].set();
    abide::auto_reset_event begun;
    std::optional<window> w;
    auto waiter = support::run([&] {
      abide::sleep_for(std::chrono::nanoseconds(1));  // a thread's first wait is not counted
      if (of == &result.first) w.emplace();
      wait(all);
      if (of == &result.first) w->close();
    });
    do {
      support::wait_until_asleep(waiter.id(), support::asleep_in::futex);
    } while (support::queued(all.last()) != 1);
    if (of == &result.second) w.emplace();
    all.last().set();
    if (of == &result.second) w->close();
    waiter.get();
    *of = w->own();
  }
  return result;
}

// Each object is set only when the waiter sleeps for it.
costs one_after_another(std::size_t n) {
  objects_of all(n);
  std::optional<window> w;
  auto waiter = support::run([&] {
    abide::sleep_for(std::chrono::nanoseconds(1));
    w.emplace();
    abide::wait_all(all.refs);
    w->close();
  });
  for (event& e : all.events) {
    do {
      support::wait_until_asleep(waiter.id(), support::asleep_in::futex);
    } while (support::queued(e) != 1);
    e.set();
  }
  waiter.get();
  return w->own() / static_cast<double>(n);
}

table measure() {
  table t("Objects in one wait", "objects");
  const auto any = [](objects_of& all) { (void)abide::wait_any(all.refs); };
  const auto every = [](objects_of& all) { abide::wait_all(all.refs); };
  const auto set_last = [](objects_of& all) { all.last().set(); };
  const auto set_all = [](objects_of& all) { all.set_all(); };
  for (const std::size_t n : {1u, 4u, 16u, 64u, 256u, 1024u}) {
    t.add(n, "wait_any, the last is ready", ready(n, set_last, any));
    const auto [wait, set] = blocked(n, 0, any);
    t.add(n, "wait_any that sleeps", wait);
    t.add(n, "set() that ends it", set);
    t.add(n, "wait_all, all ready", ready(n, set_all, every));
    const auto [wait_for_last, end] = blocked(n, n - 1, every);
    t.add(n, "wait_all that sleeps for the last", wait_for_last);
    t.add(n, "set() that ends that", end);
    if (n <= 256) {
      t.add(n, "wait_all, set one after another, an object", one_after_another(n));
    }
  }
  return t;
}

}  // namespace

dimension objects() {
  return {"objects",
          measure,
          {
              {"wait_any, the last is ready", "changes", order::constant, 2},
              {"wait_any, the last is ready", "loads", order::linear, 0, 2},
              {"wait_any, the last is ready", "steps", order::linear, 60, 6},
              {"wait_any that sleeps", "changes", order::linear, 4, 2},
              {"wait_any that sleeps", "loads", order::linear, 8, 3},
              {"wait_any that sleeps", "one word", order::constant, 5},
              {"wait_any that sleeps", "LOCKs", order::constant, 2},
              {"wait_any that sleeps", "longest", order::constant, 14},
              {"wait_any that sleeps", "steps", order::linear, 80, 19},
              {"wait_any that sleeps", "sleeps", order::constant, 1},
              {"set() that ends it", "changes", order::constant, 5},
              {"set() that ends it", "loads", order::constant, 2},
              {"set() that ends it", "longest", order::constant, 24},
              {"set() that ends it", "steps", order::constant, 46},
              {"set() that ends it", "wakes", order::constant, 1},
              {"wait_all, all ready", "changes", order::linear, 0, 2},
              {"wait_all, all ready", "loads", order::linear, 0, 2},
              {"wait_all, all ready", "one word", order::constant, 2},
              {"wait_all, all ready", "steps", order::linear, 0, 90},
              {"wait_all that sleeps for the last", "changes", order::linear, 11, 6},
              {"wait_all that sleeps for the last", "loads", order::linear, 10, 5},
              {"wait_all that sleeps for the last", "one word", order::constant, 10},
              {"wait_all that sleeps for the last", "steps", order::linear, 150, 152},
              {"wait_all that sleeps for the last", "sleeps", order::constant, 1},
              {"set() that ends that", "changes", order::constant, 5},
              {"set() that ends that", "loads", order::constant, 2},
              {"set() that ends that", "longest", order::constant, 28},
              {"set() that ends that", "steps", order::constant, 48},
              {"set() that ends that", "wakes", order::constant, 1},
              {"wait_all, set one after another, an object", "changes", order::constant, 16},
              {"wait_all, set one after another, an object", "one word", order::constant, 10},
              {"wait_all, set one after another, an object", "loads", order::linear, 15, 2},
              {"wait_all, set one after another, an object", "steps", order::linear, 260, 16.2},
              {"wait_all, set one after another, an object", "sleeps", order::constant, 1},
          }};
}

}  // namespace growth
