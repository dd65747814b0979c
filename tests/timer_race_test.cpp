// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "support/long_form.hpp"
#include "support/race.hpp"
#include "support/running.hpp"
#include "support/state_probe.hpp"

// Timers and timed sources against the timer thread: set, canceled, waited for and destroyed while
// they fire.

namespace {

using namespace std::chrono;
using abide::deadline;
using abide::waitable_timer;

// One signal for each time that it was set, whoever of several gets it, and never two.
TEST(TimerRace, EachTimeItIsSetItReleasesExactlyOne) {
  const long rounds = support::rounds(3'000, 200'000);
  waitable_timer timer;
  std::atomic<long> received{0};
  abide::cancellation_source over;
  std::vector<support::running<void>> waiters;
  for (int i = 0; i != 3; ++i) {
    waiters.push_back(support::run([&, i] {
      std::mt19937 random(static_cast<unsigned>(i));
      const auto stop = abide::return_on(over.token());
      for (;;) {
        const auto how =
            i == 0 ? timer.wait(stop) : timer.wait_for(microseconds(random() % 80), stop);
        if (how == abide::wait_status::canceled) return;
        if (how == abide::wait_status::ready) received.fetch_add(1, std::memory_order_release);
      }
    }));
  }
  std::mt19937 random(7);
  for (long i = 0; i != rounds; ++i) {
    timer.set(deadline::after(microseconds(random() % 60)));
    while (received.load(std::memory_order_acquire) <= i) std::this_thread::yield();
  }
  over.cancel();
  for (auto& w : waiters) w.get();
  EXPECT_EQ(received, rounds);
  EXPECT_FALSE(timer.is_set());
  std::printf("figure: %ld rounds\n", rounds);
}

// Set by two threads and canceled by a third: the last of them counts, and after the last cancel
// nothing comes.
TEST(TimerRace, AfterTheLastCancelNothingComes) {
  const long rounds = support::rounds(300, 30'000);
  waitable_timer timer;
  std::barrier<> line(3);
  const auto disturb = [&](unsigned seed) {
    return support::run([&, seed] {
      std::mt19937 random(seed);
      for (long i = 0; i != rounds; ++i) {
        line.arrive_and_wait();
        for (int n = 0; n != 10; ++n) {
          const auto due = deadline::after(microseconds(random() % 30));
          switch (random() % 3) {
            case 0:
              timer.set(due);
              break;
            case 1:
              timer.set(due, microseconds(1 + random() % 5));
              break;
            default:
              timer.cancel();
              break;
          }
        }
        line.arrive_and_wait();
      }
    });
  };
  auto one = disturb(1);
  auto other = disturb(2);
  long late = 0;
  for (long i = 0; i != rounds; ++i) {
    line.arrive_and_wait();
    while (timer.try_wait()) {}
    line.arrive_and_wait();
    timer.cancel();
    (void)timer.try_wait();
    abide::sleep_for(60us);
    late += timer.try_wait() ? 1 : 0;
  }
  one.get();
  other.get();
  EXPECT_EQ(late, 0);
  std::printf("figure: %ld rounds\n", rounds);
}

// The thread that a periodic timer has released destroys it while it fires anew.
TEST(TimerRace, PeriodicTimersAreDestroyedWhileTheyFire) {
  const long rounds = support::rounds(1'000, 100'000);
  std::vector<support::running<void>> owners;
  for (unsigned seed = 0; seed != 3; ++seed) {
    owners.push_back(support::run([&, seed] {
      std::mt19937 random(seed);
      std::array<std::unique_ptr<waitable_timer>, 4> mine;
      for (long i = 0; i != rounds; ++i) {
        auto& timer = mine[random() % mine.size()];
        if (timer != nullptr && random() % 2 == 0) timer->wait();
        timer = std::make_unique<waitable_timer>();
        if (random() % 4 == 0) (void)timer->native_handle();
        timer->set(deadline::after(microseconds(random() % 20)), microseconds(1 + random() % 40));
      }
    }));
  }
  for (auto& o : owners) o.get();
  std::printf("figure: %ld rounds\n", 3 * rounds);
}

// A source whose deadline, cancel, reset and end all come at once: it was canceled once or reset.
struct deadline_meets_reset_and_cancel {
  abide::cancellation_source source{30us};
  std::atomic<int> runs = 0;
  bool reset = false;
  bool canceled = false;
  abide::cancellation_registration registration = source.token().register_callback([&] { ++runs; });

  void here() { reset = source.try_reset(); }
  void there() { canceled = source.cancel(std::errc::io_error); }
  void check() {
    // The timer thread may have shown the cancel and not yet run the callback.
    while (!reset && runs == 0) std::this_thread::yield();
    registration.unregister_and_wait();
    EXPECT_EQ(runs, reset ? 0 : 1);
    EXPECT_TRUE(source.is_cancellation_requested());
    const auto why = canceled ? std::errc::io_error : std::errc::timed_out;
    EXPECT_EQ(source.token().reason(), why);
    EXPECT_FALSE(support::is_armed(source));
  }
};
TEST(TimerRace, ADeadlineThatMeetsAResetAndACancelCountsOnce) {
  support::race<deadline_meets_reset_and_cancel>(support::rounds(2'000, 200'000));
}

}  // namespace
