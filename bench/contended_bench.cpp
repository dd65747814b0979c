// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <atomic>
#include <barrier>
#include <string>
#include <utility>
#include <vector>

#include "harness/contestant.hpp"
#include "harness/keep.hpp"
#include "peers/abide_semaphore.hpp"
#include "peers/boost_semaphore.hpp"
#include "peers/posix_semaphore.hpp"
#include "peers/std_counting_semaphore.hpp"
#include "subjects.hpp"

namespace bench {
namespace {

using enum side;

/// Threads that take units of one semaphore and give them back, from one budget of trips, until it
/// is used up. A Semaphore is constructed with its units and has wait() and signal().
template <class Semaphore>
class contention final : public contestant {
 public:
  contention(side stands_for, std::string name, unsigned threads, unsigned units, bounds kept = {})
      : contestant(stands_for, std::move(name), kept),
        semaphore_(units),
        trips_(threads),
        together_(static_cast<std::ptrdiff_t>(threads)) {}

  void part(unsigned thread, unsigned n) override {
    if (thread == 0) budget_.store(static_cast<int>(n), std::memory_order_relaxed);
    together_.arrive_and_wait();
    trips_[thread].done = 0;
    for (int left; (left = budget_.fetch_sub(piece, std::memory_order_relaxed)) > 0;) {
      const int taken = std::min(left, piece);
      for (int i = 0; i != taken; ++i) {
        semaphore_.wait();
        for (int work = 0; work != 50; ++work) keep(work);
        semaphore_.signal();
      }
      trips_[thread].done += taken;
    }
    together_.arrive_and_wait();
  }

  std::optional<double> smallest_share() const override {
    double total = 0;
    double least = unbounded;
    for (const count& of : trips_) {
      total += of.done;
      least = std::min(least, double{1} * of.done);
    }
    return least * static_cast<double>(trips_.size()) / total;
  }

 private:
  static constexpr int piece = 16;  // so that the budget is no contest of its own
  struct alignas(64) count {
    int done = 0;
  };

  Semaphore semaphore_;
  std::vector<count> trips_;
  std::barrier<> together_;
  std::atomic<int> budget_{0};
};

task contend(unsigned threads, unsigned units) {
  // Long enough for every thread to have its turns at the processor.
  const stage spread{.threads = threads,
                     .processors = usable_processors(),
                     .batch = threads * std::chrono::milliseconds(3)};
  return {std::to_string(threads) + " threads, " + std::to_string(units) +
              (units == 1 ? " unit" : " units"),
          spread, [=] {
            // None but those of a thread's first wait, which may come late.
            const bounds kept{.allocations = 0.01, .times_limit = 1.15, .share_of_limits = 0.5};
            contestants all;
            add<contention<posix_semaphore>>(all, limit, "sem_t", threads, units);
            add<contention<abide_semaphore>>(all, abide, "abide", threads, units, kept);
            add<contention<std_counting_semaphore>>(all, standard, "std::counting_semaphore",
                                                    threads, units);
            add<contention<boost_semaphore>>(all, boost, "boost::mutex, condition_variable",
                                             threads, units);
            return all;
          }};
}

std::vector<task> tasks() {
  std::vector<task> all;
  for (const unsigned units : {1u, 2u}) {
    for (const unsigned threads : {2u, 4u, 8u}) all.push_back(contend(threads, units));
  }
  return all;
}

}  // namespace

const subject contended_subject{
    "contended", "threads on all processors take a unit of one semaphore and give it back", "ns",
    tasks};

}  // namespace bench
