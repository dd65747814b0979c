// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "support/descriptors.hpp"
#include "support/long_form.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"

// P13: what an exported handle tells.

namespace {

using namespace std::chrono_literals;
using support::closes_on_exec;
using support::is_readable;
using support::run;
using support::wait_until_queued;

bool has_signal(const abide::semaphore& s) { return s.available() != 0; }
template <class Event>
bool has_signal(const Event& e) {
  return e.is_set();
}
void signal(abide::semaphore& s) { s.release(); }
template <class Event>
void signal(Event& e) {
  e.set();
}
void discard(abide::semaphore& s) { (void)s.try_acquire(); }
template <class Event>
void discard(Event& e) {
  e.reset();
}

template <class Test>
void for_each_object(Test test) {
  {
    SCOPED_TRACE("manual_reset_event");
    abide::manual_reset_event e;
    test(e);
  }
  {
    SCOPED_TRACE("auto_reset_event");
    abide::auto_reset_event e;
    test(e);
  }
  {
    SCOPED_TRACE("semaphore");
    abide::semaphore s(0);
    test(s);
  }
  {
    SCOPED_TRACE("fifo semaphore");
    abide::semaphore s(0, abide::fairness::fifo);
    test(s);
  }
}

TEST(ExportedHandle, TellsTheStateAfterEveryChange) {
  for_each_object([](auto& w) {
    std::mt19937 random(1);
    const abide::native_handle_type handle = w.native_handle();
    for (int i = 0; i != 2'000; ++i) {
      switch (random() % 6) {
        case 0:
        case 1:
          signal(w);
          break;
        case 2:
          discard(w);
          break;
        case 3:
          (void)abide::wait_for(0s, w);
          break;
        case 4:
          (void)abide::wait_any_for(0s, w, w);
          break;
        default:
          (void)abide::wait_all_for(0s, w);
          break;
      }
      ASSERT_EQ(is_readable(handle), has_signal(w)) << i;
    }
  });
}

TEST(ExportedHandle, TellsTheCountOfASemaphore) {
  abide::semaphore s(2, 10);
  const abide::native_handle_type handle = s.native_handle();
  EXPECT_EQ(s.release(3), 2);
  EXPECT_EQ(s.available(), 5);
  EXPECT_THROW(s.release(6), abide::semaphore_full);
  for (int left = 5; left != 0; --left) {
    EXPECT_TRUE(is_readable(handle));
    s.acquire();
    EXPECT_EQ(s.available(), left - 1);
  }
  EXPECT_FALSE(is_readable(handle));
}

TEST(ExportedHandle, IsMadeWithTheStateOfTheObject) {
  const abide::manual_reset_event set{abide::initially_set};
  const abide::auto_reset_event once{abide::initially_set};
  const abide::manual_reset_event unset;
  const abide::semaphore units(1);
  EXPECT_TRUE(is_readable(set.native_handle()));
  EXPECT_TRUE(is_readable(once.native_handle()));
  EXPECT_FALSE(is_readable(unset.native_handle()));
  EXPECT_TRUE(is_readable(units.native_handle()));
}

TEST(ExportedHandle, PollingConsumesNothingAndItIsLevelTriggered) {
  for_each_object([](auto& w) {
    const abide::os_handle handle(w.native_handle());
    signal(w);
    for (int i = 0; i != 3; ++i) {
      EXPECT_TRUE(is_readable(handle.get()));
      EXPECT_EQ(abide::wait_any(handle), 0u);
    }
    EXPECT_TRUE(has_signal(w));
    EXPECT_TRUE(abide::wait_for(0s, w));
  });
}

TEST(ExportedHandle, IsTheSameForEveryCallerAndClosesOnExec) {
  for_each_object([](auto& w) {
    const std::size_t before = support::open_handles();
    std::vector<support::running<abide::native_handle_type>> callers;
    for (int i = 0; i != 8; ++i) callers.push_back(run([&] { return w.native_handle(); }));
    std::set<abide::native_handle_type> handles;
    for (auto& c : callers) handles.insert(c.get());
    EXPECT_EQ(handles.size(), 1u);
    EXPECT_TRUE(closes_on_exec(*handles.begin()));
    EXPECT_EQ(support::open_handles(), before + 1);
  });
}

TEST(ExportedHandle, IsClosedWithItsObject) {
  auto event = std::make_unique<abide::auto_reset_event>(abide::initially_set);
  const abide::native_handle_type handle = event->native_handle();
  event.reset();
  EXPECT_FALSE(closes_on_exec(handle)) << "is still open";
}

TEST(ExportedHandle, ASignalGoesToWhoIsQueuedAndLeavesItAsItWas) {
  for_each_object([](auto& w) {
    auto waiter = run([&] { abide::wait(w); });
    wait_until_queued(w, 1);
    const abide::native_handle_type handle = w.native_handle();
    signal(w);
    waiter.get();
    EXPECT_EQ(is_readable(handle), has_signal(w));
    discard(w);
    auto later = run([&] { abide::wait(w); });
    wait_until_queued(w, 1);
    signal(w);
    later.get();
    EXPECT_EQ(is_readable(handle), has_signal(w));
  });
}

TEST(ExportedHandle, OfATokenTellsTheCancelForEver) {
  abide::cancellation_source source;
  const auto token = source.token();
  const abide::native_handle_type handle = token.native_handle();
  EXPECT_FALSE(is_readable(handle));
  source.cancel();
  EXPECT_TRUE(is_readable(handle));
  EXPECT_EQ(handle, token.native_handle());
  EXPECT_FALSE(is_readable(abide::cancellation_token().native_handle()));
  EXPECT_TRUE(closes_on_exec(handle));
}

TEST(ExportedHandle, OfATimerTellsItsSignal) {
  abide::waitable_timer timer;
  const abide::os_handle handle(timer.native_handle());
  timer.set(abide::deadline::after(1ms));
  EXPECT_EQ(abide::wait_any(handle), 0u);
  EXPECT_TRUE(timer.try_wait());
  EXPECT_FALSE(is_readable(handle.get()));
}

TEST(ExportedHandle, IsExactAgainAfterARaceOfSetAndReset) {
  const long rounds = support::rounds(3'000, 300'000);
  for_each_object([&](auto& w) {
    const abide::native_handle_type handle = w.native_handle();
    abide::semaphore start(0);
    abide::semaphore done(0);
    auto other = run([&] {
      for (long i = 0; i != rounds; ++i) {
        start.acquire();
        signal(w);
        if (i % 3 == 0) discard(w);
        done.release();
      }
    });
    long wrong = 0;
    for (long i = 0; i != rounds; ++i) {
      start.release();
      discard(w);
      if (i % 2 == 0) signal(w);
      done.acquire();
      wrong += is_readable(handle) != has_signal(w) ? 1 : 0;
    }
    EXPECT_EQ(wrong, 0);
    other.get();
    std::printf("figure: %ld rounds\n", rounds);
  });
}

TEST(ExportedHandle, AWakeIsNeverMissed) {
  const long rounds = support::rounds(3'000, 300'000);
  for_each_object([&](auto& w) {
    abide::semaphore taken(1);
    auto setter = run([&] {
      for (long i = 0; i != rounds; ++i) {
        taken.acquire();
        signal(w);
      }
    });
    const abide::os_handle handle(w.native_handle());
    for (long i = 0; i != rounds;) {
      (void)abide::wait_any(handle);          // hangs if it missed one
      if (!abide::wait_for(0s, w)) continue;  // spurious while a change is under way
      ++i;
      discard(w);
      taken.release();
    }
    setter.get();
    std::printf("figure: %ld rounds\n", rounds);
  });
}

}  // namespace
