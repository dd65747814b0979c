// SPDX-License-Identifier: BSL-1.0

// The checker finds the bugs it is for, each planted in a primitive of a few lines, and passes the
// same primitive without the bug.
#include <abide/deadline.hpp>
#include <abide/sys/atomic.hpp>

#include <cstdint>
#include <memory>
#include <string>

#include "platform/sys.hpp"
#include "verify.hpp"

namespace {

namespace sys = abide::sys;
using abide::deadline;
using model::failure;
using model::plain;
using model::scenario;
using model::thread;
using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using sys::atomic;

using word = atomic<std::uint32_t>;

// Explores the scenario, which must fail that way, and replays the failure.
void expect_failure(const scenario& s, failure kind, const std::function<void()>& body) {
  const model::result found = s.explore(body);
  EXPECT_FALSE(found.exhausted) << found.name;
  EXPECT_EQ(found.kind, kind) << found.report;
  const model::result again = s.replay(found.trail, body);
  EXPECT_EQ(again.kind, found.kind) << again.report;
  EXPECT_EQ(again.message, found.message);
  EXPECT_EQ(again.trail, found.trail);
  EXPECT_EQ(again.runs, 1u);
}

// ---- Lost wakes ---------------------------------------------------------------------------------

enum class expectation { tested, read_again };

void wait_until_set(const word& flag, expectation e) {
  for (;;) {
    const std::uint32_t seen = flag.load(memory_order_acquire);
    if (seen != 0) return;
    sys::sleep(flag, e == expectation::tested ? seen : flag.load(memory_order_acquire),
               deadline::never());
  }
}

std::function<void()> set_and_wait(expectation e) {
  return [e] {
    word flag(0);
    model::name(flag, "flag");
    thread waiter("waiter", [&] { wait_until_set(flag, e); });
    thread setter("setter", [&] {
      flag.store(1, memory_order_release);
      sys::wake_one(flag);
    });
    model::join_all();
  };
}

TEST(Checker, PassesASleepOnTheTestedValue) {
  model::verify(scenario("sleep on the tested value").bound(4).spurious_wakes(1),
                set_and_wait(expectation::tested));
  model::verify(scenario("sleep on the tested value, weak").bound(4).weak(),
                set_and_wait(expectation::tested));
}

TEST(Checker, FindsAValueReadAgainBeforeTheSleep) {
  expect_failure(scenario("value read again").bound(1), failure::deadlock,
                 set_and_wait(expectation::read_again));
}

TEST(Checker, FindsAWakeThatHitsOneOfTwoSleepers) {
  expect_failure(scenario("one wake for two").bound(0), failure::deadlock, [] {
    word flag(0);
    thread one([&] { wait_until_set(flag, expectation::tested); });
    thread two([&] { wait_until_set(flag, expectation::tested); });
    one.await_asleep();
    two.await_asleep();
    flag.store(1, memory_order_release);
    sys::wake_one(flag);
    model::join_all();
  });
}

// ---- Lifetime -----------------------------------------------------------------------------------

enum class last_touch { of_the_word, of_its_address };

// The waiter's word is gone as soon as it is set.
std::function<void()> wake_after_publishing(last_touch t) {
  return [t] {
    auto* flag = new atomic<std::uintptr_t>(0);
    thread setter("setter", [flag, t] {
      flag->store(1, memory_order_release);
      if (t == last_touch::of_the_word) flag->load(memory_order_relaxed);
      sys::wake_address(flag);
    });
    while (flag->load(memory_order_acquire) == 0) sys::sleep_on_address(*flag, 0);
    delete flag;
    model::join_all();
  };
}

TEST(Checker, PassesAWakeByAddressAfterTheWordIsGone) {
  model::verify(scenario("wake by address").bound(4),
                wake_after_publishing(last_touch::of_its_address));
}

TEST(Checker, FindsATouchAfterTheWordMayBeGone) {
  // In the run that meets it first the touch comes in time, but by luck.
  expect_failure(scenario("touch after free").bound(0), failure::race,
                 wake_after_publishing(last_touch::of_the_word));
}

TEST(Checker, FindsATouchOfFreedMemory) {
  expect_failure(scenario("use after free").bound(0), failure::lifetime, [] {
    auto flag = std::make_unique<word>(0u);
    thread user([&flag = *flag] { flag.store(1, memory_order_relaxed); });
    flag.reset();
    model::join_all();
  });
}

TEST(Checker, FindsAWakeOfAWordOnADeadStack) {
  expect_failure(scenario("parker on a dead stack").bound(0), failure::race, [] {
    atomic<word*> parked(nullptr);
    thread setter("setter", [&] {
      word* parker = nullptr;
      while ((parker = parked.load(memory_order_acquire)) == nullptr) (void)sys::pause(0);
      parker->store(1, memory_order_release);
      sys::wake_one(*parker);
    });
    {
      word parker(0);
      model::name(parker, "parker");
      parked.store(&parker, memory_order_release);
      wait_until_set(parker, expectation::tested);
    }
    model::join_all();
  });
}

TEST(Checker, FindsAWordDestroyedUnderItsSleeper) {
  expect_failure(scenario("destroyed under a sleeper").bound(0), failure::lifetime, [] {
    auto flag = std::make_unique<word>(0u);
    thread waiter([&flag = *flag] { wait_until_set(flag, expectation::tested); });
    waiter.await_asleep();
    flag.reset();
  });
}

TEST(Checker, FindsAMissingReleaseBeforeTheDestruction) {
  const auto body = [](std::memory_order last) {
    return [last] {
      auto users = std::make_unique<word>(2u);
      const auto leave = [last](std::unique_ptr<word>& shared) {
        if (shared->fetch_sub(1, last) == 1) shared.reset();
      };
      thread other([&] { leave(users); });
      leave(users);
      model::join_all();
    };
  };
  model::verify(scenario("reference count").bound(3), body(memory_order_acq_rel));
  expect_failure(scenario("relaxed reference count").bound(3), failure::race,
                 body(memory_order_relaxed));
}

TEST(Checker, FindsAnObjectPublishedWithoutRelease) {
  const auto body = [](std::memory_order order) {
    return [order] {
      atomic<word*> shared(nullptr);
      thread maker([&] {
        word* made = new word(7u);
        shared.store(made, order);
      });
      thread user([&] {
        if (word* w = shared.load(memory_order_acquire)) w->load(memory_order_relaxed);
      });
      model::join_all();
      delete shared.load(memory_order_relaxed);
    };
  };
  model::verify(scenario("published").bound(3).weak(), body(memory_order_release));
  expect_failure(scenario("not published").bound(3).weak(), failure::race,
                 body(memory_order_relaxed));
}

// Pointers the compiler cannot look through: it would warn of what follows, or leave it out.
void (*volatile release)(std::uint8_t*) = [](std::uint8_t* p) { delete p; };
std::uint8_t* (*volatile make)() = [] { return new std::uint8_t(7); };

TEST(Checker, FindsDoubleFreeAndLeak) {
  expect_failure(scenario("double free"), failure::lifetime, [] {
    std::uint8_t* const p = make();
    release(p);
    release(p);
  });
  expect_failure(scenario("leak"), failure::leak, [] { thread t([] { make(); }); });
  model::verify(scenario("declared leak"), [] { model::lasting(make()); });
}

TEST(Checker, FillsFreedMemoryAndDoesNotReuseIt) {
  model::verify(scenario("freed memory"), [] {
    std::uint8_t* const first = make();
    release(first);
    model::check(*first == 0xDD, "freed memory is filled");
    const auto second = std::make_unique<std::uint8_t>();
    model::check(second.get() != first, "memory is not reused");
  });
}

// ---- Order --------------------------------------------------------------------------------------

// A fast path that tests the flag with the given order, then uses what the setter wrote before.
std::function<void()> publish(std::memory_order test) {
  return [test] {
    word flag(0);
    plain<int> data(0);
    model::name(data, "data");
    thread setter([&] {
      data = 1;
      flag.store(1, memory_order_release);
    });
    thread user([&] {
      if (flag.load(test) != 0) model::check(data == 1, "the data is there");
    });
    model::join_all();
  };
}

TEST(Checker, FindsAMissingAcquireInBothModes) {
  model::verify(scenario("acquire").bound(2).weak(), publish(memory_order_acquire));
  expect_failure(scenario("relaxed, weak").bound(2).weak(), failure::race,
                 publish(memory_order_relaxed));
  expect_failure(scenario("relaxed, sc").bound(2), failure::race, publish(memory_order_relaxed));
}

// Two flags, each set before the other is tested (Dekker): acquire and release do not order that.
std::function<void()> set_then_test_other() {
  return [] {
    word a(0), b(0);
    atomic<int> inside(0);
    const auto enter = [&](word& mine, word& other) {
      mine.store(1, memory_order_release);
      if (other.load(memory_order_acquire) == 0) inside.fetch_add(1, memory_order_relaxed);
    };
    thread one([&] { enter(a, b); });
    thread two([&] { enter(b, a); });
    model::join_all();
    model::check(inside.load(memory_order_relaxed) < 2, "one at most is inside");
  };
}

TEST(Checker, FindsADekkerPairWithoutTotalOrderInWeakModeOnly) {
  model::verify(scenario("Dekker, sc").bound(4), set_then_test_other());
  expect_failure(scenario("Dekker, weak").bound(4).weak(), failure::check, set_then_test_other());
}

// ---- Outcomes -----------------------------------------------------------------------------------

enum class claim_by { compare_exchange, load_and_store };

std::function<void()> claim_twice(claim_by how) {
  return [how] {
    word claim(0);
    atomic<int> winners(0);
    const auto try_claim = [&](std::uint32_t me) {
      if (how == claim_by::compare_exchange) {
        std::uint32_t waiting = 0;
        return claim.compare_exchange_strong(waiting, me, memory_order_acq_rel);
      }
      if (claim.load(memory_order_acquire) != 0) return false;
      claim.store(me, memory_order_release);
      return true;
    };
    const auto signal = [&](std::uint32_t me) {
      if (try_claim(me)) winners.fetch_add(1, memory_order_relaxed);
    };
    thread one([&] { signal(1); });
    thread two([&] { signal(2); });
    model::join_all();
    model::check(winners.load(memory_order_relaxed) == 1, "there is one outcome");
  };
}

TEST(Checker, FindsADoubleOutcome) {
  model::verify(scenario("claim by compare-exchange").bound(3),
                claim_twice(claim_by::compare_exchange));
  expect_failure(scenario("claim by load and store").bound(1), failure::check,
                 claim_twice(claim_by::load_and_store));
}

TEST(Checker, FindsNothingBelowTheBoundThatTheBugNeeds) {
  const model::result r =
      scenario("double claim at bound 0").bound(0).explore(claim_twice(claim_by::load_and_store));
  EXPECT_TRUE(r.exhausted);
}

TEST(Checker, FindsADeadlockOfTwoLocks) {
  expect_failure(scenario("two locks").bound(1), failure::deadlock, [] {
    word a(0), b(0);
    const auto lock = [](word& w) {
      while (w.exchange(1, memory_order_acquire) != 0) sys::sleep(w, 1, deadline::never());
    };
    const auto unlock = [](word& w) {
      w.store(0, memory_order_release);
      sys::wake_all(w);
    };
    const auto both = [&](word& first, word& second) {
      lock(first);
      lock(second);
      unlock(second);
      unlock(first);
    };
    thread one([&] { both(a, b); });
    thread two([&] { both(b, a); });
    model::join_all();
  });
}

TEST(Checker, NamesThreadsAndObjectsInItsReport) {
  const model::result r =
      scenario("report").bound(1).explore(set_and_wait(expectation::read_again));
  EXPECT_NE(r.report.find("thread 1 waiter sleeps on flag"), std::string::npos) << r.report;
  EXPECT_NE(r.report.find("flag.store(1, release)"), std::string::npos) << r.report;
  EXPECT_NE(r.report.find("ABIDE_MODEL_REPLAY='" + r.trail + "'"), std::string::npos) << r.report;
  EXPECT_NE(r.summary().find("FAILED: no thread can go on"), std::string::npos) << r.summary();
}

TEST(Checker, RefusesSequentialConsistency) {
  expect_failure(scenario("seq_cst"), failure::misuse, [] {
    word w(0);
    w.store(1, std::memory_order_seq_cst);
  });
}

}  // namespace
