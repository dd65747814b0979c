// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include "support/long_form.hpp"
#include "support/renewed_source.hpp"
#include "support/running.hpp"

// P4 where sets overlap: everybody takes some of the same objects, in any order, with and without a
// deadline and a token, puts back what was taken, and in the end all of it is there again.

namespace {

using namespace std::chrono;
using abide::waitable_ref;

constexpr std::size_t event_count = 3;
constexpr std::size_t object_count = event_count + 3;
constexpr std::array<long, object_count> capacity = {1, 1, 1, 2, 2, 1};

class pantry {
 public:
  /// Takes a few objects at once or in any way but that, as often as planned.
  void live(unsigned seed, long meals) {
    std::mt19937 random(seed);
    while (meals != 0) {
      std::array<std::size_t, object_count> order;
      for (std::size_t i = 0; i != object_count; ++i) order[i] = i;
      std::shuffle(order.begin(), order.end(), random);
      const std::size_t wanted = 1 + random() % 4;
      if (take({order.data(), wanted}, random)) --meals;
    }
  }

  support::renewed_source& source() { return source_; }

  long wrong() const { return wrong_; }
  long missed() const { return missed_; }
  bool is_full() const {
    bool full = true;
    for (const auto& e : events_) full = full && e.is_set();
    for (std::size_t i = 0; i != semaphores_.size(); ++i) {
      full = full && semaphores_[i].available() == capacity[event_count + i];
    }
    return full;
  }

 private:
  // Returns whether it was satisfied. What was taken is put back.
  bool take(std::span<const std::size_t> which, std::mt19937& random) {
    std::vector<waitable_ref> items;
    for (const std::size_t i : which) items.push_back(at(i));
    const microseconds little(random() % 200);
    const auto stop = abide::return_on(source_.token());
    std::size_t taken = which.size();
    switch (random() % 5) {
      case 0:
        abide::wait_all(items);
        break;
      case 1:
        if (!abide::wait_all_for(little, items)) taken = 0;
        break;
      case 2:
        if (abide::wait_all(items, stop) != abide::wait_status::ready) taken = 0;
        break;
      case 3:
        if (abide::wait_all_for(little, items, stop) != abide::wait_status::ready) taken = 0;
        break;
      default:  // an ordinary wait, which is served first
        which = which.subspan(abide::wait_any(items), 1);
        taken = 1;
        break;
    }
    if (taken == 0) missed_.fetch_add(1, std::memory_order_relaxed);
    which = which.first(taken);
    for (const std::size_t i : which) {
      if (held_[i].fetch_add(1, std::memory_order_relaxed) >= capacity[i]) ++wrong_;
    }
    for (const std::size_t i : which) held_[i].fetch_sub(1, std::memory_order_relaxed);
    for (const std::size_t i : which) put(i);
    return taken != 0;
  }

  waitable_ref at(std::size_t i) {
    if (i < event_count) return events_[i];
    return semaphores_[i - event_count];
  }
  void put(std::size_t i) {
    if (i < event_count) {
      events_[i].set();
    } else {
      semaphores_[i - event_count].release();
    }
  }

  std::array<abide::auto_reset_event, event_count> events_{
      abide::auto_reset_event(abide::initially_set), abide::auto_reset_event(abide::initially_set),
      abide::auto_reset_event(abide::initially_set)};
  std::array<abide::semaphore, object_count - event_count> semaphores_{
      abide::semaphore(2, 2), abide::semaphore(2, 2, abide::fairness::fifo),
      abide::semaphore(1, 1, abide::fairness::fifo)};
  std::array<std::atomic<long>, object_count> held_{};
  std::atomic<long> wrong_{0};
  std::atomic<long> missed_{0};
  support::renewed_source source_;
};

// Who holds a unit that it took beside another would be seen here, a unit that was lost in the sum,
// and a wake that was lost as a hang.
TEST(WaitAllRace, OverlappingSetsGiveBackAllThatTheyTook) {
  const long meals = support::rounds(10'000, 1'000'000);
  pantry all;
  std::vector<support::running<void>> table;
  for (unsigned i = 0; i != 5; ++i) {
    table.push_back(support::run([&, i] { all.live(i, meals); }));
  }
  auto canceler = support::run([&] { all.source().cancel_at_random(20, 100us); });
  for (auto& t : table) t.get();
  all.source().close();
  canceler.get();
  EXPECT_EQ(all.wrong(), 0);
  EXPECT_TRUE(all.is_full());
  std::printf("figure: %ld meals\n", 5 * meals);
  std::printf("%ld waits timed out or canceled\n", all.missed());
}

// Of several wait_alls and one ordinary wait for the last unit exactly one gets it, in every round.
TEST(WaitAllRace, OfSeveralForOneUnitExactlyOneWins) {
  const long rounds = support::rounds(4'000, 400'000);
  abide::semaphore start(0, abide::fairness::fifo);
  abide::semaphore ended(0);
  const abide::manual_reset_event gate{abide::initially_set};
  abide::auto_reset_event prize;
  std::optional<abide::cancellation_source> over;
  std::atomic<int> winners{0};
  std::vector<support::running<void>> players;
  for (int me = 0; me != 3; ++me) {
    players.push_back(support::run([&, me] {
      for (long i = 0; i != rounds; ++i) {
        start.acquire();
        const auto stop = abide::return_on(over->token());
        const abide::wait_status how = me == 0   ? abide::wait(prize, stop)
                                       : me == 1 ? abide::wait_all(gate, prize, stop)
                                                 : abide::wait_all(prize, gate, stop);
        if (how == abide::wait_status::ready && winners.fetch_add(1) == 0) over->cancel();
        ended.release();
      }
    }));
  }
  long wrong = 0;
  for (long i = 0; i != rounds; ++i) {
    over.emplace();
    winners = 0;
    // Each must have met this round's source before the next is made.
    for (int n = 0; n != 3; ++n) start.release();
    prize.set();
    for (int n = 0; n != 3; ++n) ended.acquire();
    wrong += winners != 1 || prize.is_set() ? 1 : 0;
  }
  for (auto& p : players) p.get();
  EXPECT_EQ(wrong, 0);
  std::printf("figure: %ld rounds\n", rounds);
}

}  // namespace
