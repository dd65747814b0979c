// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation.hpp>
#include <abide/manual_reset_event.hpp>
#include <abide/wait.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/callback_probe.hpp"
#include "support/descriptors.hpp"
#include "support/race.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"
#include "support/state_probe.hpp"

// P10: what runs when, and what a callback may do. The registrations themselves are in
// cancellation_registration_test.cpp.

namespace {

using namespace std::chrono_literals;
using abide::cancellation_callback_error;
using abide::cancellation_registration;
using abide::cancellation_source;
using abide::cancellation_token;

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  } catch (const char* text) {
    return text;
  }
}

TEST(CancellationCallback, RunsLastRegisteredFirst) {
  cancellation_source source;
  std::vector<int> order;
  std::vector<cancellation_registration> registrations;
  for (int i = 0; i != 6; ++i) {
    registrations.push_back(source.token().register_callback([&order, i] { order.push_back(i); }));
  }
  abide::cancellation_callback in_place(source.token(), [&] { order.push_back(6); });
  source.token().register_callback([&] { order.push_back(7); }).detach();
  EXPECT_TRUE(registrations[3].unregister());
  EXPECT_TRUE(source.cancel());
  EXPECT_EQ(order, (std::vector{7, 6, 5, 4, 2, 1, 0}));
}

TEST(CancellationCallback, RunsOnTheCancelingThread) {
  cancellation_source source;
  std::thread::id ran_on;
  const auto registration =
      source.token().register_callback([&] { ran_on = std::this_thread::get_id(); });
  std::thread canceler([&] { source.cancel(); });
  const auto expected = canceler.get_id();
  canceler.join();
  EXPECT_EQ(ran_on, expected);
}

TEST(CancellationCallback, RunsOnce) {
  cancellation_source source;
  int runs = 0;
  const auto count = [&] { ++runs; };
  const auto a = source.token().register_callback(count);
  const auto b = source.token().register_callback(count);
  EXPECT_TRUE(source.cancel());
  EXPECT_FALSE(source.cancel());
  EXPECT_FALSE(source.request_stop());
  EXPECT_EQ(runs, 2) << "each registration once";
}

TEST(CancellationCallback, AllRunThoughSomeThrow) {
  cancellation_source source;
  std::vector<int> order;
  const auto a = source.token().register_callback([&] { order.push_back(0); });
  const auto b = source.token().register_callback([&] {
    order.push_back(1);
    throw std::runtime_error("one");
  });
  const auto c = source.token().register_callback([&] { order.push_back(2); });
  const auto d = source.token().register_callback([&] {
    order.push_back(3);
    throw "three";
  });
  try {
    source.cancel();
    ADD_FAILURE() << "did not throw";
  } catch (const cancellation_callback_error& e) {
    ASSERT_EQ(e.errors().size(), 2u);
    EXPECT_EQ(text_of(e.errors()[0]), "three") << "in run order";
    EXPECT_EQ(text_of(e.errors()[1]), "one");
    EXPECT_STREQ(e.what(), "abide: cancellation callbacks threw");
  }
  EXPECT_EQ(order, (std::vector{3, 2, 1, 0}));
  EXPECT_TRUE(source.is_cancellation_requested());
  EXPECT_NO_THROW(EXPECT_FALSE(source.cancel())) << "told once";
}

TEST(CancellationCallback, ErrorsOfTheWholeTreeReachTheCanceler) {
  cancellation_source parent;
  const auto child = cancellation_source::linked_to(parent.token());
  const auto a = child.token().register_callback([] { throw std::runtime_error("child"); });
  const auto b = parent.token().register_callback([] { throw std::runtime_error("parent"); });
  try {
    parent.cancel();
    ADD_FAILURE() << "did not throw";
  } catch (const cancellation_callback_error& e) {
    const cancellation_callback_error copy = e;
    ASSERT_EQ(copy.errors().size(), 2u) << "flat, not nested";
    EXPECT_EQ(text_of(copy.errors()[0]), "parent");
    EXPECT_EQ(text_of(copy.errors()[1]), "child");
  }
}

TEST(CancellationCallback, RegisteredAfterTheCancelRunsAtOnce) {
  cancellation_source source;
  EXPECT_TRUE(source.cancel());
  std::thread::id ran_on;
  auto registration =
      source.token().register_callback([&] { ran_on = std::this_thread::get_id(); });
  EXPECT_EQ(ran_on, std::this_thread::get_id());
  EXPECT_FALSE(registration) << "there is nothing to undo";
  EXPECT_FALSE(registration.unregister());
  EXPECT_EQ(registration.token(), cancellation_token());
}

