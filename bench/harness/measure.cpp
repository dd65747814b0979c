// SPDX-License-Identifier: BSL-1.0
#include "harness/measure.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <random>
#include <thread>

#include "harness/allocations.hpp"
#include "harness/system_calls.hpp"

// The machine's speed drifts, so contestants are never measured one after the other: each round
// runs all of them once, in shuffled order and for about a millisecond, and times are compared only
// within a round. Between batches the machine rests, so that a quota
// on processor time is not used up.

namespace bench {
namespace {

using clock = std::chrono::steady_clock;
using microseconds = std::chrono::duration<double, std::micro>;

constexpr microseconds batch_length{1000};
constexpr unsigned lead_in = 16;  // round trips before a window opens

// What happened in one thread during its part of a batch.
struct window {
  microseconds time{};
  long switches = 0;
  long sleeps = 0;
  unsigned long allocations = 0;
};

template <class Part>
window watch(Part part) {
  window w;
  rusage before;
  rusage after;
  const unsigned long allocated = allocations();
  getrusage(RUSAGE_THREAD, &before);
  const auto start = clock::now();
  part();
  w.time = clock::now() - start;
  getrusage(RUSAGE_THREAD, &after);
  w.sleeps = after.ru_nvcsw - before.ru_nvcsw;
  w.switches = w.sleeps + after.ru_nivcsw - before.ru_nivcsw;
  w.allocations = allocations() - allocated;
  return w;
}

// One contestant while the rounds run.
struct runner {
  contestant* who;
  unsigned trips = 0;  // of one batch
  std::vector<double> times{};
  std::vector<double> switches{};
  std::vector<double> sleeps{};
  std::vector<double> allocations{};
  std::vector<double> system_calls{};
};

void run_batch(thread_pair& threads, runner& r) {
  window first;
  window second;
  threads.run(
      [&] {
        r.who->first(lead_in);
        first = watch([&] { r.who->first(r.trips); });
      },
      [&] {
        r.who->second(lead_in);
        second = watch([&] { r.who->second(r.trips); });
      });
  const double trips = r.trips;
  r.times.push_back(first.time.count() / trips);
  r.switches.push_back(static_cast<double>(first.switches + second.switches) / trips);
  r.sleeps.push_back(static_cast<double>(first.sleeps) / trips);
  r.allocations.push_back(static_cast<double>(first.allocations + second.allocations) / trips);
  std::this_thread::sleep_for(first.time);
}

// Finds how many round trips make a batch. Warms up caches and what is made in a first wait.
void calibrate(thread_pair& threads, runner& r) {
  r.trips = 32;
  for (int i = 0; i != 3; ++i) {
    run_batch(threads, r);
    const double trips = batch_length.count() / r.times.back();
    r.trips = static_cast<unsigned>(std::clamp(trips, 16.0, 1e6));
  }
  r = runner{r.who, r.trips};
}

// A shorter batch, because counting slows the calls down.
void count_system_calls(thread_pair& threads, runner& r) {
  const unsigned trips = std::max(r.trips / 4, 32u);
  std::optional<unsigned long> first;
  std::optional<unsigned long> second;
  threads.run(
      [&] {
        r.who->first(lead_in);
        const system_call_counter counter;
        r.who->first(trips);
        first = counter.count();
      },
      [&] {
        r.who->second(lead_in);
        const system_call_counter counter;
        r.who->second(trips);
        second = counter.count();
      });
  if (first && second) r.system_calls.push_back(static_cast<double>(*first + *second) / trips);
}

double median(const std::vector<double>& values) { return quantile(values, 0.5); }

}  // namespace

double quantile(std::vector<double> values, double q) {
  const auto at = values.begin() +
                  static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double ratio(const figures& a, const figures& b) {
  std::vector<double> quotients;
  for (std::size_t i = 0; i != a.times.size(); ++i) quotients.push_back(a.times[i] / b.times[i]);
  return median(quotients);
}

std::vector<figures> measure(const subject& what, unsigned rounds) {
  const contestants all = what.make();
  std::vector<runner> runners;
  for (const auto& who : all) runners.push_back({who.get()});

  thread_pair threads(what.second_thread);
  for (runner& r : runners) calibrate(threads, r);

  std::vector<runner*> order;
  for (runner& r : runners) order.push_back(&r);
  std::mt19937 random;  // the same order each time: a run can be repeated
  for (unsigned round = 0; round != rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (runner* r : order) run_batch(threads, *r);
    for (runner* r : order) count_system_calls(threads, *r);
  }

  std::vector<figures> table;
  for (const runner& r : runners) {
    table.push_back({.name = r.who->name(),
                     .kept = r.who->kept(),
                     .times = r.times,
                     // Not the median: other programs on the processor can only add switches.
                     .switches = quantile(r.switches, 0.1),
                     .sleeps = median(r.sleeps),
                     .allocations = quantile(r.allocations, 1),
                     .system_calls = r.system_calls.empty()
                                         ? std::nullopt
                                         : std::optional(median(r.system_calls))});
  }
  return table;
}

}  // namespace bench
