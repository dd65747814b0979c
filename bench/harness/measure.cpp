// SPDX-License-Identifier: BSL-1.0
#include "harness/measure.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <random>
#include <thread>

#include "harness/allocations.hpp"
#include "harness/crew.hpp"
#include "harness/system_calls.hpp"

// The machine's speed drifts, so contestants are never measured one after the other: each round
// runs all of a task once, in shuffled order and for about a millisecond, and figures are compared
// only within a round. Between batches the machine rests, so that a quota on processor time is not
// used up.

namespace bench {
namespace {

using clock = std::chrono::steady_clock;
using nanoseconds = std::chrono::duration<double, std::nano>;

constexpr unsigned fewest_trips = 4;

// What happened in one thread during its part of a batch.
struct window {
  nanoseconds time{};
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
  std::vector<double> values{};
  std::vector<double> switches{};
  std::vector<double> sleeps{};
  std::vector<double> allocations{};
  std::vector<double> system_calls{};
  std::vector<double> shares{};

  // Trips before a window opens, so that all threads are under way.
  unsigned lead_in() const { return std::min(trips, 16u); }
};

// Returns how long the timed thread took.
nanoseconds run_batch(const stage& on, crew& threads, runner& r) {
  std::vector<window> windows(on.threads);
  threads.run([&](unsigned i) {
    r.who->part(i, r.lead_in());
    windows[i] = watch([&] { r.who->part(i, r.trips); });
  });
  const double trips = r.trips;
  const auto sum = [&](auto member, std::size_t of) {
    double total = 0;
    for (std::size_t i = 0; i != of; ++i) total += static_cast<double>(windows[i].*member);
    return total / trips;
  };
  r.values.push_back(r.who->figure(windows[0].time.count()) / trips);
  r.switches.push_back(sum(&window::switches, on.threads));
  r.sleeps.push_back(sum(&window::sleeps, on.sleepers) / on.sleepers);
  r.allocations.push_back(sum(&window::allocations, on.threads));
  if (const auto share = r.who->smallest_share()) r.shares.push_back(*share);
  return windows[0].time;
}

// Finds how many trips make a batch. Warms up caches and what is made in a first wait.
void calibrate(const stage& on, crew& threads, runner& r) {
  r.trips = fewest_trips;
  for (int i = 0; i != 4; ++i) {
    const nanoseconds took = run_batch(on, threads, r);
    const double trips = r.trips * (on.batch / took);
    // A first batch may be far too slow to tell.
    r.trips = static_cast<unsigned>(std::clamp(trips, double{fewest_trips}, 1e6));
  }
  r = runner{r.who, r.trips};
}

// A shorter batch, because counting slows the calls down.
void count_system_calls(const stage& on, crew& threads, runner& r) {
  const unsigned trips = std::max(r.trips / 4, std::min(r.trips, 32u));
  std::vector<std::optional<unsigned long>> counts(on.threads);
  threads.run([&](unsigned i) {
    r.who->part(i, std::min(trips, r.lead_in()));
    const system_call_counter counter;
    r.who->part(i, trips);
    counts[i] = counter.count();
  });
  double total = 0;
  for (const auto& count : counts) {
    if (!count) return;
    total += static_cast<double>(*count);
  }
  r.system_calls.push_back(total / trips);
}

double median(const std::vector<double>& values) { return quantile(values, 0.5); }

std::optional<double> median_if_any(const std::vector<double>& values) {
  return values.empty() ? std::nullopt : std::optional(median(values));
}

}  // namespace

double quantile(std::vector<double> values, double q) {
  const auto at = values.begin() +
                  static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double ratio(const figures& a, const figures& b) {
  std::vector<double> quotients;
  for (std::size_t i = 0; i != a.values.size(); ++i) quotients.push_back(a.values[i] / b.values[i]);
  return median(quotients);
}

const figures* race::of(side wanted) const noexcept {
  for (const figures& row : table) {
    if (row.stands_for == wanted) return &row;
  }
  return nullptr;
}

race measure(const task& what, unsigned rounds) {
  const contestants all = what.make();
  std::vector<runner> runners;
  for (const auto& who : all) runners.push_back({who.get()});

  crew threads(what.on);
  for (runner& r : runners) calibrate(what.on, threads, r);

  std::vector<runner*> order;
  for (runner& r : runners) order.push_back(&r);
  std::mt19937 random;  // the same order each time: a run can be repeated
  for (unsigned round = 0; round != rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (runner* r : order) std::this_thread::sleep_for(run_batch(what.on, threads, *r));
    for (runner* r : order) count_system_calls(what.on, threads, *r);
  }

  race result{what.name, what.on, {}};
  for (const runner& r : runners) {
    result.table.push_back({.stands_for = r.who->stands_for(),
                            .name = r.who->name(),
                            .kept = r.who->kept(),
                            .values = r.values,
                            // Not the median: other programs on the processor only add switches.
                            .switches = quantile(r.switches, 0.1),
                            .sleeps = median(r.sleeps),
                            .allocations = quantile(r.allocations, 1),
                            .system_calls = median_if_any(r.system_calls),
                            .share = median_if_any(r.shares)});
  }
  return result;
}

}  // namespace bench
