// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/descriptors.hpp"
#include "support/running.hpp"
#include "support/thread_facts.hpp"

namespace {

using namespace std::chrono_literals;
using abide::signal_info;
using abide::signal_set;

static_assert(!std::is_copy_constructible_v<signal_set> && !std::is_copy_assignable_v<signal_set>);
static_assert(std::is_nothrow_move_constructible_v<signal_set>);
static_assert(std::is_nothrow_move_assignable_v<signal_set>);

bool is_blocked(int signal) {
  sigset_t blocked;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  return ::sigismember(&blocked, signal) == 1;
}

void send(int signal) { ASSERT_EQ(::kill(::getpid(), signal), 0); }

TEST(SignalSet, IsReadyWhileASignalIsPending) {
  signal_set s{SIGUSR1};
  EXPECT_FALSE(abide::wait_for(0s, s));
  EXPECT_FALSE(support::is_readable(s.native_handle()));
  send(SIGUSR1);
  abide::wait(s);
  EXPECT_TRUE(support::is_readable(s.native_handle()));
  EXPECT_EQ(s.take(), (signal_info{SIGUSR1, ::getpid()}));
  EXPECT_FALSE(abide::wait_for(0s, s));
}

TEST(SignalSet, EndsAWaitThatIsAsleep) {
  signal_set s{SIGUSR1};
  abide::manual_reset_event never;
  auto waiter = support::run([&] { return abide::wait_any(never, s); });
  support::wait_until_asleep(waiter.id(), support::asleep_in::poll);
  send(SIGUSR1);
  EXPECT_EQ(waiter.get(), 1u);
  EXPECT_TRUE(s.take());
}

TEST(SignalSet, TheWaitIsCanceledLikeAnyOther) {
  signal_set s{SIGUSR1};
  abide::cancellation_source source;
  auto waiter = support::run([&] { return abide::wait(s, abide::return_on(source.token())); });
  support::wait_until_asleep(waiter.id(), support::asleep_in::poll);
  source.cancel();
  EXPECT_EQ(waiter.get(), abide::wait_status::canceled);
}

TEST(SignalSet, AWaitTakesNothing) {
  signal_set s{SIGUSR1};
  abide::manual_reset_event set{abide::initially_set};
  send(SIGUSR1);
  abide::wait(s);
  abide::wait(s);
  abide::wait_all(s, set);
  EXPECT_TRUE(s.take());
}

TEST(SignalSet, TakeOfNothingIsEmpty) {
  signal_set s{SIGUSR1};
  EXPECT_EQ(s.take(), std::nullopt);
}

TEST(SignalSet, TakeReturnsEachSignalOnceLowestFirst) {
  signal_set s{SIGTERM, SIGHUP, SIGUSR1};
  send(SIGTERM);
  send(SIGUSR1);
  send(SIGUSR1);  // counts as one
  send(SIGHUP);
  for (const int signal : {SIGHUP, SIGUSR1, SIGTERM}) {
    EXPECT_EQ(s.take(), (signal_info{signal, ::getpid()}));
  }
  EXPECT_EQ(s.take(), std::nullopt);
}

TEST(SignalSet, TellsWhoSentTheSignal) {
  signal_set s{SIGUSR1};
  const int sender = ::fork();
  if (sender == 0) ::_exit(::kill(::getppid(), SIGUSR1));
  abide::wait(s);
  EXPECT_EQ(s.take(), (signal_info{SIGUSR1, sender}));
  EXPECT_EQ(::waitpid(sender, nullptr, 0), sender);
}

TEST(SignalSet, LeavesOtherSignalsAlone) {
  signal_set s{SIGUSR1};
  signal_set other{SIGUSR2};
  send(SIGUSR2);
  EXPECT_FALSE(abide::wait_for(0s, s));
  EXPECT_EQ(s.take(), std::nullopt);
  EXPECT_TRUE(other.take());
}

TEST(SignalSet, OfRealTimeSignalsKeepsEach) {
  const std::vector<int> signals{SIGRTMAX};
  signal_set s{std::span(signals)};
  send(SIGRTMAX);
  send(SIGRTMAX);
  EXPECT_TRUE(s.take());
  EXPECT_TRUE(s.take());
  EXPECT_FALSE(s.take());
}

TEST(SignalSet, BlocksItsSignalsUntilItIsDestroyed) {
  {
    signal_set s{SIGTERM, SIGRTMIN};
    EXPECT_TRUE(is_blocked(SIGTERM));
    EXPECT_TRUE(is_blocked(SIGRTMIN));
    EXPECT_FALSE(is_blocked(SIGHUP));
  }
  EXPECT_FALSE(is_blocked(SIGTERM));
  EXPECT_FALSE(is_blocked(SIGRTMIN));
}

TEST(SignalSet, LeavesBlockedWhatWasBlocked) {
  signal_set outer{SIGTERM};
  { signal_set inner{SIGTERM, SIGHUP}; }
  EXPECT_TRUE(is_blocked(SIGTERM));
  EXPECT_FALSE(is_blocked(SIGHUP));
}

volatile sig_atomic_t handled = 0;

TEST(SignalSet, WhatWasNotTakenIsDeliveredAtTheEnd) {
  struct sigaction count {};
  struct sigaction before {};
  count.sa_handler = [](int) { handled = handled + 1; };
  ASSERT_EQ(::sigaction(SIGUSR1, &count, &before), 0);
  {
    signal_set s{SIGUSR1};
    send(SIGUSR1);
    EXPECT_TRUE(s.take());
  }
  EXPECT_EQ(handled, 0);
  {
    signal_set s{SIGUSR1};
    send(SIGUSR1);
    EXPECT_EQ(handled, 0);
  }
  EXPECT_EQ(handled, 1);
  ::sigaction(SIGUSR1, &before, nullptr);
}

TEST(SignalSet, RefusesWhatCannotBeBlockedAndBlocksNothing) {
  for (const int signal : {0, -1, 65, 1000, SIGKILL, SIGSTOP, SIGRTMIN - 1}) {
    EXPECT_THROW(signal_set({SIGTERM, signal}), std::invalid_argument) << signal;
    EXPECT_FALSE(is_blocked(SIGTERM)) << signal;
  }
}

TEST(SignalSet, OfNoSignalIsNeverReady) {
  signal_set none{};
  EXPECT_FALSE(abide::wait_for(0s, none));
  EXPECT_EQ(none.take(), std::nullopt);
}

TEST(SignalSet, OwnsItsHandle) {
  const std::size_t before = support::open_handles();
  {
    signal_set s{SIGUSR1};
    EXPECT_TRUE(support::closes_on_exec(s.native_handle()));
    EXPECT_EQ(support::open_handles(), before + 1);
  }
  EXPECT_EQ(support::open_handles(), before);
}

TEST(SignalSet, MovesWithItsHandleAndItsSignals) {
  std::optional<signal_set> s(std::in_place, std::initializer_list<int>{SIGUSR1});
  std::optional<signal_set> t(std::move(*s));
  s.reset();
  EXPECT_TRUE(is_blocked(SIGUSR1)) << "the moved-from set has unblocked it";
  send(SIGUSR1);
  EXPECT_TRUE(t->take());
  *t = signal_set{SIGUSR2};
  EXPECT_FALSE(is_blocked(SIGUSR1)) << "the set that was assigned to did not let go";
  EXPECT_TRUE(is_blocked(SIGUSR2));
  t.reset();
  EXPECT_FALSE(is_blocked(SIGUSR2));
}

}  // namespace