TEST(CancellationCallback, RegisteredAfterTheCancelLetsItsExceptionOut) {
  cancellation_source source;
  EXPECT_TRUE(source.cancel());
  EXPECT_THROW((void)source.token().register_callback([] { throw std::runtime_error("late"); }),
               std::runtime_error);
  EXPECT_EQ(support::callbacks(source), 0u);
  bool ran = false;
  const auto next = source.token().register_callback([&] { ran = true; });
  EXPECT_TRUE(ran);
}

TEST(CancellationCallback, RegisteredWhileOthersRunRunsAtOnce) {
  cancellation_source source;
  support::held_call held;
  const auto registration = source.token().register_callback([&] { held(); });
  auto canceler = support::run([&] { return source.cancel(); });
  held.entered.pass();
  bool ran = false;
  const auto late = source.token().register_callback([&] { ran = true; });
  EXPECT_TRUE(ran);
  EXPECT_FALSE(held.left.is_open());
  held.let_go.open();
  EXPECT_TRUE(canceler.get());
}

TEST(CancellationCallback, SecondCancelIsFalseAtOnceWhileCallbacksRun) {
  cancellation_source source;
  support::held_call held;
  const auto registration = source.token().register_callback([&] { held(); });
  auto canceler = support::run([&] { return source.cancel(); });
  held.entered.pass();
  EXPECT_FALSE(source.cancel());
  EXPECT_FALSE(source.request_stop());
  EXPECT_FALSE(held.left.is_open()) << "it did not wait for the callback";
  held.let_go.open();
  EXPECT_TRUE(canceler.get());
}

TEST(CancellationCallback, RunsUnlocked) {
  cancellation_source parent;
  cancellation_source child = cancellation_source::linked_to(parent.token());
  const auto use = [](cancellation_source& s) {
    // All that takes a lock inside, from another thread, while the callback waits for it.
    auto user = support::run([&] {
      const cancellation_token token = s.token();
      EXPECT_FALSE(s.cancel());
      EXPECT_FALSE(s.try_reset());
      EXPECT_TRUE(token.can_be_canceled());
      EXPECT_TRUE(token.expires_at().is_never());
      EXPECT_TRUE(support::is_readable(token.native_handle()));
      EXPECT_TRUE(cancellation_source::linked_to(token).is_cancellation_requested());
      bool ran = false;
      const auto registration = token.register_callback([&] { ran = true; });
      EXPECT_TRUE(ran);
      abide::wait(token);
      s.cancel_after(1h);
      cancellation_source other(1h);  // the timer queue is free as well
      EXPECT_TRUE(other.try_reset());
    });
    user.get();
  };
  const auto a = parent.token().register_callback([&] {
    use(parent);
    use(child);
  });
  const auto b = child.token().register_callback([&] {
    use(parent);
    use(child);
  });
  EXPECT_TRUE(parent.cancel());
}

// ---- what a callback may do

TEST(CancellationCallback, MayUnregisterASibling) {
  cancellation_source source;
  bool sibling_ran = false;
  bool removed = false;
  auto sibling = source.token().register_callback([&] { sibling_ran = true; });
  auto finished = source.token().register_callback([] {});
  const auto first = source.token().register_callback([&] { removed = sibling.unregister(); });
  EXPECT_TRUE(source.cancel());
  EXPECT_TRUE(removed);
  EXPECT_FALSE(sibling_ran);
  EXPECT_FALSE(finished.unregister());
}

TEST(CancellationCallback, MayRegisterAnew) {
  cancellation_source source;
  std::vector<int> order;
  std::optional<cancellation_registration> inner;
  const auto first = source.token().register_callback([&] { order.push_back(0); });
  const auto second = source.token().register_callback([&] {
    inner = source.token().register_callback([&] { order.push_back(2); });
    order.push_back(1);
  });
  EXPECT_TRUE(source.cancel());
  EXPECT_EQ(order, (std::vector{2, 1, 0}));
}

TEST(CancellationCallback, MayCancelAgain) {
  cancellation_source source;
  bool again = true;
  const auto registration = source.token().register_callback([&] { again = source.cancel(); });
  EXPECT_TRUE(source.cancel());
  EXPECT_FALSE(again);
}

