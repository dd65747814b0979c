// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "support/descriptors.hpp"
#include "support/outcome.hpp"
#include "support/running.hpp"

// What other code does to a thread that waits: it sends signals (P9) or asks it to end.

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using support::outcome_of;
using support::run;

/// What the waits are on; nothing of it becomes ready.
struct objects {
  abide::manual_reset_event manual;
  abide::auto_reset_event automatic;
  abide::semaphore barging{0};
  abide::semaphore fifo{0, abide::fairness::fifo};
  abide::cancellation_source source;
  abide::cancellation_token token = source.token();
  support::connection pipe = support::make_pipe();
};

using timed_wait = std::function<abide::wait_status(objects&, abide::deadline)>;

const timed_wait every_wait[] = {
    [](objects& o, auto t) { return outcome_of([&] { return o.manual.wait_until(t); }); },
    [](objects& o, auto t) {
      return outcome_of([&] { return o.automatic.wait_until(t, o.token); });
    },
    [](objects& o, auto t) { return outcome_of([&] { return o.barging.try_acquire_until(t); }); },
    [](objects& o, auto t) { return outcome_of([&] { return o.fifo.try_acquire_until(t); }); },
    [](objects& o, auto t) {
      return outcome_of([&] { return abide::wait_all_until(t, o.manual, o.automatic); });
    },
    [](objects& o, auto t) {
      return outcome_of([&] { return abide::sleep_until(t, abide::return_on(o.token)); });
    },
    [](objects& o, auto t) {
      const abide::os_handle handle(o.pipe.first.get());
      return outcome_of([&] { return abide::wait_until(t, handle); });
    },
    [](objects& o, auto t) {
      const abide::os_handle handle(o.pipe.first.get());
      return outcome_of(
          [&] { return abide::wait_any_until(t, abide::throw_on(o.token), handle, o.automatic); });
    },
    [](objects& o, auto t) {
      const abide::os_handle handle(o.pipe.first.get());
      return outcome_of([&] { return abide::wait_all_until(t, handle, o.fifo); });
    },
};

/// A handler of SIGUSR1 that counts, while it lives.
class signal_counter {
 public:
  explicit signal_counter(int flags) {
    taken = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { taken.fetch_add(1, std::memory_order_relaxed); };
    action.sa_flags = flags;
    EXPECT_EQ(::sigaction(SIGUSR1, &action, &before_), 0);
  }
  signal_counter(const signal_counter&) = delete;
  signal_counter& operator=(const signal_counter&) = delete;
  ~signal_counter() { ::sigaction(SIGUSR1, &before_, nullptr); }

  inline static std::atomic<long> taken{0};

 private:
  struct sigaction before_ {};
};

/// A thread that waits for 200 ms, and stays until it is let go, so that it can be sent signals.
struct target {
  std::atomic<pthread_t> thread{};
  std::atomic<bool> started{false};
  std::atomic<bool> over{false};
};

// Each wait has a thread of its own; each gets a signal every millisecond.
TEST(Interruption, AThousandSignalsASecondNeitherEndNorDelayAWait) {
  for (const int flags : {0, SA_RESTART}) {
    const signal_counter handler(flags);
    objects o;
    std::vector<std::unique_ptr<target>> targets;
    std::vector<support::running<void>> waiters;
    std::atomic<bool> all_over{false};
    for (const timed_wait& wait : every_wait) {
      target& t = *targets.emplace_back(std::make_unique<target>());
      waiters.push_back(run([&o, &wait, &t, &all_over] {
        t.thread = ::pthread_self();
        t.started.store(true, std::memory_order_release);
        const auto until = steady_clock::now() + 200ms;
        const auto outcome = wait(o, until);
        const auto now = steady_clock::now();
        t.over.store(true, std::memory_order_release);
        EXPECT_EQ(outcome, abide::wait_status::timeout);
        EXPECT_GE(now, until) << "early";
        while (!all_over.load(std::memory_order_acquire)) std::this_thread::yield();
      }));
    }
    for (const auto& t : targets) {
      while (!t->started.load(std::memory_order_acquire)) std::this_thread::yield();
    }
    long sent = 0;
    for (bool more = true; more;) {
      more = false;
      for (const auto& t : targets) {
        if (t->over.load(std::memory_order_acquire)) continue;
        more = true;
        ASSERT_EQ(::pthread_kill(t->thread, SIGUSR1), 0);
        ++sent;
      }
      std::this_thread::sleep_for(1ms);
    }
    all_over.store(true, std::memory_order_release);
    for (auto& w : waiters) w.get();
    EXPECT_GT(signal_counter::taken.load(), 0);
    EXPECT_LE(signal_counter::taken.load(), sent);
  }
}

