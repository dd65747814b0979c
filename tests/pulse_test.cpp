// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <vector>

#include "support/descriptors.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"

// P6: who is queued when a signal comes is released by it, whatever follows at once.

namespace {

using namespace std::chrono_literals;
using support::run;
using support::wait_until_queued;

TEST(Pulse, SetThenResetReleasesEveryoneQueued) {
  abide::manual_reset_event gate;
  abide::manual_reset_event never;
  const abide::cancellation_source source;
  const support::connection pipe = support::make_pipe();
  for (int round = 0; round != 200; ++round) {
    std::vector<support::running<void>> waiters;
    for (int i = 0; i != 2; ++i) {
      waiters.push_back(run([&] { gate.wait(); }));
      waiters.push_back(run([&] { gate.wait(source.token()); }));
      waiters.push_back(run([&] { EXPECT_EQ(abide::wait_any(never, gate), 1u); }));
      waiters.push_back(run([&] { EXPECT_TRUE(gate.wait_for(24h)); }));
      waiters.push_back(run([&] {
        const abide::os_handle quiet(pipe.first.get());
        EXPECT_EQ(abide::wait_any(quiet, gate), 1u);
      }));
    }
    wait_until_queued(gate, waiters.size());
    gate.set();
    gate.reset();
    for (auto& w : waiters) w.get();  // hangs if one has missed it
    EXPECT_FALSE(gate.is_set());
  }
}

TEST(Pulse, ReleasesManyMoreThanOneBatch) {
  abide::manual_reset_event gate;
  std::vector<support::running<void>> waiters;
  for (int i = 0; i != 150; ++i) waiters.push_back(run([&] { gate.wait(); }));
  wait_until_queued(gate, waiters.size());
  gate.set();
  gate.reset();
  for (auto& w : waiters) w.get();
}

TEST(Pulse, DoesNotReleaseWhoComesAfterIt) {
  abide::manual_reset_event gate;
  gate.set();
  gate.reset();
  EXPECT_FALSE(gate.wait_for(0s));
  EXPECT_FALSE(gate.wait_for(1ms));
}

TEST(Pulse, TwoSetsReleaseTwo) {
  abide::auto_reset_event event;
  for (int round = 0; round != 200; ++round) {
    auto first = run([&] { event.wait(); });
    auto second = run([&] { EXPECT_TRUE(event.wait_for(24h)); });
    wait_until_queued(event, 2);
    event.set();
    event.set();
    first.get();
    second.get();
    EXPECT_FALSE(event.is_set());
  }
}

TEST(Pulse, ASetterCannotTakeItsSignalBackFromWhoIsQueued) {
  abide::auto_reset_event event;
  auto waiter = run([&] { event.wait(); });
  wait_until_queued(event, 1);
  event.set();
  EXPECT_FALSE(event.try_wait());
  event.reset();
  waiter.get();
}

TEST(Pulse, AnAutoResetEventServesInTheOrderOfArrival) {
  abide::auto_reset_event event;
  std::vector<support::running<void>> waiters;
  for (std::size_t i = 0; i != 5; ++i) {
    waiters.push_back(run([&] { event.wait(); }));
    wait_until_queued(event, i + 1);
  }
  for (auto& w : waiters) {
    event.set();
    w.get();  // hangs if another was served
  }
}

TEST(Pulse, ObserversAreExcepted) {
  abide::manual_reset_event gate;
  abide::manual_reset_event other;
  const abide::native_handle_type handle = gate.native_handle();
  auto all = run([&] { abide::wait_all(gate, other); });
  wait_until_queued(gate, 1);
  gate.set();
  gate.reset();
  EXPECT_FALSE(support::is_readable(handle));
  wait_until_queued(gate, 1);  // it has looked and waits again
  EXPECT_FALSE(all.is_done());
  other.set();
  gate.set();
  all.get();
}

}  // namespace
