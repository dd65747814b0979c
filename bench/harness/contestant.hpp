// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/stage.hpp"

namespace bench {

/// What a contestant stands for: the column of the final table. A task has one limit at most.
enum class side { limit, abide, standard, boost, other };

inline constexpr double unbounded = std::numeric_limits<double>::infinity();

/// What a contestant must keep to. Counts are per trip, of all threads.
struct bounds {
  // Facts: the same on every machine.
  double switches = unbounded;
  double system_calls = unbounded;
  double allocations = unbounded;
  double bytes = unbounded;  // the figure of a task that weighs
  // Figures and shares, against the other sides of the same task in the same run.
  double times_limit = unbounded;
  double faster_than_standard = 0;  // at least so many times
  double share_of_limits = 0;       // the smallest thread's share, at least so much of the limit's
};

/// Something that threads do together, trip by trip.
class contestant {
 public:
  explicit contestant(side stands_for, std::string name, bounds kept = {})
      : side_(stands_for), name_(std::move(name)), kept_(kept) {}
  contestant(const contestant&) = delete;
  contestant& operator=(const contestant&) = delete;
  virtual ~contestant() = default;

  side stands_for() const noexcept { return side_; }
  const std::string& name() const noexcept { return name_; }
  const bounds& kept() const noexcept { return kept_; }

  /// What one thread does in n trips. Thread 0 is the one that is timed.
  virtual void part(unsigned thread, unsigned n) = 0;

  /// What the last n trips are measured by: their time, unless only a stretch of each counts, or
  /// something else than time.
  virtual double figure(double nanoseconds) const { return nanoseconds; }

  /// The share of the last n trips of the thread that got the fewest; 1 is an even one.
  virtual std::optional<double> smallest_share() const { return std::nullopt; }

 private:
  const side side_;
  const std::string name_;
  const bounds kept_;
};

using contestants = std::vector<std::unique_ptr<contestant>>;

template <class Contestant, class... Arguments>
void add(contestants& all, Arguments&&... arguments) {
  all.push_back(std::make_unique<Contestant>(std::forward<Arguments>(arguments)...));
}

}  // namespace bench