// A signal that came to be by the handler's own doing is one like any other.
TEST(Interruption, AWaitThatWasInterruptedStillTakesItsSignal) {
  const signal_counter handler(0);
  objects o;
  const abide::os_handle handle(o.pipe.first.get());
  const auto interrupt = [&](support::asleep_in call, auto wait, auto ready) {
    std::atomic<pthread_t> thread{};
    auto waiter = run([&] {
      thread = ::pthread_self();
      return outcome_of(wait);
    });
    for (int i = 0; i != 20; ++i) {
      support::wait_until_asleep(waiter.id(), call);
      const long before = signal_counter::taken;
      ASSERT_EQ(::pthread_kill(thread, SIGUSR1), 0);
      while (signal_counter::taken == before) std::this_thread::yield();
    }
    EXPECT_FALSE(waiter.is_done());
    ready();
    EXPECT_EQ(waiter.get(), abide::wait_status::ready);
  };
  using support::asleep_in;
  interrupt(
      asleep_in::futex, [&] { o.automatic.wait(o.token); }, [&] { o.automatic.set(); });
  interrupt(
      asleep_in::futex, [&] { o.barging.acquire(); }, [&] { o.barging.release(); });
  interrupt(
      asleep_in::futex, [&] { abide::wait_all(o.fifo, o.automatic); },
      [&] {
        o.fifo.release();
        o.automatic.set();
      });
  interrupt(
      asleep_in::poll, [&] { return abide::wait_any(handle, o.automatic); },
      [&] { o.automatic.set(); });
  o.automatic.set();  // so that the wait for all sleeps on the handle
  interrupt(
      asleep_in::poll, [&] { abide::wait_all(handle, o.automatic); },
      [&] { o.pipe.second.write(); });
  EXPECT_FALSE(o.automatic.is_set());
}

/// Runs the body on a thread that has been asked to end before. pthread_join says whether the
/// thread got to its own cancellation point after it.
template <class Body>
void expect_no_cancellation_point(const char* what, Body body) {
  SCOPED_TRACE(what);
  struct call {
    Body& body;
    bool through = false;
  } c{body};
  pthread_t thread;
  ASSERT_EQ(::pthread_create(
                &thread, nullptr,
                [](void* argument) -> void* {
                  auto& mine = *static_cast<call*>(argument);
                  ::pthread_cancel(::pthread_self());
                  mine.body();
                  mine.through = true;
                  ::pthread_testcancel();
                  return nullptr;
                },
                &c),
            0);
  void* result = nullptr;
  ASSERT_EQ(::pthread_join(thread, &result), 0);
  EXPECT_TRUE(c.through);
  EXPECT_EQ(result, PTHREAD_CANCELED);
}

TEST(Interruption, NothingIsACancellationPointOfTheThread) {
  objects o;
  const auto soon = [] { return abide::deadline::after(1ms); };
  for (const timed_wait& wait : every_wait) {
    expect_no_cancellation_point("a wait",
                                 [&] { EXPECT_EQ(wait(o, soon()), abide::wait_status::timeout); });
  }
  abide::os_handle handle(o.pipe.first.get());
  expect_no_cancellation_point("a look", [&] {
    EXPECT_FALSE(abide::wait_for(0s, handle));
    EXPECT_FALSE(abide::wait_all_for(0s, handle));
  });
  (void)o.manual.native_handle();
  (void)o.token.native_handle();
  expect_no_cancellation_point("a change of an exported handle", [&] {
    o.manual.set();
    o.manual.reset();
    o.source.cancel();
  });
  expect_no_cancellation_point("an exported handle", [&] {
    abide::auto_reset_event event;
    (void)event.native_handle();
  });
  abide::auto_reset_event event;
  abide::auto_reset_event woken;
  auto waiter = run([&] {
    EXPECT_EQ(abide::wait_any(event, handle), 0u);
    woken.set();
  });
  support::wait_until_asleep(waiter.id(), support::asleep_in::poll);
  expect_no_cancellation_point("a wake out of a poll", [&] { event.set(); });
  woken.wait();
  waiter.get();
  expect_no_cancellation_point("a process", [&] {
    abide::process self(::getpid());
    EXPECT_FALSE(self.has_exited());
    EXPECT_FALSE(self.status());
  });
  expect_no_cancellation_point("a set of signals", [&] {
    abide::signal_set signals{SIGUSR2};
    EXPECT_FALSE(signals.take());
  });
  expect_no_cancellation_point("a path", [&] {
    abide::file_watch root("/");
    EXPECT_TRUE(root.exists());
  });
}

}  // namespace
