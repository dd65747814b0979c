// SPDX-License-Identifier: BSL-1.0
#include "gates/operations.hpp"

#include <abide/abide.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <utility>

namespace bench {
namespace {

using namespace std::chrono_literals;

constexpr auto far = 1h;  // no timer that is armed here comes due
// Long enough that it has not passed before the wait has gone to sleep, on a slow machine too.
constexpr auto moment = 1ms;

// The compiler must take the value for used.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

/// What the operations work on.
struct scene {
  abide::manual_reset_event manual;
  abide::manual_reset_event set{abide::initially_set};
  abide::auto_reset_event automatic;
  abide::semaphore barging{0};
  abide::semaphore fifo{0, abide::fairness::fifo};
  abide::manual_reset_event shown;  // its handle was exported
  abide::manual_reset_event behind_a_handle{abide::initially_set};
  abide::cancellation_source source;
  abide::cancellation_source other;
  abide::cancellation_source timed{far};  // never the earliest: the next one is
  abide::cancellation_source earliest{far / 2};
  abide::cancellation_token token = source.token();
  abide::cancellation_token canceled = abide::cancellation_token::canceled();
  abide::waitable_timer timer;
  abide::os_handle readable{behind_a_handle.native_handle()};
  std::deque<abide::auto_reset_event> events = std::deque<abide::auto_reset_event>(64);
  std::vector<abide::waitable_ref> refs =
      std::vector<abide::waitable_ref>(events.begin(), events.end());

  std::span<const abide::waitable_ref> first(std::size_t n) const {
    return std::span(refs).first(n);
  }
};

class list {
 public:
  std::vector<operation> take() { return std::move(made_); }

  /// Adds what `step` does to a scene, with its exact costs.
  template <class Step>
  void add(std::string name, double system_calls, double allocations, Step step) {
    made_.push_back(
        {std::move(name), system_calls, allocations, [scene = scene_, step](unsigned n) {
           auto& s = *scene;
           while (n-- != 0) step(s);
         }});
  }

