// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>
#include <abide/interop/stop_token.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <vector>

#include "support/descriptors.hpp"
#include "support/long_form.hpp"
#include "support/outcome.hpp"
#include "support/running.hpp"

// What a wait does at the call: P1 (a canceled token wins) and P3 (index order).

namespace {

using namespace std::chrono_literals;
using abide::cancellation_token;
using abide::return_on;
using abide::throw_on;
using abide::wait_status;
using support::outcome_of;

/// One ready object of each kind.
struct ready_objects {
  abide::manual_reset_event manual{abide::initially_set};
  abide::auto_reset_event automatic{abide::initially_set};
  abide::semaphore barging{1};
  abide::semaphore fifo{1, abide::fairness::fifo};
  abide::waitable_timer timer;
  support::connection pipe = support::make_pipe();
  abide::os_handle handle{pipe.first.get()};

  ready_objects() {
    timer.set(abide::deadline::after(0s));
    while (!timer.is_set()) std::this_thread::yield();
    pipe.second.write();
  }

  bool untouched() const {
    return manual.is_set() && automatic.is_set() && barging.available() == 1 &&
           fifo.available() == 1 && timer.is_set();
  }
};

/// Calls `check(name, wait)` for every form of a wait with this token, on objects that are ready.
template <class T, class Check>
void for_each_form(ready_objects& o, const T& token, Check check) {
  const auto later = abide::deadline::after(1h);
  const auto each_event = [&](const char* name, auto& event) {
    check(name, [&] { return event.wait(token); });
    check(name, [&] { return event.wait_for(1h, token); });
    check(name, [&] { return event.wait_for(0s, token); });
    check(name, [&] { return event.wait_until(later, token); });
  };
  each_event("manual_reset_event", o.manual);
  each_event("auto_reset_event", o.automatic);
  each_event("waitable_timer", o.timer);
  for (abide::semaphore* s : {&o.barging, &o.fifo}) {
    check("acquire", [&] { return s->acquire(token); });
    check("try_acquire_for", [&] { return s->try_acquire_for(1h, token); });
    check("try_acquire_for 0", [&] { return s->try_acquire_for(0s, token); });
    check("try_acquire_until", [&] { return s->try_acquire_until(later, token); });
  }
  const auto each_waitable = [&](auto& w) {
    check("wait", [&] { return abide::wait(w, token); });
    check("wait_for", [&] { return abide::wait_for(1h, w, token); });
    check("wait_until", [&] { return abide::wait_until(later, w, token); });
  };
  each_waitable(o.manual);
  each_waitable(o.automatic);
  each_waitable(o.barging);
  each_waitable(o.timer);
  each_waitable(o.handle);
  if constexpr (!std::is_same_v<T, cancellation_token>) {  // there it would be an element
    check("any, last", [&] { return abide::wait_any(o.automatic, o.fifo, o.handle, token); });
    check("any, first", [&] { return abide::wait_any(token, o.automatic, o.fifo); });
    check("any, amid", [&] { return abide::wait_any_for(1h, o.timer, token, o.barging); });
    check("any, 0 s", [&] { return abide::wait_any_for(0s, o.automatic, token); });
    check("any_until", [&] { return abide::wait_any_until(later, o.automatic, token); });
    check("all, last", [&] { return abide::wait_all(o.automatic, o.fifo, o.handle, token); });
    check("all, first", [&] { return abide::wait_all(token, o.timer, o.barging); });
    check("all, 0 s", [&] { return abide::wait_all_for(0s, o.automatic, token); });
    check("all_until", [&] { return abide::wait_all_until(later, o.automatic, token, o.fifo); });
  }
  if constexpr (std::is_same_v<T, throw_on> || std::is_same_v<T, return_on>) {
    const std::vector<abide::waitable_ref> list{o.automatic, o.fifo, o.handle};
    check("any of a range", [&] { return abide::wait_any(list, token); });
    check("all of a range", [&] { return abide::wait_all_for(1h, list, token); });
    // In the range itself it throws: what a range returns is known when it is compiled.
  }
}

template <class T>
void expect_canceled_everywhere(const T& token) {
  ready_objects o;
  for_each_form(o, token, [&](const char* name, auto wait) {
    EXPECT_EQ(outcome_of(wait), wait_status::canceled) << name;
    EXPECT_TRUE(o.untouched()) << name;
  });
}

TEST(Entry, ACanceledTokenWinsOverReadyObjectsAndTakesNothing) {
  expect_canceled_everywhere(cancellation_token::canceled());
}

TEST(Entry, ACanceledThrowOnWinsWhereverItStands) {
  expect_canceled_everywhere(throw_on(cancellation_token::canceled()));
}

TEST(Entry, ACanceledReturnOnWinsWhereverItStands) {
  expect_canceled_everywhere(return_on(cancellation_token::canceled()));
}

TEST(Entry, ARequestedStdStopTokenWinsWhereverItStands) {
  std::stop_source source;
  source.request_stop();
  expect_canceled_everywhere(source.get_token());
}

TEST(Entry, ATokenThatIsNotCanceledChangesNothing) {
  const abide::cancellation_source source;
  const auto expect_ready = [](const auto& token) {
    std::optional<ready_objects> o(std::in_place);
    for_each_form(*o, token, [&](const char* name, auto wait) {
      EXPECT_EQ(outcome_of(wait), wait_status::ready) << name;
      o.emplace();  // takes may have emptied it
    });
  };
  expect_ready(source.token());
  expect_ready(cancellation_token());
  expect_ready(throw_on(source.token()));
  expect_ready(return_on(source.token()));
  expect_ready(std::stop_token());
}

TEST(Entry, ASleepWithACanceledTokenDoesNotSleep) {
  const auto canceled = cancellation_token::canceled();
  EXPECT_THROW(abide::sleep_for(1h, canceled), abide::operation_canceled);
  EXPECT_THROW(abide::sleep_for(0s, canceled), abide::operation_canceled);
  EXPECT_EQ(abide::sleep_for(1h, return_on(canceled)), wait_status::canceled);
}

TEST(Entry, SignalAndWaitWithACanceledTokenSignalsNothing) {
  const auto canceled = cancellation_token::canceled();
  abide::auto_reset_event ready{abide::initially_set};
  abide::manual_reset_event gate;
  abide::semaphore units(0);
  EXPECT_THROW(abide::signal_and_wait(gate, ready, canceled), abide::operation_canceled);
  EXPECT_THROW(abide::signal_and_wait(units, ready, throw_on(canceled)), abide::operation_canceled);
  EXPECT_EQ(abide::signal_and_wait(gate, ready, return_on(canceled)), wait_status::canceled);
  EXPECT_FALSE(gate.is_set());
  EXPECT_EQ(units.available(), 0);
  EXPECT_TRUE(ready.is_set());
}

TEST(Entry, ABareTokenFirstLetsCancelWinAndElsewhereTheEarlierObject) {
  const auto canceled = cancellation_token::canceled();
  abide::auto_reset_event event{abide::initially_set};
  EXPECT_EQ(abide::wait_any(canceled, event), 0u);
  EXPECT_TRUE(event.is_set());
  EXPECT_EQ(abide::wait_any(event, canceled), 0u);
  EXPECT_FALSE(event.is_set());
  EXPECT_EQ(abide::wait_any(event, canceled), 1u);
}

/// Objects of every kind, those of a bit mask ready.
struct subset {
  abide::auto_reset_event automatic;
  abide::semaphore barging{0};
  abide::manual_reset_event manual;
  support::connection pipe = support::make_pipe();
  abide::os_handle handle{pipe.first.get()};
  abide::semaphore fifo{0, abide::fairness::fifo};
  abide::cancellation_source source;
  abide::cancellation_token token = source.token();

