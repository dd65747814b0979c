// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

// Not only its header: the queue is hidden in its source.
#include "core/timer_queue.cpp"
#include "support/descriptors.hpp"
#include "support/long_form.hpp"
#include "support/race.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"
#include "support/state_probe.hpp"

// Counters that a long-lived program takes round, started shortly before that. tests/README.md
// lists all counters and says of the others why they do not get there.

namespace support::detail {

struct wakes {
  using type = abide::sys::atomic<std::uint32_t> abide::core::timer_queue::*;
  friend constexpr type member(wakes) noexcept;
};
template struct expose<wakes, &abide::core::timer_queue::wakes_>;

}  // namespace support::detail

namespace {

using namespace std::chrono_literals;
using abide::deadline;

constexpr std::uint32_t shortly_before = 40;

abide::sys::atomic<std::uint32_t>& count_of_wakes() {
  return abide::core::timer_queue::queue().*member(support::detail::wakes());
}

// Each of these timers is due before all that the thread knows of, so each wakes it.
TEST(Wrap, OfTheTimerThreadsWakes) {
  count_of_wakes().store(0u - shortly_before, abide::sys::memory_order_relaxed);
  abide::waitable_timer far;
  far.set(deadline::after(1h));
  for (long i = support::rounds(2'000, 100'000); i != 0; --i) {
    abide::waitable_timer timer;
    timer.set(deadline::after(std::chrono::microseconds(i % 40)));
    timer.wait();
  }
  const std::uint32_t now = count_of_wakes().load(abide::sys::memory_order_relaxed);
  EXPECT_LT(now, 0u - shortly_before) << "it has not come round";
}

struct waits_meet_callbacks {
  abide::cancellation_source source;
  int runs = 0;  // not atomic: ThreadSanitizer sees whether the waits order it
  abide::cancellation_registration third = source.token().register_callback([&] { ++runs; });
  abide::cancellation_registration second = source.token().register_callback([&] { ++runs; });
  abide::cancellation_registration first = source.token().register_callback([&] { ++runs; });

  waits_meet_callbacks() {
    static std::uint32_t before = 0;
    support::wrap_ended_callbacks_after(source, ++before % 4);
  }
  void here() {
    first.unregister_and_wait();
    second.unregister_and_wait();
    third.unregister_and_wait();
    runs += 10;
  }
  void there() { source.cancel(); }
  void check() {
    EXPECT_GE(runs, 10);
    EXPECT_LE(runs, 13);
  }
};
TEST(Wrap, OfTheCallbacksThatHaveReturned) {
  support::race<waits_meet_callbacks>(support::rounds(5'000, 500'000));
}

// Units that canceled waits give back come on top of the maximum, so the count can pass 2^31.
TEST(Wrap, OfASemaphoresCountAsASignedNumber) {
  constexpr std::ptrdiff_t most = std::numeric_limits<std::int32_t>::max();
  constexpr std::ptrdiff_t over = 5;
  for (const auto f : {abide::fairness::fifo, abide::fairness::barging}) {
    for (const bool with_handle : {false, true}) {
      abide::semaphore units(most, most, f);
      if (with_handle) (void)units.native_handle();
      abide::core::locked object = support::lock(units);
      object.add(over);
      object.settle();
      object.publish();
      for (std::ptrdiff_t left = most + over; left != most; --left) {
        EXPECT_EQ(units.available(), left);
        EXPECT_THROW(units.release(), abide::semaphore_full);
        EXPECT_THROW(units.release(most), abide::semaphore_full);
        EXPECT_TRUE(units.try_acquire());
      }
      EXPECT_THROW(units.release(), abide::semaphore_full);
      EXPECT_TRUE(units.try_acquire());
      EXPECT_EQ(units.release(), most - 1);
    }
  }
}

// The system counts the raises of a handle; a user who writes to it can fill that count.
TEST(Wrap, OfTheRaisesOfAnExportedHandle) {
  abide::auto_reset_event event;
  const abide::native_handle_type handle = event.native_handle();
  const std::uint64_t all = std::numeric_limits<std::uint64_t>::max() - 1;
  ASSERT_EQ(::write(handle, &all, sizeof all), static_cast<ssize_t>(sizeof all));
  event.set();
  const abide::os_handle watched(handle);
  EXPECT_TRUE(abide::wait_for(0s, watched));
  EXPECT_TRUE(event.try_wait());
  EXPECT_FALSE(abide::wait_for(0s, watched));
  event.set();
  EXPECT_TRUE(abide::wait_for(0s, watched));
}

}  // namespace
