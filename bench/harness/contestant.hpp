// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/thread_pair.hpp"

namespace bench {

inline constexpr double unbounded = std::numeric_limits<double>::infinity();

/// What a contestant must keep to. Counts and times are per round trip, of both threads.
struct bounds {
  // Facts: the same on every machine.
  double switches = unbounded;
  double system_calls = unbounded;
  double allocations = unbounded;
  // Times, as a ratio to another contestant of the same run.
  double times_limit = unbounded;
  std::string_view faster_than{};  // the contestant's name
  double factor = 0;               // at least so many times
};

/// Something that two threads do together, round trip by round trip.
class contestant {
 public:
  explicit contestant(std::string name, bounds kept = {}) : name_(std::move(name)), kept_(kept) {}
  contestant(const contestant&) = delete;
  contestant& operator=(const contestant&) = delete;
  virtual ~contestant() = default;

  const std::string& name() const noexcept { return name_; }
  const bounds& kept() const noexcept { return kept_; }

  /// The part of the timed thread, n round trips long, and the part of the other.
  virtual void first(unsigned n) = 0;
  virtual void second(unsigned n) = 0;

 private:
  const std::string name_;
  const bounds kept_;
};

using contestants = std::vector<std::unique_ptr<contestant>>;

template <class Contestant, class... Arguments>
void add(contestants& all, Arguments&&... arguments) {
  all.push_back(std::make_unique<Contestant>(std::forward<Arguments>(arguments)...));
}

/// One table. The first contestant is the limit that the others are divided by.
struct subject {
  std::string_view name;
  std::string_view title;
  priority second_thread;
  // Every wait of the first thread must sleep: a row with another figure in that column is void.
  enum class sleep { as_it_comes, every_time } first_thread_sleeps;
  contestants (*make)();
};

}  // namespace bench
