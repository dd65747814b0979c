// SPDX-License-Identifier: BSL-1.0

// The world the checker puts around a run: time, spurious wakes, busy waits, handles, daemons,
// exceptions.
#include <abide/deadline.hpp>
#include <abide/io.hpp>
#include <abide/sys/atomic.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>

#include "platform/sys.hpp"
#include "verify.hpp"

namespace {

namespace sys = abide::sys;
using abide::deadline;
using model::failure;
using model::scenario;
using model::thread;
using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using sys::atomic;
using namespace std::chrono_literals;

using word = atomic<std::uint32_t>;
using outcomes = std::set<std::string>;

failure kind_of(const scenario& s, const std::function<void()>& body) {
  const model::result r = s.explore(body);
  EXPECT_NE(r.kind, failure::none) << r.name;
  return r.kind;
}

// ---- Time ---------------------------------------------------------------------------------------

TEST(CheckerWorld, ASleepWithADeadlineIsWokenOrTimesOut) {
  const auto body = [] {
    word flag(0);
    const deadline until(sys::now() + 5s);
    sys::sleep_result how = sys::sleep_result::woken;
    bool in_time = true;
    thread sleeper([&] {
      while (flag.load(memory_order_acquire) == 0 && how == sys::sleep_result::woken) {
        how = sys::sleep(flag, 0, until);
      }
      in_time = sys::now() < until.time();
    });
    thread setter([&] {
      flag.store(1, memory_order_release);
      sys::wake_one(flag);
    });
    model::join_all();
    model::check((how == sys::sleep_result::timed_out) == !in_time, "a timeout is never early");
    model::outcome({how == sys::sleep_result::timed_out ? 1 : 0});
  };
  EXPECT_EQ(model::verify(scenario("timeout or wake").bound(2), body).outcomes,
            (outcomes{"0", "1"}));
  EXPECT_EQ(
      model::verify(scenario("no timeout while another runs").bound(2).timeouts(0), body).outcomes,
      (outcomes{"0"}));
}

TEST(CheckerWorld, ATimeoutEndsWhatWouldBeADeadlock) {
  model::verify(scenario("forced timeouts").bound(0).timeouts(0), [] {
    const word never_set(0);
    for (int i = 0; i < 3; ++i) {
      const deadline until(sys::now() + 1s);
      while (sys::sleep(never_set, 0, until) == sys::sleep_result::woken) {}
    }
    model::check(sys::now() == sys::now(), "the clock stands still");
  });
}

TEST(CheckerWorld, ASpuriousWakeIsAChoice) {
  const auto body = [] {
    word flag(0);
    int wakes = 0;
    thread sleeper([&] {
      while (flag.load(memory_order_acquire) == 0) {
        sys::sleep(flag, 0, deadline::never());
        ++wakes;
      }
    });
    sleeper.await_asleep();
    flag.store(1, memory_order_release);
    sys::wake_one(flag);
    model::join_all();
    model::outcome({wakes});
  };
  EXPECT_EQ(model::verify(scenario("no spurious wake").bound(2), body).outcomes, outcomes{"1"});
  EXPECT_EQ(model::verify(scenario("a spurious wake").bound(2).spurious_wakes(1), body).outcomes,
            (outcomes{"1", "2"}));
}

TEST(CheckerWorld, ASleeperMayWakeWhileTheOtherIsInTheMiddle) {
  const auto body = [] {
    word flag(0);
    atomic<int> x(0), y(0);
    int a = 0, b = 0;
    thread sleeper([&] {
      sys::sleep(flag, 0, deadline::never());
      a = x.load(memory_order_relaxed);
      b = y.load(memory_order_relaxed);
    });
    sleeper.await_asleep();
    x.store(1, memory_order_relaxed);
    y.store(1, memory_order_relaxed);
    flag.store(1, memory_order_release);
    sys::wake_one(flag);
    model::join_all();
    model::outcome({a, b});
  };
  EXPECT_EQ(model::verify(scenario("woken in between").bound(2).spurious_wakes(1), body).outcomes,
            (outcomes{"0 0", "0 1", "1 0", "1 1"}));
}

TEST(CheckerWorld, AWeakCompareExchangeMayFail) {
  const auto body = [] {
    word w(0);
    std::uint32_t expected = 0;
    const bool done =
        w.compare_exchange_weak(expected, 1, memory_order_acq_rel, memory_order_relaxed);
    model::outcome({done ? 1 : 0});
  };
  EXPECT_EQ(model::verify(scenario("no failure"), body).outcomes, outcomes{"1"});
  EXPECT_EQ(model::verify(scenario("a failure").spurious_failures(1), body).outcomes,
            (outcomes{"0", "1"}));
}

// ---- Busy waits ---------------------------------------------------------------------------------

TEST(CheckerWorld, APausingLoopEnds) {
  const auto body = [] {
    word flag(0);
    const auto spin = [&] {
      while (flag.load(memory_order_acquire) == 0) (void)sys::pause(0);
    };
    thread one(spin);
    thread two(spin);
    thread setter([&] { flag.store(1, memory_order_release); });
    model::join_all();
  };
  model::verify(scenario("two spin").bound(2), body);
  model::verify(scenario("two spin, weak").bound(1).weak(), body);
}

TEST(CheckerWorld, AShortSpinCanBeExhaustedWhileTheOtherIsPreempted) {
  // The sleep after the spin is reached only when the owner of the word takes no step meanwhile.
  const auto r = model::verify(scenario("spin, then sleep").bound(1), [] {
    word locked(1);
    int slept = 0;
    thread contender([&] {
      for (unsigned i = 0; locked.load(memory_order_acquire) != 0 && sys::pause(i); ++i) {}
      while (locked.load(memory_order_acquire) != 0) {
        slept = 1;
        sys::sleep(locked, 1, deadline::never());
      }
    });
    locked.store(0, memory_order_release);
    sys::wake_all(locked);
    model::join_all();
    model::outcome({slept});
  });
  EXPECT_EQ(r.outcomes, (outcomes{"0", "1"}));
}

TEST(CheckerWorld, FindsALivelock) {
  EXPECT_EQ(kind_of(scenario("livelock").max_steps(500),
                    [] {
                      word never_set(0);
                      while (never_set.load(memory_order_acquire) == 0) (void)sys::pause(0);
                    }),
            failure::livelock);
}

// ---- Handles ------------------------------------------------------------------------------------

TEST(CheckerWorld, APollSeesAHandleRaisedBeforeOrDuringIt) {
  model::verify(scenario("poll").bound(3).spurious_wakes(1), [] {
    const int first = sys::make_handle();
    const int second = sys::make_handle();
    thread raiser([=] { sys::raise_handle(second); });
    sys::poll_set set(2);
    set.add(first, abide::io::readable);
    set.add(second, abide::io::readable);
    while (set.sleep(deadline::never()) == 0) {}
    model::check(set.ready(0) == abide::io{}, "the other is not readable");
    model::check(set.ready(1) == abide::io::readable, "the raised one is");
    sys::lower_handle(second);
    model::check(set.sleep(deadline(sys::now())) == 0, "a test that does not block");
    model::join_all();
    sys::close_handle(first);
    sys::close_handle(second);
  });
}

TEST(CheckerWorld, FindsMisuseOfHandles) {
  EXPECT_EQ(kind_of(scenario("open handle"), [] { (void)sys::make_handle(); }), failure::leak);
  EXPECT_EQ(kind_of(scenario("closed twice"),
                    [] {
                      const int handle = sys::make_handle();
                      sys::close_handle(handle);
                      sys::close_handle(handle);
                    }),
            failure::lifetime);
  EXPECT_EQ(kind_of(scenario("raised after close").bound(1),
                    [] {
                      const int handle = sys::make_handle();
                      thread raiser([=] { sys::raise_handle(handle); });
                      sys::close_handle(handle);
                    }),
            failure::lifetime);
}

// ---- Threads ------------------------------------------------------------------------------------

word* work_for_daemon = nullptr;

TEST(CheckerWorld, ADaemonMayStayAsleep) {
  model::verify(scenario("daemon").bound(2), [] {
    auto work = std::make_unique<word>(0u);
    work_for_daemon = work.get();
    sys::start_thread([]() noexcept {
      word& w = *work_for_daemon;
      while (w.load(memory_order_acquire) != 1) sys::sleep(w, 0, deadline::never());
      w.store(2, memory_order_release);
      sys::wake_all(w);
      static const word never_set(0);
      for (;;) sys::sleep(never_set, 0, deadline::never());
    });
    work->store(1, memory_order_release);
    sys::wake_all(*work);
    while (work->load(memory_order_acquire) != 2) sys::sleep(*work, 1, deadline::never());
    model::lasting(work.release());  // the daemon may still be about to wake its sleepers
  });
}

TEST(CheckerWorld, AnExceptionBeingHandledBelongsToItsThread) {
  model::verify(scenario("exceptions").bound(3), [] {
    word step(0);
    const auto handle = [&](const char* text) {
      try {
        step.fetch_add(1, memory_order_relaxed);
        throw std::runtime_error(text);
      } catch (const std::exception&) {
        step.fetch_add(1, memory_order_relaxed);  // may switch to the other, which throws too
        try {
          std::rethrow_exception(std::current_exception());
        } catch (const std::exception& e) {
          model::check(std::string(e.what()) == text, "a thread handles its own exception");
        }
      }
    };
    thread one([&] { handle("one"); });
    thread two([&] { handle("two"); });
    model::join_all();
  });
}

TEST(CheckerWorld, FindsWhatEndsAProgram) {
  EXPECT_EQ(kind_of(scenario("exception"), [] { throw std::runtime_error("left"); }),
            failure::exception);
  EXPECT_EQ(kind_of(scenario("terminate"),
                    [] {
                      const std::function<void()> thrower = [] {
                        throw std::runtime_error("left");
                      };
                      [&]() noexcept { thrower(); }();
                    }),
            failure::exception);
  EXPECT_EQ(kind_of(scenario("fatal"), [] { sys::fatal("the end"); }), failure::fatal);
  EXPECT_EQ(kind_of(scenario("abort"), [] { std::abort(); }), failure::signal);
}

TEST(CheckerWorld, AFatalEndMayBeAllowed) {
  const auto r = model::verify(scenario("allowed fatal").bound(1).allow_fatal("waiters"), [] {
    word w(0);
    thread other([&] { w.store(1, memory_order_relaxed); });
    if (w.load(memory_order_relaxed) == 0) sys::fatal("destroyed with waiters");
  });
  EXPECT_GT(r.fatal_runs, 0u);
  EXPECT_LT(r.fatal_runs, r.runs);
}

}  // namespace
