// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <deque>
#include <memory>
#include <optional>
#include <thread>

#include "support/allocations.hpp"
#include "support/child.hpp"
#include "support/first_wait.hpp"
#include "support/running.hpp"
#include "support/system_calls.hpp"

// What a wait_set costs, and how it ends: P8 and P11 for sets.

namespace {

using abide::auto_reset_event;
using abide::manual_reset_event;
using abide::wait_set;
using support::asleep_in;
using support::run;
using support::wait_until_asleep;

class WaitSetDeathTest : public support::child_process {};

constexpr std::optional<std::size_t> nothing;

TEST(WaitSetCost, AHundredThousandMembersAreWaitedForAsOne) {
  constexpr std::size_t many = 100'000;
  const auto events = std::make_unique<auto_reset_event[]>(many);
  wait_set set;
  for (std::size_t i = 0; i != many; ++i) set.add(events[i], i);
  EXPECT_EQ(set.size(), many);
  for (const std::size_t i : {many - 1, std::size_t{0}, many / 2}) {
    events[i].set();
    EXPECT_EQ(set.wait(), i);
  }
  EXPECT_EQ(set.try_wait(), nothing);
}

TEST(WaitSetCost, AWaitAllocatesNothing) {
  support::block_once();
  std::deque<auto_reset_event> events(64);
  wait_set set;
  for (std::size_t i = 0; i != events.size(); ++i) set.add(events[i], i);
  auto_reset_event ready;
  auto signaler = run([&] {
    for (auto& e : events) {
      ready.wait();
      e.set();
    }
  });
  const std::size_t before = support::allocations();
  for (std::size_t i = 0; i != events.size(); ++i) {
    ready.set();
    EXPECT_EQ(set.wait(), i);
  }
  EXPECT_EQ(support::allocations(), before);
  signaler.get();
}

TEST_F(WaitSetDeathTest, WhatFindsSomethingReadyAsksTheKernelNothing) {
  EXPECT_EXIT(
      {
        auto_reset_event e;
        manual_reset_event m;
        wait_set set;
        set.add(e, 1);
        set.add(m, 2);
        const auto use = [&] {
          std::size_t room[4];
          e.set();
          EXPECT_EQ(set.wait(), 1u);
          m.set();
          EXPECT_EQ(set.wait(room).size(), 1u);
          m.reset();
          EXPECT_EQ(set.try_wait(), nothing);
          EXPECT_EQ(set.wait_until(abide::deadline(abide::deadline::time_point::min())), nothing);
        };
        use();  // so that the lazy binding of symbols is done
        support::forbid_system_calls();
        use();
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(WaitSetDeathTest, AnObjectThatGoesWhileItIsWatchedEndsTheProgram) {
  EXPECT_DEATH(
      {
        wait_set set;
        auto e = std::make_unique<auto_reset_event>();
        set.add(*e, 1);
        e.reset();
      },
      "abide: abide::auto_reset_event at 0x[0-9a-f]+ destroyed while a wait_set watches it");
}

TEST_F(WaitSetDeathTest, ASetThatGoesWhileAThreadWaitsEndsTheProgram) {
  EXPECT_DEATH(
      {
        auto set = std::make_unique<wait_set>();
        std::atomic<support::thread_id> id{0};
        std::thread([&id, raw = set.get()] {
          id = support::this_thread_id();
          (void)raw->wait();
        }).detach();
        while (id == 0) {}
        wait_until_asleep(id, asleep_in::futex);
        set.reset();
      },
      "abide: abide::wait_set at 0x[0-9a-f]+ destroyed while a thread waits on it");
}

TEST_F(WaitSetDeathTest, TheChildOfAForkMayDestroyWhatItWatches) {
  EXPECT_EXIT(
      {
        auto e = std::make_unique<auto_reset_event>();
        wait_set set;
        set.add(*e, 1);
        const pid_t child = ::fork();
        if (child == 0) {
          e.reset();
          std::_Exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

/// Goes after what was made later: ends the wait of a thread, and the thread.
struct late_canceler {
  ~late_canceler() {
    source.cancel();
    thread.join();
  }
  abide::cancellation_source source;
  std::thread thread;
};

TEST_F(WaitSetDeathTest, AtExitAWaitMayEndAfterItsSet) {
  EXPECT_EXIT(
      {
        static late_canceler canceler;
        static wait_set set;
        std::atomic<support::thread_id> id{0};
        canceler.thread = std::thread([&id] {
          id = support::this_thread_id();
          (void)set.wait(abide::return_on(canceler.source.token()));
        });
        while (id == 0) {}
        wait_until_asleep(id, asleep_in::futex);
        std::exit(0);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