 private:
  std::shared_ptr<scene> scene_ = std::make_shared<scene>();
  std::vector<operation> made_;
};

void add_events(list& all) {
  all.add("event: create, destroy", 0, 0, [](scene&) {
    const abide::manual_reset_event e;
    keep(e);
  });
  all.add("event: is_set", 0, 0, [](scene& s) { keep(s.manual.is_set()); });
  all.add("event: set, reset", 0, 0, [](scene& s) {
    s.manual.set();
    s.manual.reset();
  });
  all.add("event: set, set already", 0, 0, [](scene& s) { s.set.set(); });
  all.add("event: wait, set already", 0, 0, [](scene& s) { s.set.wait(); });
  all.add("event: wait with a token, set already", 0, 0, [](scene& s) { s.set.wait(s.token); });
  all.add("event: wait_for of no time", 0, 0, [](scene& s) { keep(s.manual.wait_for(0s)); });
  all.add("auto-reset event: set, wait", 0, 0, [](scene& s) {
    s.automatic.set();
    s.automatic.wait();
  });
  all.add("auto-reset event: set, wait with a token", 0, 0, [](scene& s) {
    s.automatic.set();
    s.automatic.wait(s.token);
  });
}

void add_semaphores(list& all) {
  all.add("semaphore: release, acquire", 0, 0, [](scene& s) {
    s.barging.release();
    s.barging.acquire();
  });
  all.add("fifo semaphore: release, acquire", 0, 0, [](scene& s) {
    s.fifo.release();
    s.fifo.acquire();
  });
  all.add("semaphore: try_acquire, no unit", 0, 0, [](scene& s) { keep(s.barging.try_acquire()); });
}

void add_tokens(list& all) {
  all.add("token: poll", 0, 0, [](scene& s) { keep(s.token.is_cancellation_requested()); });
  all.add("token: copy, destroy", 0, 0, [](scene& s) {
    const abide::cancellation_token copy = s.token;
    keep(copy);
  });
  all.add("source: create, destroy", 0, 1, [](scene&) {
    const abide::cancellation_source source;
    keep(source);
  });
  all.add("source: link to one, destroy", 0, 1,
          [](scene& s) { keep(abide::cancellation_source::linked_to(s.token)); });
  all.add("source: link to two, destroy", 0, 1,
          [](scene& s) { keep(abide::cancellation_source::linked_to(s.token, s.other.token())); });
  all.add("callback: register, unregister", 0, 1,
          [](scene& s) { s.token.register_callback([] {}).unregister(); });
  all.add("callback: in place, destroy", 0, 0, [](scene& s) {
    const abide::cancellation_callback in_place(s.token, [] {});
    keep(in_place);
  });
  all.add("source: create, register, cancel, destroy", 0, 2, [](scene&) {
    abide::cancellation_source source;
    const auto registration = source.token().register_callback([] {});
    source.cancel();
  });
  all.add("token: poll and reason, canceled", 0, 0, [](scene& s) {
    keep(s.canceled.is_cancellation_requested());
    keep(s.canceled.reason());
  });
}

void add_timers(list& all) {
  all.add("source: cancel_after, not the earliest", 0, 0,
          [](scene& s) { s.timed.cancel_after(far); });
  all.add("source: create with a deadline, destroy", 0, 1, [](scene&) {
    const abide::cancellation_source source(far);
    keep(source);
  });
  all.add("timer: set, cancel", 0, 0, [](scene& s) {
    s.timer.set(abide::deadline::after(far));
    s.timer.cancel();
  });
}

void add_lists(list& all) {
  for (const std::size_t n : {1u, 8u, 64u}) {
    const std::string of = std::to_string(n);
    all.add("wait_any: set the last of " + of + ", wait", 0, 0, [n](scene& s) {
      s.events[n - 1].set();
      keep(abide::wait_any(s.first(n)));
    });
  }
  all.add("wait_any: no time, none of 64", 0, 0,
          [](scene& s) { keep(abide::wait_any_for(0s, s.first(64))); });
  for (const std::size_t n : {2u, 8u, 16u}) {
    const std::string of = std::to_string(n);
    all.add("wait_all: set " + of + ", wait", 0, 0, [n](scene& s) {
      for (std::size_t i = 0; i != n; ++i) s.events[i].set();
      abide::wait_all(s.first(n));
    });
  }
}

// Waits that block: enrol, sleep until the deadline, leave. One system call, whatever the number.
void add_blocking(list& all) {
  for (const std::size_t n : {1u, 2u, 16u, 64u}) {
    const std::string of = std::to_string(n);
    all.add("wait_any: sleep on " + of, 1, n > 16 ? 1 : 0,
            [n](scene& s) { keep(abide::wait_any_for(moment, s.first(n))); });
  }
  all.add("wait_all: sleep on 16", 1, 0,
          [](scene& s) { keep(abide::wait_all_for(moment, s.first(16))); });
}

void add_handles(list& all) {
  all.add("event with an exported handle: set, reset", 2, 0, [](scene& s) {
    keep(s.shown.native_handle());
    s.shown.set();
    s.shown.reset();
  });
  all.add("event: export its handle, destroy", 2, 1, [](scene&) {
    const abide::manual_reset_event e;
    keep(e.native_handle());
  });
  // The limit of open handles is asked for first, then they are polled.
  all.add("OS handle: wait, ready", 2, 0, [](scene& s) { abide::wait(s.readable); });
}

}  // namespace

std::vector<operation> make_operations() {
  abide::sleep_for(moment);
  list all;
  add_events(all);
  add_semaphores(all);
  add_tokens(all);
  add_timers(all);
  add_lists(all);
  add_blocking(all);
  add_handles(all);
  std::vector<operation> made = all.take();
  for (operation& o : made) o.run(2);
  return made;
}

}  // namespace bench
