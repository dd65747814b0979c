// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <random>
#include <vector>

#include "support/long_form.hpp"
#include "support/rendezvous.hpp"
#include "support/renewed_source.hpp"
#include "support/running.hpp"

// A semaphore whose waits are canceled and timed out while units are on their way to them: no unit
// is lost, none is made, and nobody stays behind.

namespace {

using namespace std::chrono;
using abide::fairness;
using abide::semaphore;

constexpr int thread_count = 4;

/// Threads that pass a few units around, and others who cancel them.
class circle {
 public:
  circle(semaphore& units, long units_in_circle) : units_(units), most_(units_in_circle) {}

  void pass_around(unsigned seed, long turns) {
    std::mt19937 random(seed);
    while (turns != 0) {
      const long wanted = 1 + static_cast<long>(random() % 2);
      long got = 0;
      while (got != wanted && acquire(random)) ++got;
      if (held_.fetch_add(got) + got > most_) ++wrong_;
      held_.fetch_sub(got);
      if (got != 0) (void)units_.release(got);
      turns -= got != 0 ? 1 : 0;
    }
  }

  support::renewed_source& source() { return source_; }

  long wrong() const { return wrong_; }

 private:
  // Two units are wanted at most, so who holds one does not wait for ever for another.
  bool acquire(std::mt19937& random) {
    const microseconds little(random() % 60);
    const auto stop = abide::return_on(source_.token());
    switch (random() % 4) {
      case 0:
        return units_.try_acquire_for(little);
      case 1:
        return units_.try_acquire_for(little, stop) == abide::wait_status::ready;
      case 2:
        return units_.acquire(stop) == abide::wait_status::ready;
      default:
        return units_.try_acquire();
    }
  }

  semaphore& units_;
  const long most_;
  std::atomic<long> held_{0};
  std::atomic<long> wrong_{0};
  support::renewed_source source_;
};

void expect_units_to_be_kept(semaphore& units, long units_in_circle) {
  const std::ptrdiff_t before = units.available();
  const long turns = support::rounds(5'000, 500'000);
  circle all(units, units_in_circle);
  std::vector<support::running<void>> threads;
  for (unsigned i = 0; i != thread_count; ++i) {
    threads.push_back(support::run([&, i] { all.pass_around(i, turns); }));
  }
  auto canceler = support::run([&] { all.source().cancel_at_random(9, 60us); });
  for (auto& t : threads) t.get();
  all.source().close();
  canceler.get();
  EXPECT_EQ(all.wrong(), 0);
  EXPECT_EQ(units.available(), before);
  EXPECT_EQ(support::queued(units), 0u);
  std::printf("figure: %ld turns\n", thread_count * turns);
}

TEST(SemaphoreRace, FifoKeepsItsUnitsThoughWaitsAreCanceled) {
  semaphore units(2, 2, fairness::fifo);
  expect_units_to_be_kept(units, 2);
}

TEST(SemaphoreRace, BargingKeepsItsUnitsThoughWaitsAreCanceled) {
  semaphore units(2, 2);
  expect_units_to_be_kept(units, 2);
}

// With an exported handle the count stands beside the queue also when nobody waits.
TEST(SemaphoreRace, AtTheLargestCountKeepsItsUnits) {
  constexpr auto most = std::numeric_limits<std::int32_t>::max();
  for (const auto f : {fairness::fifo, fairness::barging}) {
    for (const bool with_handle : {false, true}) {
      semaphore units(most, most, f);
      if (with_handle) (void)units.native_handle();
      expect_units_to_be_kept(units, 2 * thread_count);
      EXPECT_THROW(units.release(), abide::semaphore_full);
    }
  }
}

// A release of n finds n waits that a cancel meets: each unit is with a wait or is still there.
TEST(SemaphoreRace, WhatAReleaseGivesToCanceledWaitsIsTakenOrThere) {
  const long rounds = support::rounds(1'500, 150'000);
  for (const auto f : {fairness::fifo, fairness::barging}) {
    std::array<semaphore, 2> turn{semaphore(0, fairness::fifo), semaphore(0, fairness::fifo)};
    semaphore ended(0);
    std::atomic<long> taken{0};
    abide::cancellation_source source;
    semaphore units(0, 2, f);
    std::vector<support::running<void>> waiters;
    for (auto& mine : turn) {
      waiters.push_back(support::run([&] {
        for (long i = 0; i != rounds; ++i) {
          mine.acquire();
          const auto how = units.acquire(abide::return_on(source.token()));
          taken += how == abide::wait_status::ready ? 1 : 0;
          ended.release();
        }
      }));
    }
    long wrong = 0;
    for (long i = 0; i != rounds; ++i) {
      for (auto& t : turn) t.release();
      if (i % 3 != 0) support::wait_until_queued(units, 2);
      const long given = 1 + i % 2;
      auto releaser = support::run([&] { (void)units.release(given); });
      source.cancel();
      releaser.get();
      for (int n = 0; n != 2; ++n) ended.acquire();
      wrong += taken + units.available() != given ? 1 : 0;
      while (units.try_acquire()) {}
      taken = 0;
      source = abide::cancellation_source();
    }
    for (auto& w : waiters) w.get();
    EXPECT_EQ(wrong, 0);
    std::printf("figure: %ld rounds\n", rounds);
  }
}

}  // namespace
