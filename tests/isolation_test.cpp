// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "support/allocations.hpp"
#include "support/first_wait.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"

// P7: a cancel concerns only those who watch its token, and watching a token concerns nobody else.

namespace {

using namespace std::chrono_literals;
using abide::wait_status;
using support::run;
using support::wait_until_queued;

TEST(Isolation, CancelWakesOnlyTheWaitsThatWatchThatToken) {
  abide::semaphore units(0);
  abide::cancellation_source mine;
  const abide::cancellation_source other;
  auto stays = run([&] { return abide::wait(units, abide::return_on(other.token())); });
  wait_until_queued(units, 1);
  support::wait_until_asleep(stays.id(), support::asleep_in::futex);
  const long sleeps = support::sleeps(stays.id());
  for (int i = 0; i != 20; ++i) {
    mine = abide::cancellation_source();
    auto goes = run([&] { return abide::wait(units, abide::return_on(mine.token())); });
    wait_until_queued(units, 2);
    mine.cancel();
    EXPECT_EQ(goes.get(), wait_status::canceled);
  }
  support::wait_until_asleep(stays.id(), support::asleep_in::futex);
  EXPECT_EQ(support::sleeps(stays.id()), sleeps) << "was woken for a stranger's cancel";
  units.release();
  EXPECT_EQ(stays.get(), wait_status::ready);
}

TEST(Isolation, BlockingOnATokenRunsNoCallback) {
  abide::auto_reset_event event;
  abide::cancellation_source source;
  int calls = 0;
  const auto registration = source.token().register_callback([&] { ++calls; });
  EXPECT_EQ(event.wait_for(1ms, abide::return_on(source.token())), wait_status::timeout);
  auto waiter = run([&] { event.wait(source.token()); });
  wait_until_queued(event, 1);
  event.set();
  waiter.get();
  EXPECT_EQ(calls, 0);
}

TEST(Isolation, WaitsWakeAndReturnWhileACallbackOfTheirTokenStillRuns) {
  abide::manual_reset_event event;
  abide::manual_reset_event running;
  abide::manual_reset_event may_return;
  abide::cancellation_source source;
  const auto token = source.token();
  const auto registration = token.register_callback([&] {
    running.set();
    may_return.wait();
  });
  auto early = run([&] { return abide::wait(event, abide::return_on(token)); });
  wait_until_queued(event, 1);
  auto canceler = run([&] { return source.cancel(); });
  running.wait();
  // Each of these hangs if it needs something that the callback holds.
  EXPECT_EQ(early.get(), wait_status::canceled);
  EXPECT_EQ(abide::wait(event, abide::return_on(token)), wait_status::canceled);
  EXPECT_EQ(abide::wait_any(event, token), 1u);
  may_return.set();
  EXPECT_TRUE(canceler.get());
}

TEST(Isolation, ACallbackMayWaitOnWhatItLikes) {
  abide::cancellation_source source;
  abide::cancellation_source other;
  const auto token = source.token();
  std::vector<wait_status> seen;
  const auto registration = token.register_callback([&] {
    abide::manual_reset_event event;
    seen.push_back(event.wait_for(1h, abide::return_on(token)));  // its own token
    auto waiter = run([&] { return abide::wait(event, abide::return_on(other.token())); });
    wait_until_queued(event, 1);
    other.cancel();
    seen.push_back(waiter.get());
  });
  source.cancel();
  EXPECT_EQ(seen, (std::vector{wait_status::canceled, wait_status::canceled}));
}

TEST(Isolation, WatchingATokenAllocatesNothing) {
  abide::auto_reset_event event;
  abide::cancellation_source source;
  const auto token = source.token();
  support::block_once();
  const std::size_t before = support::allocations();
  EXPECT_FALSE(event.wait_for(1ms, token));
  EXPECT_EQ(event.wait_for(1ms, abide::return_on(token)), wait_status::timeout);
  EXPECT_EQ(abide::wait_any_for(1ms, event, token), std::nullopt);
  EXPECT_EQ(abide::wait_for(1ms, token), false);
  EXPECT_EQ(support::allocations(), before);
}

}  // namespace
