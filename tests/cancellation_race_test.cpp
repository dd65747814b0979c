// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation.hpp>
#include <abide/wait.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "support/long_form.hpp"
#include "support/race.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"
#include "support/state_probe.hpp"

// Two threads at one source: a callback against its cancel, a link against its parents' cancel, a
// deadline against everything. Each round has one outcome of a few that are legal.

namespace {

using namespace std::chrono_literals;
using abide::cancellation_registration;
using abide::cancellation_source;
using abide::cancellation_token;

long usual() { return support::rounds(10'000, 1'000'000); }

// R2: unregister() is true exactly if the callback does not run.
struct unregister_meets_cancel {
  cancellation_source source;
  std::atomic<int> runs = 0;
  bool removed = false;
  cancellation_registration registration = source.token().register_callback([&] { ++runs; });

  void here() { removed = registration.unregister(); }
  void there() { source.cancel(); }
  void check() {
    EXPECT_EQ(runs, removed ? 0 : 1);
    EXPECT_FALSE(registration.unregister());
  }
};
TEST(CancellationRace, UnregisterIsTrueOrTheCallbackRuns) {
  support::race<unregister_meets_cancel>(support::rounds(10'000, 1'000'000));
}

// R4: afterwards it is not running and never will.
struct wait_meets_cancel {
  cancellation_source source;
  bool ended = false;  // not atomic: ThreadSanitizer sees whether the wait orders it
  bool may_run = true;
  cancellation_registration registration = source.token().register_callback([&] {
    EXPECT_TRUE(may_run);
    ended = true;
  });

  void here() {
    registration.unregister_and_wait();
    ended = false;
    may_run = false;
  }
  void there() { source.cancel(); }
  void check() { EXPECT_FALSE(ended); }
};
TEST(CancellationRace, AfterUnregisterAndWaitTheCallbackDoesNotRun) {
  support::race<wait_meets_cancel>(usual());
}

struct destructor_meets_cancel {
  cancellation_source source;
  bool ended = false;
  std::unique_ptr<int> used = std::make_unique<int>(1);
  std::optional<abide::cancellation_callback<std::function<void()>>> callback{
      std::in_place, source.token(), [&] { ended = *used == 1; }};

  void here() {
    callback.reset();
    ended = false;
    used.reset();
  }
  void there() { source.cancel(); }
  void check() { EXPECT_FALSE(ended); }
};
TEST(CancellationRace, AfterItsDestructorTheCallbackDoesNotRun) {
  support::race<destructor_meets_cancel>(usual());
}

// T8: registered or run here, the callback runs once.
struct register_meets_cancel {
  cancellation_source source;
  std::atomic<int> runs = 0;
  cancellation_registration registration;

  void here() {
    registration = source.token().register_callback([&] { ++runs; });
  }
  void there() { source.cancel(); }
  void check() {
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(support::callbacks(source), 0u);
  }
};
TEST(CancellationRace, CallbackRegisteredDuringTheCancelRunsOnce) {
  support::race<register_meets_cancel>(usual());
}

// ---- links

/// A parent with a tree below: child, and below that a grandchild with another parent of its own.
struct two_cancels_in_a_tree {
  cancellation_source parent;
  cancellation_source child = cancellation_source::linked_to(parent.token());
  cancellation_source other;
  std::vector<cancellation_source> below = [&] {
    std::vector<cancellation_source> tree;
    for (int i = 0; i != 8; ++i) {
      tree.push_back(cancellation_source::linked_to(child.token(), other.token()));
    }
    return tree;
  }();
  std::atomic<int> runs = 0;
  std::atomic<int> behind = 0;
  std::vector<cancellation_registration> registrations = [&] {
    std::vector<cancellation_registration> all;
    const auto look = [&](bool at_child) {
      ++runs;
      if (at_child && !child.is_cancellation_requested()) ++behind;
      for (const auto& s : below) behind += s.is_cancellation_requested() ? 0 : 1;
    };
    all.push_back(parent.token().register_callback([=] { look(true); }));
    all.push_back(child.token().register_callback([=] { look(true); }));
    all.push_back(other.token().register_callback([=] { look(false); }));
    for (const auto& s : below) {
      all.push_back(s.token().register_callback([=] { look(false); }));
    }
    return all;
  }();

  void check() {
    EXPECT_EQ(behind, 0) << "a callback ran before the whole tree showed the cancel";
    EXPECT_EQ(support::children(child), 0u);
    EXPECT_EQ(support::children(other), 0u);
  }
};
struct parent_and_child : two_cancels_in_a_tree {
  void here() { EXPECT_TRUE(parent.cancel()); }
  void there() { child.cancel(); }
  void check() {
    two_cancels_in_a_tree::check();
    EXPECT_EQ(runs, 10);
  }
};
TEST(CancellationRace, ParentAndChildCanceledAtOnceShowItBeforeAnyCallback) {
  support::race<parent_and_child>(usual() / 2);
}
struct two_parents : two_cancels_in_a_tree {
  void here() { EXPECT_TRUE(parent.cancel(std::errc::io_error)); }
  void there() { EXPECT_TRUE(other.cancel(std::errc::interrupted)); }
  void check() {
    two_cancels_in_a_tree::check();
    EXPECT_EQ(runs, 11);
    for (const auto& s : below) {
      const bool by_parent = s.token().origin() == parent.token();
      EXPECT_TRUE(by_parent || s.token().origin() == other.token());
      EXPECT_EQ(s.token().reason(), by_parent ? std::errc::io_error : std::errc::interrupted);
    }
  }
};
TEST(CancellationRace, TwoParentsCanceledAtOnceShowItBeforeAnyCallback) {
  support::race<two_parents>(usual() / 2);
}

// Canceled while it is still being linked: it follows, and stays registered nowhere. The many
// parents make room for that.
struct linking_meets_cancel {
  static const std::vector<cancellation_source>& others() {
    static const std::vector<cancellation_source> all(2000);
    return all;
  }
  cancellation_source first;
  std::vector<cancellation_token> tokens{first.token()};
  std::optional<cancellation_source> child;

  linking_meets_cancel() {
    for (const auto& s : others()) tokens.push_back(s.token());
  }
  void here() { child = cancellation_source::linked_to(tokens); }
  void there() {
    for (int i = 0; i != 1000 && support::children(first) == 0; ++i) std::this_thread::yield();
    first.cancel(std::errc::io_error);
  }
  void check() {
    EXPECT_TRUE(child->is_cancellation_requested());
    EXPECT_EQ(child->token().reason(), std::errc::io_error);
    for (const auto& s : others()) ASSERT_EQ(support::children(s), 0u);
  }
};
TEST(CancellationRace, LinkedDuringTheCancelOfAParentItFollowsAndLeavesTheOthers) {
  support::race<linking_meets_cancel>(support::rounds(500, 50'000));
}

struct death_of_a_child_meets_cancel {
  cancellation_source parent;
  std::optional<cancellation_source> child = cancellation_source::linked_to(parent.token());
  std::atomic<int> runs = 0;

  death_of_a_child_meets_cancel() {
    child->token().register_callback([&] { ++runs; }).detach();
  }
  void here() { child.reset(); }
  void there() { EXPECT_TRUE(parent.cancel()); }
  void check() {
    EXPECT_LE(runs, 1);
    EXPECT_EQ(support::children(parent), 0u);
  }
};
TEST(CancellationRace, ChildMayDieDuringTheCancelOfItsParent) {
  support::race<death_of_a_child_meets_cancel>(usual());
}

struct questions_meet_the_death_of_relatives {
  std::optional<cancellation_source> parent{std::in_place, 1h};
  cancellation_source child = cancellation_source::linked_to(parent->token());
  std::optional<cancellation_source> sibling = cancellation_source::linked_to(parent->token());

  void here() {
    EXPECT_TRUE(child.token().can_be_canceled());
    EXPECT_FALSE(child.token().expires_at().is_never());
  }
  void there() {
    sibling.reset();
    parent.reset();
  }
  void check() {}
};
TEST(CancellationRace, QuestionsMayMeetTheDeathOfRelatives) {
  support::race<questions_meet_the_death_of_relatives>(usual());
}

// ---- deadlines

struct cancel_meets_a_deadline {
  cancellation_source source;
  bool canceled = false;

  void here() { canceled = source.cancel(); }
  void there() { source.cancel_after(1h); }
  void check() {
    EXPECT_TRUE(canceled);
    EXPECT_FALSE(support::is_armed(source)) << "nobody needs the deadline any more";
  }
};
TEST(CancellationRace, CanceledSourceIsNotArmed) {
  support::race<cancel_meets_a_deadline>(usual());
}

// Whichever of the two came last counts; the timer queue and the token tell the same.
struct two_deadlines {
  cancellation_source source;

  void here() { source.cancel_at(abide::deadline::never()); }
  void there() { source.cancel_after(1h); }
  void check() { EXPECT_EQ(source.token().expires_at().is_never(), !support::is_armed(source)); }
};
TEST(CancellationRace, TwoDeadlinesLeaveOneThatCounts) { support::race<two_deadlines>(usual()); }

struct expiry_meets_cancel {
  cancellation_source source{50us};
  std::atomic<int> runs = 0;
  bool canceled = false;
  cancellation_registration registration = source.token().register_callback([&] { ++runs; });

  void here() { canceled = source.cancel(std::errc::io_error); }
  void there() { abide::wait(source.token()); }
  void check() {
    // The timer thread shows the cancel before it runs the callback, which could still be removed.
    while (runs == 0) std::this_thread::yield();
    registration.unregister_and_wait();
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(source.token().reason(), canceled ? std::errc::io_error : std::errc::timed_out);
  }
};
TEST(CancellationRace, DeadlineOrCancelOneOfThemDidIt) {
  support::race<expiry_meets_cancel>(support::rounds(3000, 100'000));
}

// The last token goes while the timer thread is at it.
TEST(CancellationRace, StateMayDieAsItExpires) {
  for (long round = support::rounds(3000, 100'000); round != 0; --round) {
    const abide::deadline due = abide::deadline::after(60us);
    cancellation_source source(due);
    while (!due.has_passed()) {}
  }
}

// ---- P5

struct released_waiter_destroys_the_source {
  std::optional<cancellation_source> source{std::in_place};

  void here() {
    cancellation_source* const raw = &*source;
    support::wait_until_queued(*token, 1);
    raw->cancel();
  }
  void there() {
    abide::wait(*token);
    source.reset();
    token.reset();
  }
  void check() {}
  std::optional<cancellation_token> token = source->token();
};
TEST(CancellationRace, ReleasedWaiterMayDestroySourceAndTokens) {
  support::race<released_waiter_destroys_the_source>(support::rounds(2000, 100'000));
}

}  // namespace
