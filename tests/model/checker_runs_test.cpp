// SPDX-License-Identifier: BSL-1.0

// What one run leaves to the next, and the walk over all runs.
#include <abide/sys/atomic.hpp>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>

#include "platform/sys.hpp"
#include "verify.hpp"

namespace abide {
namespace model_test {

// Static storage of the product, as the checker finds it by the name of its namespace.
int plain_counter = 5;
sys::atomic<int> static_atomic(7);

int& static_of_a_function() {
  static int value = plain_counter * 2;
  return value;
}

}  // namespace model_test
}  // namespace abide

namespace {

namespace sys = abide::sys;
using model::failure;
using model::scenario;
using model::thread;
using std::memory_order_relaxed;
using sys::atomic;

using word = atomic<std::uint32_t>;

failure kind_of(const scenario& s, const std::function<void()>& body) {
  const model::result r = s.explore(body);
  EXPECT_NE(r.kind, failure::none) << r.name;
  return r.kind;
}

// ---- What runs share ----------------------------------------------------------------------------

atomic<int> atomic_of_the_test(3);

TEST(CheckerRuns, EveryRunStartsFromTheSameState) {
  atomic<int> outside_the_runs(1);
  outside_the_runs.store(2, memory_order_relaxed);
  const auto body = [&] {
    namespace product = abide::model_test;
    model::check(product::plain_counter == 5, "a plain variable of the product");
    model::check(product::static_of_a_function() == 10, "a static of a function");
    model::check(product::static_atomic.load(memory_order_relaxed) == 7, "its atomic");
    model::check(atomic_of_the_test.load(memory_order_relaxed) == 3, "an atomic of the test");
    model::check(outside_the_runs.load(memory_order_relaxed) == 2, "an atomic on its stack");
    product::plain_counter = 50;
    product::static_of_a_function() = 0;
    thread one([&] { product::static_atomic.store(8, memory_order_relaxed); });
    thread two([&] { atomic_of_the_test.store(8, memory_order_relaxed); });
    outside_the_runs.store(8, memory_order_relaxed);
    model::join_all();
  };
  EXPECT_GT(model::verify(scenario("same start").bound(2), body).runs, 1u);
  EXPECT_EQ(outside_the_runs.load(memory_order_relaxed), 2);
  EXPECT_EQ(abide::model_test::static_atomic.load(memory_order_relaxed), 7);
  EXPECT_EQ(abide::model_test::plain_counter, 5);
}

TEST(CheckerRuns, ThreadSlotsAreFilledOnceForAllRuns) {
  struct parker {
    word state{0u};
    int handle = sys::make_handle();
  };
  int made = 0;
  const auto parker_of_this_thread = [&]() -> parker& {
    sys::thread_slot& slot = sys::this_thread();
    if (slot.parker == nullptr) {
      ++made;
      slot.parker = new parker;
    }
    return *static_cast<parker*>(slot.parker);
  };
  const model::result r =
      scenario("slots").bound(2).warm_up([&] { parker_of_this_thread(); }).explore([&] {
        thread one([&] { parker_of_this_thread().state.fetch_add(1, memory_order_relaxed); });
        thread two([&] { parker_of_this_thread().state.fetch_add(1, memory_order_relaxed); });
        model::join_all();
        parker& own = parker_of_this_thread();
        model::check(own.state.fetch_add(1, memory_order_relaxed) == 0, "its first value");
        sys::raise_handle(own.handle);
      });
  EXPECT_TRUE(r.exhausted) << r.report;
  EXPECT_GT(r.runs, 1u);
  EXPECT_EQ(made, 8);  // each thread a run can have
}

TEST(CheckerRuns, MemoryOfTheTestIsLeftAlone) {
  std::string text;
  model::verify(scenario("outside").bound(2), [&] {
    word w(0);
    thread other([&] { w.store(1, memory_order_relaxed); });
    w.store(2, memory_order_relaxed);
    model::join_all();
    model::outside([&] { text += "a long text that a small string cannot hold; "; });
  });
  EXPECT_NE(text.find("cannot hold; a long"), std::string::npos);
}

// ---- The walk over all runs ---------------------------------------------------------------------

TEST(CheckerRuns, FindsARunThatDoesNotRepeat) {
  int calls = 0;
  const auto differs_in_call = [&calls](int which) {
    calls = 0;
    return [&calls, which] {
      word a(0), b(0);
      word& touched = ++calls == which ? a : b;
      const auto touch = [&] {
        touched.store(1, memory_order_relaxed);
        touched.store(2, memory_order_relaxed);
      };
      thread one(touch);
      thread two(touch);
      model::join_all();
    };
  };
  const scenario s = scenario("not deterministic").bound(2);
  EXPECT_EQ(kind_of(s, differs_in_call(1)), failure::nondeterminism);
  EXPECT_EQ(kind_of(s, differs_in_call(2)), failure::nondeterminism);
  EXPECT_EQ(kind_of(s, differs_in_call(4)), failure::nondeterminism);
}

void three_times_two_stores() {
  word w(0);
  const auto store_twice = [&] {
    w.store(1, memory_order_relaxed);
    w.store(2, memory_order_relaxed);
  };
  thread one(store_twice);
  thread two(store_twice);
  thread three(store_twice);
  model::join_all();
}

TEST(CheckerRuns, FailsWhenThereAreTooManyRuns) {
  EXPECT_EQ(kind_of(scenario("too many runs").bound(3).max_runs(10), three_times_two_stores),
            failure::run_limit);
}

TEST(CheckerRuns, TheEnvironmentRaisesTheBound) {
  const scenario s = scenario("extra").bound(0);
  const model::result usual = s.explore(three_times_two_stores);
  setenv("ABIDE_MODEL_BOUND_EXTRA", "2", 1);
  const model::result more = s.explore(three_times_two_stores);
  unsetenv("ABIDE_MODEL_BOUND_EXTRA");
  EXPECT_EQ(usual.runs, 6u);  // the orders of three threads
  EXPECT_EQ(more.bound, 2);
  EXPECT_GT(more.runs, usual.runs);
}

TEST(CheckerRuns, TheEnvironmentReplaysATrail) {
  const auto body = [] {
    word w(0);
    thread one([&] { w.store(1, memory_order_relaxed); });
    thread two([&] { w.store(2, memory_order_relaxed); });
    model::join_all();
    model::check(w.load(memory_order_relaxed) == 2, "two is last");
  };
  const scenario s("replay");
  const model::result found = s.explore(body);
  EXPECT_EQ(found.kind, failure::check);
  EXPECT_EQ(found.runs, 2u);
  setenv("ABIDE_MODEL_REPLAY", found.trail.c_str(), 1);
  const model::result again = s.explore(body);
  const model::result other = scenario("another").explore([] {});
  unsetenv("ABIDE_MODEL_REPLAY");
  EXPECT_EQ(again.kind, failure::check);
  EXPECT_EQ(again.runs, 1u);
  EXPECT_TRUE(other.exhausted);
  EXPECT_THROW((void)s.replay("replay:2:zz", body), std::invalid_argument);
  EXPECT_EQ(s.replay("replay:2:03", body).kind, failure::nondeterminism);
}

TEST(CheckerRuns, ASampleFindsWhatLiesBeyondTheBoundAndItsSeedReplaysIt) {
  // Fails only if each thread is preempted twice between its stores.
  const auto body = [] {
    word w(0);
    int seen = 0;
    thread writer([&] {
      for (std::uint32_t i = 1; i <= 3; ++i) w.store(i, memory_order_relaxed);
    });
    thread reader([&] {
      for (std::uint32_t i = 1; i <= 3; ++i) seen += w.load(memory_order_relaxed) == i ? 1 : 0;
    });
    model::join_all();
    model::check(seen < 3, "never in step");
  };
  const scenario s = scenario("in step").bound(2);
  EXPECT_TRUE(s.explore(body).exhausted);
  const model::result found = s.sample(10'000, 7, body);
  EXPECT_EQ(found.kind, failure::check);

  const std::string variable = "ABIDE_MODEL_SEED=";
  const std::size_t at = found.report.find(variable);
  ASSERT_NE(at, std::string::npos) << found.report;
  setenv("ABIDE_MODEL_SEED", found.report.c_str() + at + variable.size(), 1);
  const model::result again = s.sample(1, 7, body);
  unsetenv("ABIDE_MODEL_SEED");
  EXPECT_EQ(again.kind, failure::check);
  EXPECT_EQ(again.trail, found.trail);
  EXPECT_EQ(s.replay(found.trail, body).kind, failure::check);
  EXPECT_TRUE(s.sample(1, 7, [] {}).message.empty());
}

}  // namespace
