// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

#include "support/descriptors.hpp"
#include "support/running.hpp"

// OS handles in a wait_set, and the set in a poll.

namespace {

using namespace std::chrono_literals;
using abide::auto_reset_event;
using abide::initially_set;
using abide::io;
using abide::manual_reset_event;
using abide::os_handle;
using abide::wait_set;
using support::asleep_in;
using support::is_readable;
using support::make_pipe;
using support::open_handles;
using support::run;
using support::wait_until_asleep;

constexpr std::optional<std::size_t> nothing;

std::error_code refusal(wait_set& set, const os_handle& handle) {
  try {
    set.add(handle, 99);
  } catch (const std::system_error& e) {
    return e.code();
  }
  return {};
}

TEST(WaitSetHandle, IsALevelAndTellsWhatIsReady) {
  const auto pipe = make_pipe();
  const os_handle input(pipe.first.get());
  wait_set set;
  set.add(input, 3);
  EXPECT_EQ(set.try_wait(), nothing);
  pipe.second.write();
  EXPECT_EQ(set.wait(), 3u);
  EXPECT_EQ(input.ready(), io::readable);
  EXPECT_EQ(set.wait(), 3u) << "as long as it is ready";
  pipe.first.read();
  EXPECT_EQ(set.try_wait(), nothing);
}

TEST(WaitSetHandle, WakesAWaitThatBlocks) {
  const auto pipe = make_pipe();
  const os_handle input(pipe.first.get());
  wait_set set;
  set.add(input, 3);
  auto waiter = run([&] { return set.wait(); });
  wait_until_asleep(waiter.id(), asleep_in::poll);
  pipe.second.write();
  EXPECT_EQ(waiter.get(), 3u);
}

TEST(WaitSetHandle, TheFirstIsSeenByWhoWaitsAlready) {
  const auto pipe = make_pipe();
  const os_handle input(pipe.first.get());
  auto_reset_event e;
  wait_set set;
  set.add(e, 1);
  auto waiter = run([&] { return set.wait(); });
  auto other = run([&] { return set.wait(); });
  wait_until_asleep(waiter.id(), asleep_in::futex);
  wait_until_asleep(other.id(), asleep_in::futex);
  pipe.second.write();
  set.add(input, 3);
  EXPECT_EQ(waiter.get(), 3u);
  EXPECT_EQ(other.get(), 3u) << "a level is told to all";
}

TEST(WaitSetHandle, ObjectsWakeAWaitThatWatchesHandlesToo) {
  const auto pipe = make_pipe();
  const os_handle input(pipe.first.get());
  auto_reset_event e;
  wait_set set;
  set.add(input, 1);
  set.add(e, 2);
  auto waiter = run([&] { return set.wait(); });
  wait_until_asleep(waiter.id(), asleep_in::poll);
  e.set();
  EXPECT_EQ(waiter.get(), 2u);
  EXPECT_FALSE(e.is_set());
}

TEST(WaitSetHandle, HandlesAndObjectsTakeTurns) {
  const auto pipe = make_pipe();
  pipe.second.write();
  const os_handle input(pipe.first.get());
  manual_reset_event m(initially_set);
  wait_set set;
  set.add(input, 1);
  set.add(m, 2);
  std::size_t of_handle = 0;
  for (int i = 0; i != 10; ++i) of_handle += set.wait() == 1 ? 1 : 0;
  EXPECT_EQ(of_handle, 5u);
  std::size_t room[4];
  EXPECT_EQ(set.wait(room).size(), 2u) << "both in one batch";
}

TEST(WaitSetHandle, ManyReadyOnesAllGetTheirTurn) {
  constexpr std::size_t many = 40;
  std::vector<support::connection> pipes;
  std::vector<os_handle> inputs;
  wait_set set;
  for (std::size_t i = 0; i != many; ++i) {
    pipes.push_back(make_pipe());
    pipes.back().second.write();
    inputs.emplace_back(pipes.back().first.get());
  }
  for (std::size_t i = 0; i != many; ++i) set.add(inputs[i], i);
  std::vector<int> told(many);
  std::size_t room[8];
  for (std::size_t i = 0; i != many / 8; ++i) {
    for (const std::size_t key : set.wait(room)) ++told[key];
  }
  EXPECT_EQ(std::count(told.begin(), told.end(), 1), static_cast<long>(many));
}

TEST(WaitSetHandle, WhatTheSystemRefusesChangesNothing) {
  auto pipe = make_pipe();
  const os_handle input(pipe.first.get());
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
  const os_handle plain_file(fileno(file.get()));
  wait_set set;
  set.add(input, 1);
  EXPECT_EQ(refusal(set, input), std::errc::file_exists) << "it is in the set";
  EXPECT_EQ(refusal(set, plain_file), std::errc::operation_not_permitted) << "always ready";
  EXPECT_EQ(set.size(), 1u);
  EXPECT_TRUE(set.remove(1));
  pipe.first.close();
  EXPECT_EQ(refusal(set, input), std::errc::bad_file_descriptor);
  EXPECT_EQ(set.size(), 0u);
}

TEST(WaitSetHandle, RemovedIsToldNoMoreEvenIfItWasClosed) {
  auto pipe = make_pipe();
  auto other = make_pipe();
  const os_handle input(pipe.first.get());
  const os_handle closed(other.first.get());
  wait_set set;
  set.add(input, 1);
  set.add(closed, 2);
  pipe.second.write();
  EXPECT_TRUE(set.remove(1));
  other.first.close();
  EXPECT_TRUE(set.remove(2));
  EXPECT_EQ(set.try_wait(), nothing);
}

TEST(WaitSetHandle, RemovedIsToldNoMoreThoughItsFileIsOpenElsewhere) {
  auto pipe = make_pipe();
  const support::descriptor copy(::dup(pipe.first.get()));
  const os_handle input(pipe.first.get());
  wait_set set;
  set.add(input, 1);
  pipe.first.close();
  EXPECT_TRUE(set.remove(1));
  pipe.second.write();
  EXPECT_EQ(set.try_wait(), nothing);
}

TEST(WaitSetHandle, RemovedMayBeTheNumberOfAnotherKindOfFile) {
  const auto pipe = make_pipe();
  const os_handle input(pipe.first.get());
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
  wait_set set;
  set.add(input, 1);
  ASSERT_EQ(::dup2(fileno(file.get()), pipe.first.get()), pipe.first.get());
  EXPECT_TRUE(set.remove(1));
  EXPECT_EQ(set.size(), 0u);
}

TEST(WaitSetHandle, ABatchTellsAllThatAreReadyEachOnce) {
  constexpr std::size_t many = 40;
  std::vector<support::connection> pipes;
  std::vector<os_handle> inputs;
  manual_reset_event m(initially_set);
  wait_set set;
  (void)set.native_handle();  // the set's own is among them then
  for (std::size_t i = 0; i != many; ++i) {
    pipes.push_back(make_pipe());
    pipes.back().second.write();
    inputs.emplace_back(pipes.back().first.get());
  }
  for (std::size_t i = 0; i != many; ++i) set.add(inputs[i], i);
  set.add(m, many);
  for (int i = 0; i != 4; ++i) {
    std::size_t room[64];
    std::vector<int> told(many + 1);
    for (const std::size_t key : set.wait(room)) ++told[key];
    EXPECT_EQ(std::count(told.begin(), told.end(), 1), static_cast<long>(many + 1));
  }
  m.reset();
  for (int i = 0; i != 4; ++i) EXPECT_NE(set.try_wait(), nothing) << "the set's own hides nobody";
}

TEST(WaitSetHandle, NoHandleIsMadeUntilOneIsWatchedAndNoneStays) {
  const auto pipe = make_pipe();
  const os_handle input(pipe.first.get());
  const std::size_t before = open_handles();
  {
    auto_reset_event e(initially_set);
    wait_set set;
    set.add(e, 1);
    EXPECT_EQ(set.wait(), 1u);
    EXPECT_EQ(open_handles(), before);
    set.add(input, 2);
    EXPECT_EQ(open_handles(), before + 1);
  }
  EXPECT_EQ(open_handles(), before);
}

TEST(WaitSetHandle, TheSetsOwnIsReadableWhileSomethingIsReady) {
  const auto pipe = make_pipe();
  const os_handle input(pipe.first.get());
  auto_reset_event e;
  wait_set set;
  set.add(e, 1);
  const auto handle = set.native_handle();
  EXPECT_EQ(set.native_handle(), handle);
  EXPECT_TRUE(support::closes_on_exec(handle));
  EXPECT_FALSE(is_readable(handle));
  e.set();
  EXPECT_TRUE(is_readable(handle));
  EXPECT_EQ(set.try_wait(), 1u);
  EXPECT_FALSE(is_readable(handle));
  set.add(input, 2);
  pipe.second.write();
  EXPECT_TRUE(is_readable(handle));
  EXPECT_EQ(set.try_wait(), 2u);
  pipe.first.read();
  EXPECT_FALSE(is_readable(handle));
}

TEST(WaitSetHandle, TheSetsOwnIsNotReadableForWhatWasRemoved) {
  manual_reset_event m(initially_set);
  wait_set set;
  set.add(m, 1);
  const auto handle = set.native_handle();
  EXPECT_TRUE(is_readable(handle));
  EXPECT_EQ(set.try_wait(), 1u);
  EXPECT_TRUE(is_readable(handle)) << "it is ready still";
  EXPECT_TRUE(set.remove(1));
  EXPECT_FALSE(is_readable(handle));
}

TEST(WaitSetHandle, ASetMayBeInAnotherByItsHandle) {
  auto_reset_event e;
  wait_set inner;
  inner.add(e, 1);
  const os_handle of_inner(inner.native_handle());
  wait_set outer;
  outer.add(of_inner, 7);
  auto waiter = run([&] { return outer.wait(); });
  wait_until_asleep(waiter.id(), asleep_in::poll);
  e.set();
  EXPECT_EQ(waiter.get(), 7u);
  EXPECT_EQ(inner.try_wait(), 1u);
  EXPECT_EQ(outer.try_wait(), nothing);
}

TEST(WaitSetHandle, ARefusalOfTheFirstHandleLeavesTheSetUsable) {
  const auto pipe = make_pipe();
  const os_handle input(pipe.first.get());
  auto_reset_event e;
  wait_set set;
  set.add(e, 1);
  EXPECT_EQ(refusal(set, os_handle(1 << 29)), std::errc::bad_file_descriptor);
  e.set();
  EXPECT_EQ(set.wait(), 1u);
  set.add(input, 2);
  pipe.second.write();
  EXPECT_EQ(set.wait(), 2u);
}

}  // namespace
