// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <mutex>
#include <random>
#include <vector>

#include "support/long_form.hpp"
#include "support/running.hpp"

// P2 as a sum: what goes in comes out. Three threads signal, four wait in every way and are timed
// out and canceled, one cancels them. Each signal is received once, none is lost or doubled.

namespace {

using namespace std::chrono;
using abide::throw_on;
using abide::waitable_ref;

constexpr std::size_t event_count = 3;
constexpr std::size_t semaphore_count = 4;
constexpr int waiter_count = 4;
constexpr long most_in_flight = 12;  // so that waits block

class exchange {
 public:
  explicit exchange(long signals) : planned_(signals) {
    for (auto& may : may_set_) may.store(true, std::memory_order_relaxed);
  }

  /// Signals until the plan is fulfilled.
  void signal(unsigned seed) {
    std::mt19937 random(seed);
    while (given_.fetch_add(1, std::memory_order_relaxed) < planned_) {
      in_flight_.acquire();
      const std::size_t which = random() % (event_count + semaphore_count);
      // An event holds one signal: it is set again only after the last one was received.
      if (which < event_count && may_set_[which].exchange(false, std::memory_order_acquire)) {
        events_[which].set();
      } else {
        semaphores_[which % semaphore_count].release();
      }
    }
  }

  /// Waits in random ways until the exchange is closed.
  void receive(int me, unsigned seed) {
    std::mt19937 random(seed);
    while (!closed_.is_cancellation_requested()) {
      const abide::cancellation_token token = fresh_token(me);
      try {
        receive_once(random, token);
      } catch (const abide::operation_canceled&) {
        canceled_.fetch_add(1, std::memory_order_relaxed);
      }
    }
  }

  void cancel_at_random(unsigned seed) {
    std::mt19937 random(seed);
    while (!closed_.is_cancellation_requested()) {
      cancel(static_cast<int>(random() % waiter_count));
      abide::sleep_for(microseconds(random() % 50));
    }
  }

  /// Waits until all that was given is received, then ends the receivers.
  void close() {
    for (long i = 0; i != most_in_flight; ++i) in_flight_.acquire();
    closed_.cancel();
    for (int i = 0; i != waiter_count; ++i) cancel(i);
  }

  long received() const { return received_; }
  long canceled() const { return canceled_; }
  long timed_out() const { return timed_out_; }
  bool is_empty() const {
    return std::none_of(events_.begin(), events_.end(), [](auto& e) { return e.is_set(); }) &&
           std::all_of(semaphores_.begin(), semaphores_.end(),
                       [](auto& s) { return s.available() == 0; });
  }

 private:
  void receive_once(std::mt19937& random, const abide::cancellation_token& token) {
    const microseconds little(random() % 60);
    const std::size_t e = random() % event_count;
    const std::size_t s = random() % semaphore_count;
    std::array<std::size_t, event_count + semaphore_count> order;
    for (std::size_t i = 0; i != order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random);
    const auto size = static_cast<std::ptrdiff_t>(1 + random() % order.size());
    std::vector<waitable_ref> some;
    for (std::ptrdiff_t i = 0; i != size; ++i)
      some.push_back(at(order[static_cast<std::size_t>(i)]));

    switch (random() % 8) {
      case 0:
        if (auto i = abide::wait_any_for(little, some, throw_on(token))) return got(order[*i]);
        break;
      case 1:
        return got(order[abide::wait_any(some, throw_on(token))]);
      case 2:
        if (events_[e].wait_for(little, token)) return got(e);
        break;
      case 3:
        if (semaphores_[s].try_acquire_for(little)) return got(event_count + s);
        break;
      case 4:
        semaphores_[s].acquire(token);
        return got(event_count + s);
      case 5:
        if (events_[e].try_wait()) return got(e);
        return;
      case 6: {
        const auto r =
            abide::wait_any_for(little, abide::return_on(token), events_[e], semaphores_[s]);
        if (r.status == abide::wait_status::ready) return got(r.index == 1 ? e : event_count + s);
        break;
      }
      default:
        if (!abide::wait_all_for(little, semaphores_[s], throw_on(token), events_[e])) break;
        got(e);
        return got(event_count + s);
    }
    timed_out_.fetch_add(1, std::memory_order_relaxed);
  }

  waitable_ref at(std::size_t i) {
    if (i < event_count) return events_[i];
    return semaphores_[i - event_count];
  }

  void got(std::size_t i) {
    received_.fetch_add(1, std::memory_order_relaxed);
    if (i < event_count && may_set_[i].exchange(true, std::memory_order_release)) {
      ADD_FAILURE() << "a signal of event " << i << " was received twice";
    }
    in_flight_.release();
  }

  abide::cancellation_token fresh_token(int me) {
    const std::lock_guard guard(mutex_);
    auto& source = sources_[static_cast<std::size_t>(me)];
    if (source.is_cancellation_requested()) source = abide::cancellation_source();
    // Closed meanwhile: nobody would cancel the new one.
    return closed_.is_cancellation_requested() ? closed_.token() : source.token();
  }

  void cancel(int who) {
    abide::cancellation_source source;
    {
      const std::lock_guard guard(mutex_);
      source = sources_[static_cast<std::size_t>(who)];
    }
    source.cancel();
  }

  const long planned_;
  std::atomic<long> given_{0};
  std::atomic<long> received_{0};
  std::atomic<long> canceled_{0};
  std::atomic<long> timed_out_{0};
  std::array<abide::auto_reset_event, event_count> events_;
  std::array<abide::semaphore, semaphore_count> semaphores_{
      abide::semaphore(0), abide::semaphore(0), abide::semaphore(0, abide::fairness::fifo),
      abide::semaphore(0, abide::fairness::fifo)};
  std::array<std::atomic<bool>, event_count> may_set_;
  abide::semaphore in_flight_{most_in_flight, most_in_flight};
  abide::cancellation_source closed_;
  std::mutex mutex_;
  std::array<abide::cancellation_source, waiter_count> sources_;
};

TEST(Conservation, WhatGoesInComesOut) {
  const long signals = support::rounds(200'000, 10'000'000);
  exchange all(signals);
  std::vector<support::running<void>> threads;
  for (unsigned i = 0; i != 3; ++i) threads.push_back(support::run([&, i] { all.signal(i); }));
  for (int i = 0; i != waiter_count; ++i) {
    threads.push_back(support::run([&, i] { all.receive(i, 10 + static_cast<unsigned>(i)); }));
  }
  threads.push_back(support::run([&] { all.cancel_at_random(20); }));
  for (std::size_t i = 0; i != 3; ++i) threads[i].get();
  all.close();
  for (std::size_t i = 3; i != threads.size(); ++i) threads[i].get();
  EXPECT_EQ(all.received(), signals);
  EXPECT_TRUE(all.is_empty());
  EXPECT_GT(all.canceled(), 0);
  EXPECT_GT(all.timed_out(), 0);
  std::printf("figure: %ld signals\n", signals);
  std::printf("%ld waits canceled, %ld timed out\n", all.canceled(), all.timed_out());
}

}  // namespace