TEST(CancellationCallback, MayCancelAnotherSource) {
  cancellation_source a;
  cancellation_source b;
  std::vector<int> order;
  const auto of_b = b.token().register_callback([&] { order.push_back(1); });
  const auto of_a = a.token().register_callback([&] {
    EXPECT_TRUE(b.cancel());
    order.push_back(2);
  });
  EXPECT_TRUE(a.cancel());
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(CancellationCallback, MayDestroyTheSourceAndEveryToken) {
  auto source = std::make_unique<cancellation_source>();
  auto token = std::make_unique<cancellation_token>(source->token());
  bool last_ran = false;
  token->register_callback([&] { last_ran = true; }).detach();
  token
      ->register_callback([&] {
        source.reset();
        token.reset();
      })
      .detach();
  EXPECT_TRUE(source->cancel());
  EXPECT_TRUE(last_ran) << "the rest still runs";
}

TEST(CancellationCallback, MayWaitOnItsToken) {
  cancellation_source source;
  bool waited = false;
  const auto registration = source.token().register_callback([&] {
    abide::wait(source.token());
    abide::manual_reset_event never;
    EXPECT_THROW(never.wait(source.token()), abide::operation_canceled);
    waited = true;
  });
  EXPECT_TRUE(source.cancel());
  EXPECT_TRUE(waited);
}

TEST(CancellationCallback, MayJoinAThreadThatWaitsOnTheTokenOrALinkedOne) {
  cancellation_source parent;
  const auto child = cancellation_source::linked_to(parent.token());
  const auto grandchild = cancellation_source::linked_to(child.token());
  const cancellation_token tokens[] = {parent.token(), child.token(), grandchild.token()};
  abide::manual_reset_event never;
  std::vector<support::running<void>> waiters;
  for (const cancellation_token& token : tokens) {
    waiters.push_back(
        support::run([&] { EXPECT_THROW(never.wait(token), abide::operation_canceled); }));
  }
  support::wait_until_queued(never, 3);
  for (const cancellation_token& token : tokens) support::wait_until_queued(token, 1);
  const auto registration = parent.token().register_callback([&] {
    for (auto& waiter : waiters) waiter.get();
  });
  EXPECT_TRUE(parent.cancel());
}

TEST(CancellationCallback, SeesTheWholeTreeCanceled) {
  cancellation_source parent;
  std::vector<cancellation_source> tree;
  for (int i = 0; i != 3; ++i) {
    tree.push_back(cancellation_source::linked_to(parent.token()));
    for (int k = 0; k != 3; ++k) {
      tree.push_back(cancellation_source::linked_to(tree[tree.size() - 1].token()));
    }
  }
  std::vector<abide::native_handle_type> handles;
  for (const auto& s : tree) handles.push_back(s.token().native_handle());
  bool all = true;
  const auto registration = parent.token().register_callback([&] {
    for (const auto& s : tree) all = all && s.is_cancellation_requested();
    for (const auto h : handles) all = all && support::is_readable(h);
  });
  EXPECT_TRUE(parent.cancel());
  EXPECT_TRUE(all);
}

// A callback that a second thread registers while the first is still marking the tree is the first
// to run: it must see the whole tree as well.
TEST(CancellationCallback, RegisteredDuringTheCancelSeesTheWholeTreeCanceled) {
  for (int round = 0; round != 30; ++round) {
    cancellation_source parent;
    std::vector<cancellation_source> children;
    for (int i = 0; i != 3000; ++i) {
      children.push_back(cancellation_source::linked_to(parent.token()));
    }
    support::start_line line(2);
    auto late = support::run([&, token = parent.token()] {
      line.meet();
      while (!token.is_cancellation_requested()) {}
      std::size_t behind = 0;
      const auto registration = token.register_callback([&] {
        for (const auto& c : children) behind += c.is_cancellation_requested() ? 0 : 1;
      });
      return behind;
    });
    line.meet();
    EXPECT_TRUE(parent.cancel());
    ASSERT_EQ(late.get(), 0u) << "children did not show the cancel";
  }
}

TEST(CancellationCallback, SeesWhatPrecededTheCancel) {
  cancellation_source source;
  int data = 0;
  const auto registration = source.token().register_callback([&] { EXPECT_EQ(data, 42); });
  auto reader = support::run([&, token = source.token()] {
    while (!token.is_cancellation_requested()) std::this_thread::yield();
    EXPECT_EQ(data, 42);  // under ThreadSanitizer: the token's load orders it
  });
  data = 42;
  EXPECT_TRUE(source.cancel());
  reader.get();
}

TEST(CancellationCallback, CallsAnyCallableOnceAsAnRvalue) {
  struct only_rvalue {
    int* calls;
    void operator()() && { ++*calls; }
  };
  cancellation_source source;
  int calls = 0;
  const auto a = source.token().register_callback(only_rvalue{&calls});
  const auto b = source.token().register_callback(
      [&calls, owned = std::make_unique<int>(1)] { calls += *owned; });
  EXPECT_TRUE(source.cancel());
  EXPECT_EQ(calls, 2);
}

}  // namespace
