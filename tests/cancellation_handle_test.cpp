// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation.hpp>
#include <abide/manual_reset_event.hpp>
#include <abide/os_handle.hpp>
#include <abide/wait.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <type_traits>
#include <vector>

#include "support/descriptors.hpp"
#include "support/long_form.hpp"
#include "support/race.hpp"
#include "support/running.hpp"
#include "support/thread_facts.hpp"

// P13 for tokens: the handle is readable once the token is canceled, whoever made it and when.

namespace {

using namespace std::chrono_literals;
using abide::cancellation_source;
using abide::cancellation_token;
using support::is_readable;

static_assert(std::is_same_v<abide::native_handle_type,
                             decltype(std::declval<const cancellation_token&>().native_handle())>);

TEST(CancellationHandle, MadeBeforeTheCancelBecomesReadable) {
  cancellation_source source;
  const auto handle = source.token().native_handle();
  EXPECT_FALSE(is_readable(handle));
  EXPECT_TRUE(source.cancel());
  EXPECT_TRUE(is_readable(handle));
  EXPECT_TRUE(is_readable(handle)) << "and stays so";
}

TEST(CancellationHandle, MadeAfterTheCancelIsReadable) {
  cancellation_source source;
  EXPECT_TRUE(source.cancel());
  EXPECT_TRUE(is_readable(source.token().native_handle()));
}

TEST(CancellationHandle, OfNoneIsNeverReadable) {
  const auto handle = cancellation_token().native_handle();
  EXPECT_FALSE(is_readable(handle));
  EXPECT_EQ(cancellation_token().native_handle(), handle);
}

TEST(CancellationHandle, OfCanceledIsAlwaysReadable) {
  const auto handle = cancellation_token::canceled().native_handle();
  EXPECT_TRUE(is_readable(handle));
  EXPECT_EQ(cancellation_token::canceled().native_handle(), handle);
}

TEST(CancellationHandle, IsOneForAllCopies) {
  cancellation_source source;
  const cancellation_token token = source.token();
  const auto handle = token.native_handle();
  const cancellation_token copy = token;
  EXPECT_EQ(copy.native_handle(), handle);
  EXPECT_EQ(source.token().native_handle(), handle);
  EXPECT_TRUE(source.cancel());
  EXPECT_EQ(token.native_handle(), handle);
}

TEST(CancellationHandle, IsItsOwnForEveryState) {
  cancellation_source parent;
  const auto child = cancellation_source::linked_to(parent.token());
  const auto of_parent = parent.token().native_handle();
  const auto of_child = child.token().native_handle();
  EXPECT_NE(of_parent, of_child);
  EXPECT_TRUE(parent.cancel());
  EXPECT_TRUE(is_readable(of_parent));
  EXPECT_TRUE(is_readable(of_child));
}

TEST(CancellationHandle, IsMadeAtTheFirstCallAndClosedWithTheState) {
  { abide::wait(cancellation_token::canceled()); }
  const std::size_t before = support::open_handles();
  {
    cancellation_source source;
    cancellation_token token = source.token();
    EXPECT_EQ(support::open_handles(), before);
    (void)token.native_handle();
    (void)token.native_handle();
    EXPECT_EQ(support::open_handles(), before + 1);
    EXPECT_TRUE(source.cancel());
    source = cancellation_source();
    EXPECT_EQ(support::open_handles(), before + 1) << "a token is left";
  }
  EXPECT_EQ(support::open_handles(), before);
}

TEST(CancellationHandle, ClosesOnExec) {
  const cancellation_source source;
  EXPECT_TRUE(support::closes_on_exec(source.token().native_handle()));
  EXPECT_TRUE(support::closes_on_exec(cancellation_token().native_handle()));
  EXPECT_TRUE(support::closes_on_exec(cancellation_token::canceled().native_handle()));
}

TEST(CancellationHandle, IsReadableBeforeTheFirstCallback) {
  cancellation_source parent;
  const auto child = cancellation_source::linked_to(parent.token());
  const auto of_parent = parent.token().native_handle();
  const auto of_child = child.token().native_handle();
  bool both = false;
  const auto registration = parent.token().register_callback(
      [&] { both = is_readable(of_parent) && is_readable(of_child); });
  EXPECT_TRUE(parent.cancel());
  EXPECT_TRUE(both);
}

TEST(CancellationHandle, BecomesReadableWithTheDeadline) {
  const abide::deadline soon = abide::deadline::after(2ms);
  const cancellation_source source(soon);
  const abide::os_handle handle(source.token().native_handle());
  abide::wait(handle);
  EXPECT_TRUE(soon.has_passed());
}

TEST(CancellationHandle, StaysLoweredThroughAReset) {
  cancellation_source source;
  const auto handle = source.token().native_handle();
  EXPECT_TRUE(source.try_reset());
  EXPECT_FALSE(is_readable(handle));
  EXPECT_TRUE(source.cancel());
  EXPECT_TRUE(is_readable(handle));
}

TEST(CancellationHandle, WakesWhoPollsIt) {
  cancellation_source source;
  auto poller = support::run(
      [handle = source.token().native_handle()] { abide::wait(abide::os_handle(handle)); });
  support::wait_until_asleep(poller.id(), support::asleep_in::poll);
  EXPECT_TRUE(source.cancel());
  poller.get();
}

TEST(CancellationHandle, MadeDuringTheCancelMissesNothing) {
  for (long round = support::rounds(1000, 50'000); round != 0; --round) {
    cancellation_source source;
    support::start_line line(3);
    std::vector<support::running<abide::native_handle_type>> makers;
    for (int i = 0; i != 2; ++i) {
      makers.push_back(support::run([&, token = source.token()] {
        line.meet();
        return token.native_handle();
      }));
    }
    line.meet();
    EXPECT_TRUE(source.cancel());
    const auto first = makers[0].get();
    ASSERT_EQ(makers[1].get(), first);
    ASSERT_TRUE(is_readable(first));
  }
}

TEST(CancellationHandle, ManyAreNoLeak) {
  const std::size_t before = support::open_handles();
  for (int i = 0; i != 200; ++i) {
    cancellation_source source;
    auto child = cancellation_source::linked_to(source.token());
    (void)source.token().native_handle();
    (void)child.token().native_handle();
    if (i % 2 == 0) source.cancel();
  }
  EXPECT_EQ(support::open_handles(), before);
}

}  // namespace
