// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <vector>

#include "support/descriptors.hpp"
#include "support/running.hpp"

// Raw handles in a wait, alone and among objects.

namespace {

using namespace std::chrono_literals;
using abide::io;
using abide::os_handle;
using support::asleep_in;
using support::run;
using support::wait_until_asleep;

bool has(io set, io condition) { return (set & condition) == condition; }

TEST(OsHandle, IsNotOwnedAndRemembersWhatItWatches) {
  const support::connection pipe = support::make_pipe();
  {
    const os_handle handle(pipe.first.get());
    EXPECT_EQ(handle.get(), pipe.first.get());
    EXPECT_EQ(handle.ready(), io{});
  }
  EXPECT_TRUE(support::closes_on_exec(pipe.first.get())) << "is still open";
}

TEST(OsHandle, ThatCannotBeOneIsAnInvalidArgument) {
  EXPECT_THROW(os_handle(-1), std::invalid_argument);
  EXPECT_THROW(os_handle(-7, io::writable), std::invalid_argument);
}

TEST(OsHandle, IsReadyForWhatItIsWatchedForAndReportsIt) {
  const auto test = [](const support::connection& ends) {
    const os_handle readable(ends.first.get());
    const os_handle writable(ends.second.get(), io::writable);
    EXPECT_EQ(abide::wait_any_for(0s, readable), std::nullopt);
    EXPECT_EQ(readable.ready(), io{});
    EXPECT_EQ(abide::wait_any(readable, writable), 1u);
    EXPECT_EQ(writable.ready(), io::writable);
    ends.second.write();
    EXPECT_EQ(abide::wait_any(readable, writable), 0u);
    EXPECT_EQ(readable.ready(), io::readable);
    abide::wait(readable);
    EXPECT_TRUE(abide::wait_for(0s, readable));
    ends.first.read();
    EXPECT_FALSE(abide::wait_for(0s, readable));
  };
  test(support::make_pipe());
  test(support::make_sockets());
}

TEST(OsHandle, ReportsAllOfTheWantedThatItFound) {
  const support::connection sockets = support::make_sockets();
  const os_handle both(sockets.first.get(), io::readable | io::writable);
  abide::wait(both);
  EXPECT_EQ(both.ready(), io::writable);
  sockets.second.write();
  abide::wait(both);
  EXPECT_EQ(both.ready(), io::readable | io::writable);
}

TEST(OsHandle, AHangUpCompletesTheWait) {
  support::connection pipe = support::make_pipe();
  const os_handle reader(pipe.first.get());
  auto waiter = run([&] { abide::wait(reader); });
  wait_until_asleep(waiter.id(), asleep_in::poll);
  pipe.second.close();
  waiter.get();
  EXPECT_TRUE(has(reader.ready(), io::hang_up));
  support::connection sockets = support::make_sockets();
  sockets.second.close();
  const os_handle none(sockets.first.get(), io{});
  EXPECT_EQ(abide::wait_any(none), 0u) << "also if nothing was wanted";
  EXPECT_TRUE(has(none.ready(), io::hang_up));
}

TEST(OsHandle, AnErrorCompletesTheWait) {
  support::connection pipe = support::make_pipe();
  pipe.first.close();
  const os_handle writer(pipe.second.get(), io::priority);
  EXPECT_EQ(abide::wait_any(writer), 0u);
  EXPECT_TRUE(has(writer.ready(), io::error));
}

TEST(OsHandle, AClosedNumberCompletesTheWaitAsAnError) {
  support::connection pipe = support::make_pipe();
  const os_handle closed(pipe.first.get());
  pipe.first.close();
  abide::auto_reset_event event;
  EXPECT_EQ(abide::wait_any(event, closed), 1u);
  EXPECT_EQ(closed.ready(), io::error);
  abide::wait(closed);
  event.set();
  abide::wait_all(event, closed);
  EXPECT_FALSE(event.is_set());
}

TEST(OsHandle, InAWaitAnythingEndsTheSleep) {
  const support::connection pipe = support::make_pipe();
  const os_handle handle(pipe.first.get());
  abide::auto_reset_event event;
  abide::semaphore units(0);
  abide::cancellation_source source;
  const auto sleep_then = [&](auto wake) {
    auto waiter = run([&] { return abide::wait_any(event, handle, units, source.token()); });
    wait_until_asleep(waiter.id(), asleep_in::poll);
    wake();
    return waiter.get();
  };
  for (int i = 0; i != 50; ++i) {
    EXPECT_EQ(sleep_then([&] { event.set(); }), 0u);
    EXPECT_EQ(sleep_then([&] { pipe.second.write(); }), 1u);
    pipe.first.read();
    EXPECT_EQ(sleep_then([&] { units.release(); }), 2u);
  }
  EXPECT_EQ(sleep_then([&] { source.cancel(); }), 3u);
  EXPECT_FALSE(event.is_set());
  EXPECT_EQ(units.available(), 0);
  EXPECT_EQ(abide::wait_any_for(2ms, handle, event, units), std::nullopt);
}

// The handle that wakes a sleeper out of its poll is lowered again, or no later wait would sleep.
TEST(OsHandle, AWaitAfterAWakeSleepsAgain) {
  const support::connection pipe = support::make_pipe();
  const os_handle handle(pipe.first.get());
  abide::auto_reset_event event;
  abide::auto_reset_event late;
  auto waiter = run([&] {
    EXPECT_EQ(abide::wait_any(handle, event), 1u);
    late.set();
    EXPECT_EQ(abide::wait_any(handle, event), 1u);
  });
  wait_until_asleep(waiter.id(), asleep_in::poll);
  event.set();
  late.wait();
  wait_until_asleep(waiter.id(), asleep_in::poll);  // hangs if it spins
  event.set();
  waiter.get();
}

TEST(OsHandle, SeveralThreadsMayWatchOneHandleEachWithItsOwn) {
  const support::connection pipe = support::make_pipe();
  std::vector<support::running<io>> waiters;
  for (int i = 0; i != 4; ++i) {
    waiters.push_back(run([&] {
      const os_handle mine(pipe.first.get());
      abide::wait(mine);
      return mine.ready();
    }));
  }
  for (auto& w : waiters) wait_until_asleep(w.id(), asleep_in::poll);
  pipe.second.write();
  for (auto& w : waiters) EXPECT_EQ(w.get(), io::readable);
}

TEST(OsHandle, DuplicatesAreLegalInWaitAny) {
  const support::connection pipe = support::make_pipe();
  const os_handle handle(pipe.first.get());
  const os_handle same(pipe.first.get());
  pipe.second.write();
  EXPECT_LT(abide::wait_any(handle, handle, same), 3u);
  abide::wait_all(handle, same);
}

TEST(OsHandle, ATimedWaitAllOverHandlesIsNotEarly) {
  const support::connection pipe = support::make_pipe();
  const os_handle handle(pipe.first.get());
  abide::auto_reset_event event{abide::initially_set};
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FALSE(abide::wait_all_for(2ms, event, handle));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 2ms);
  EXPECT_TRUE(event.is_set());
}

static_assert((io::readable | io::writable) == static_cast<io>(3));
static_assert((~io::readable & io::readable) == io{});
static_assert((~io{}) == static_cast<io>(31));

}  // namespace