  explicit subset(unsigned ready) {
    if ((ready & 1) != 0) automatic.set();
    if ((ready & 2) != 0) barging.release();
    if ((ready & 4) != 0) manual.set();
    if ((ready & 8) != 0) pipe.second.write();
    if ((ready & 16) != 0) fifo.release();
    if ((ready & 32) != 0) source.cancel();
  }

  unsigned state() const {
    return (automatic.is_set() ? 1u : 0u) | (barging.available() != 0 ? 2u : 0u) |
           (manual.is_set() ? 4u : 0u) | (support::is_readable(handle.get()) ? 8u : 0u) |
           (fifo.available() != 0 ? 16u : 0u) | (token.is_cancellation_requested() ? 32u : 0u);
  }
};

constexpr unsigned consuming = 1 | 2 | 16;

TEST(Entry, WaitAnyTakesTheFirstReadyInIndexOrderAndOnlyThat) {
  for (unsigned ready = 1; ready != 64; ++ready) {
    unsigned first = 0;
    while ((ready >> first & 1) == 0) ++first;
    subset o(ready);
    EXPECT_EQ(abide::wait_any(o.automatic, o.barging, o.manual, o.handle, o.fifo, o.token), first);
    EXPECT_EQ(o.state(), ready & ~(1u << first & consuming)) << ready;
  }
}

TEST(Entry, WaitAnyTakesTheFirstReadyOfARangeInAnyOrder) {
  for (unsigned ready = 1; ready != 64; ++ready) {
    unsigned last = 5;
    while ((ready >> last & 1) == 0) --last;
    subset o(ready);
    const abide::waitable_ref list[] = {o.token,  o.fifo,    o.handle,
                                        o.manual, o.barging, o.automatic};
    EXPECT_EQ(abide::wait_any_for(0s, list), 5 - last);
    EXPECT_EQ(o.state(), ready & ~(1u << last & consuming)) << ready;
  }
}

TEST(Entry, WaitAnyOfNothingReadyTakesNothingAndTimesOut) {
  subset o(0);
  EXPECT_EQ(abide::wait_any_for(0s, o.automatic, o.barging, o.manual, o.handle, o.fifo, o.token),
            std::nullopt);
  EXPECT_EQ(o.state(), 0u);
}

// A scan that has passed the lower object may find the higher one ready, both set by one thread in
// index order since: the lower one counts.
TEST(Entry, WaitAnyLooksAgainAtLowerObjectsOnceItFoundOne) {
  const long rounds = support::rounds(20'000, 2'000'000);
  for (int pass = 0; pass != 2; ++pass) {
    std::deque<abide::auto_reset_event> some(pass == 0 ? 2 : 12);
    abide::auto_reset_event& low = some.front();
    abide::auto_reset_event& high = some.back();
    const std::vector<abide::waitable_ref> list(some.begin(), some.end());
    abide::semaphore next(1);
    auto setter = support::run([&] {
      for (long i = 0; i != rounds; ++i) {
        next.acquire();
        low.set();
        high.set();
      }
    });
    long wrong = 0;
    for (long i = 0; i != rounds; ++i) {
      std::optional<std::size_t> first;
      while (!(first = abide::wait_any_for(0s, list))) {}
      wrong += first != 0 ? 1 : 0;
      while (!abide::wait_any_for(0s, list)) {}
      next.release();
    }
    EXPECT_EQ(wrong, 0);
    setter.get();
  }
}

TEST(Entry, DuplicatesAreLegalAndTakeOnce) {
  abide::auto_reset_event event{abide::initially_set};
  abide::semaphore units(2);
  EXPECT_LT(abide::wait_any(event, event), 2u);
  EXPECT_FALSE(event.is_set());
  EXPECT_LT(abide::wait_any(units, units, units), 3u);
  EXPECT_EQ(units.available(), 1);
  EXPECT_EQ(abide::wait_any_for(0s, event, event), std::nullopt);
}

}  // namespace
