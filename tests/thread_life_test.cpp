// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/process_hooks.hpp"
#include "support/allocations.hpp"
#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/rendezvous.hpp"
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

// Never more than ten at a time: so many sleeping places are made, and no more however many come.
TEST(ThreadLife, WhatAThreadNeedsToWaitIsUsedAgainByTenThousandLaterThreads) {
  constexpr std::size_t at_a_time = 10;
  const support::connection pipe = support::make_pipe();
  abide::auto_reset_event event;
  abide::cancellation_source source;
  const auto token = source.token();
  const std::size_t handles = support::open_handles();
  std::size_t allocated = 0;
  for (int round = 0; round != 1'000; ++round) {
    std::vector<support::running<std::size_t>> threads;
    for (std::size_t i = 0; i != at_a_time; ++i) {
      threads.push_back(run([&, i] {
        const abide::os_handle handle(pipe.first.get());
        const std::size_t before = support::allocations();
        if (i % 2 == 0) {
          EXPECT_FALSE(event.wait_for(50us, token));
        } else {
          EXPECT_FALSE(abide::wait_any_for(50us, event, handle, abide::throw_on(token)));
        }
        return support::allocations() - before;
      }));
    }
    for (auto& t : threads) allocated += t.get();
  }
  EXPECT_LE(allocated, at_a_time);
  EXPECT_LE(support::open_handles(), handles + at_a_time);
  EXPECT_EQ(support::queued(event) + support::queued(token), 0u);
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

TEST(ThreadLife, AForkWaitsForWhoHoldsALockOfTheLibrary) {
  abide::core::install_process_hooks();
  const auto forks_only_once_given_back = [](void (*lock)() noexcept, void (*unlock)() noexcept) {
    lock();
    auto forking = run([] {
      const pid_t child = ::fork();
      if (child == 0) ::_exit(0);
      int status = -1;
      ::waitpid(child, &status, 0);
      EXPECT_EQ(status, 0);
    });
    support::wait_until_asleep(forking.id(), support::asleep_in::futex);
    unlock();
    forking.get();
  };
  forks_only_once_given_back(abide::core::lock_timer_queue, abide::core::unlock_timer_queue);
  forks_only_once_given_back(abide::core::lock_links, abide::core::unlock_links);
  forks_only_once_given_back(abide::core::lock_parker_pool, abide::core::unlock_parker_pool);
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

/// The descriptors that a program started now finds open, as ls tells.
std::string open_in_a_program() {
  support::connection output = support::make_pipe();
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(output.second.get(), STDOUT_FILENO);
    ::execl("/bin/ls", "ls", "/proc/self/fd", nullptr);
    ::_exit(127);
  }
  output.second.close();
  std::string listed;
  char part[256];
  for (ssize_t n; (n = ::read(output.first.get(), part, sizeof part)) > 0;) {
    listed.append(part, static_cast<std::size_t>(n));
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  return listed;
}

/// Makes, uses and gives back every kind of handle that the library makes, until it is told.
void make_handles(const std::atomic<bool>& over) {
  const support::connection pipe = support::make_pipe();
  const abide::os_handle handle(pipe.first.get());
  while (!over) {
    abide::manual_reset_event event;
    abide::semaphore units(1);
    abide::waitable_timer timer;
    const abide::cancellation_source source;
    const auto token = source.token();
    (void)event.native_handle();
    (void)units.native_handle();
    (void)timer.native_handle();
    (void)token.native_handle();
    const abide::process self(::getpid());
    const abide::signal_set signals{SIGUSR1};
    (void)abide::wait_any_for(10us, event, handle, self, signals);
    run([&] { (void)abide::wait_any_for(10us, event, handle); }).get();
  }
}

TEST_F(ThreadLifeDeathTest, AProgramStartedUnderLoadInheritsNoHandle) {
  EXPECT_EXIT(
      {
        const std::string before = open_in_a_program();
        EXPECT_NE(before, "");
        std::atomic<bool> over{false};
        auto one = run([&] { make_handles(over); });
        auto another = run([&] { make_handles(over); });
        for (int i = 0; i != 100; ++i) EXPECT_EQ(open_in_a_program(), before);
        over = true;
        one.get();
        another.get();
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
