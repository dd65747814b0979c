// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "support/allocations.hpp"
#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/running.hpp"

// Threads and processes that come and go: what a wait keeps per thread (P8), and fork.

namespace {

using namespace std::chrono_literals;
using support::run;

class ThreadLifeDeathTest : public support::child_process {};

/// Waits when its thread ends.
struct waits_at_the_end {
  ~waits_at_the_end() {
    abide::manual_reset_event event;
    timed_out += event.wait_for(1ms) ? 0 : 1;
    auto setter = run([&] { event.set(); });
    event.wait();
  }
  inline static std::atomic<int> timed_out{0};
};

TEST(ThreadLife, AWaitInTheDestructorOfAThreadLocalWorks) {
  const auto waits_before = [] {
    abide::sleep_for(1ms);
    thread_local waits_at_the_end late;  // destroyed first
    (void)&late;
  };
  const auto waits_after = [] {
    thread_local waits_at_the_end early;  // destroyed when the thread's parker is given back
    (void)&early;
    abide::sleep_for(1ms);
  };
  const auto waits_never = [] {
    thread_local waits_at_the_end only;
    (void)&only;
  };
  waits_at_the_end::timed_out = 0;
  for (int i = 0; i != 20; ++i) {
    run(waits_before).get();
    run(waits_after).get();
    run(waits_never).get();
  }
  EXPECT_EQ(waits_at_the_end::timed_out, 60);
}

TEST(ThreadLife, WhatAThreadNeedsToWaitIsUsedAgainByLaterThreads) {
  std::size_t allocated = 0;
  for (int i = 0; i != 1'000; ++i) {
    allocated += run([] {
                   const std::size_t before = support::allocations();
                   abide::sleep_for(50us);
                   return support::allocations() - before;
                 }).get();
  }
  EXPECT_LE(allocated, 1u);
}

TEST_F(ThreadLifeDeathTest, TheChildOfAForkHasNoHandleOfAWait) {
  EXPECT_EXIT(
      {
        const support::connection pipe = support::make_pipe();
        const std::size_t before = support::open_handles();
        std::vector<support::running<void>> waiters;
        for (int i = 0; i != 3; ++i) {
          waiters.push_back(run([&] {
            const abide::os_handle handle(pipe.first.get());
            abide::wait(handle);
          }));
        }
        for (auto& w : waiters) support::wait_until_asleep(w.id(), support::asleep_in::poll);
        EXPECT_EQ(support::open_handles(), before + 3);
        const pid_t child = ::fork();
        if (child == 0) ::_exit(support::open_handles() == before ? 0 : 1);
        int status = -1;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
        pipe.second.write();
        for (auto& w : waiters) w.get();  // the child took nothing from its parent
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(ThreadLifeDeathTest, TheChildOfAForkFindsNoLockTaken) {
  EXPECT_EXIT(
      {
        std::atomic<bool> over{false};
        auto busy = run([&] {
          while (!over) {
            abide::waitable_timer timer;
            timer.set(abide::deadline::after(10us), 10us);
            const abide::cancellation_source timed(1h);
            const auto linked = abide::cancellation_source::linked_to(timed.token());
            (void)timer.wait_for(1ms, linked.token());
          }
        });
        const abide::cancellation_source parent;
        auto linked = std::make_unique<abide::cancellation_source>(
            abide::cancellation_source::linked_to(parent.token()));
        auto timer = std::make_unique<abide::waitable_timer>();
        timer->set(abide::deadline::after(1h));
        for (int i = 0; i != 50; ++i) {
          const pid_t child = ::fork();
          if (child == 0) {
            linked.reset();  // each of them takes a lock of the library
            timer.reset();
            ::_exit(0);
          }
          int status = -1;
          ::waitpid(child, &status, 0);
          EXPECT_EQ(status, 0);
        }
        over = true;
        busy.get();
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
