// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <random>
#include <vector>

#include "core/blocked_call.hpp"
#include "support/rendezvous.hpp"

// INV-3, looked at after each step of a random sequence: who waits on a barging semaphore is
// promised what is there, and the first of those is awake.

namespace {

using abide::semaphore;
using abide::core::outcome;
using abide::core::wait_entry;
using link = wait_entry::link;

/// A wait for the semaphore or another object that does what it is told, when it is told.
class slow_wait {
 public:
  explicit slow_wait(semaphore& s)
      : items_{s, other_}, call_({items_, 2}, abide::deadline::never()) {
    call_.enrol(0);
  }
  bool is_decided() const { return call_.decided() != abide::core::waiting; }
  bool has_taken() const { return how_ == 1; }
  void time_out() { call_.decide(abide::core::timed_out); }
  void take_the_other_object() { call_.decide(2); }
  void wake_up() { call_.take_if_poked(); }
  void leave() { how_ = call_.leave(); }

 private:
  abide::cancellation_token other_;  // none: a place in the list, and no more
  abide::waitable_ref items_[2];
  abide::core::blocked_call call_;
  outcome how_ = abide::core::waiting;
};

void check_promises(semaphore& s) {
  abide::core::locked list = support::lock(s);
  std::size_t marked = 0;
  bool passed_over = false;  // somebody who still waits, and has no promise
  for (wait_entry* e = list.first(); e != nullptr;
       e = e->next == list.first() ? nullptr : e->next) {
    const link status = e->status.load(abide::sys::memory_order_relaxed);
    if (status == link::linked) {
      passed_over = passed_over || e->block->decided() == abide::core::waiting;
      continue;
    }
    EXPECT_FALSE(passed_over) << "the longest waiting first";
    EXPECT_EQ(status, marked == 0 ? link::poked : link::promised) << "the first is awake";
    ++marked;
  }
  const std::size_t units = list.units();
  EXPECT_LE(marked, units == 0 ? 1 : units) << "promises are covered, but to who is awake already";
  EXPECT_TRUE(marked >= units || !passed_over) << "nobody is stranded beside a unit";
  list.publish();
}

TEST(SemaphorePromise, AsManyAsThereAreUnitsWhoeverComesTakesOrLeaves) {
  std::mt19937 random(1);
  semaphore s(0);
  std::ptrdiff_t in = 0;
  std::ptrdiff_t out = 0;
  std::vector<std::unique_ptr<slow_wait>> waits;
  const auto leave = [&](std::size_t i) {
    waits[i]->leave();
    out += waits[i]->has_taken() ? 1 : 0;
    waits.erase(waits.begin() + static_cast<std::ptrdiff_t>(i));
  };
  for (int step = 0; step != 50'000 && !HasFailure(); ++step) {
    const std::size_t i = waits.empty() ? 0 : random() % waits.size();
    const unsigned what = random() % 16;
    if (what < 5) {
      if (waits.size() < 24) waits.push_back(std::make_unique<slow_wait>(s));
    } else if (what < 8) {
      const auto n = static_cast<std::ptrdiff_t>(random() % 4);
      s.release(n);
      in += n;
    } else if (what < 10) {
      out += s.try_acquire() ? 1 : 0;
    } else if (!waits.empty()) {
      if (what == 10) waits[i]->time_out();
      if (what == 11) waits[i]->take_the_other_object();
      if (what > 11) waits[i]->wake_up();
      if (what > 13 && waits[i]->is_decided()) leave(i);
    }
    check_promises(s);
  }
  while (!waits.empty()) {
    waits.back()->time_out();
    leave(waits.size() - 1);
    check_promises(s);
  }
  EXPECT_EQ(s.available(), in - out);
}

}  // namespace
