// SPDX-License-Identifier: BSL-1.0
#include "harness/judge.hpp"

#include <cstddef>

namespace bench {

std::vector<verdict> judge(const race& run, const figures& row) {
  using enum verdict::kind;
  using enum verdict::sense;
  std::vector<verdict> all;
  const figures* limit = run.of(side::limit);
  const figures* standard = run.of(side::standard);
  if (limit != nullptr) {
    all.push_back(
        {figure, at_most, std::string(times_the_limit), ratio(row, *limit), row.kept.times_limit});
  }
  if (row.kept.faster_than_standard > 0) {
    all.push_back({figure, at_least, "x faster than std", ratio(*standard, row),
                   row.kept.faster_than_standard});
  }
  if (row.kept.share_of_limits > 0) {
    // Where the limit starves a thread, so may the others.
    const double of_limits = *limit->share > 0 ? *row.share / *limit->share : 1;
    all.push_back(
        {figure, at_least, "of the limit's smallest share", of_limits, row.kept.share_of_limits});
  }
  const auto count = [&](const char* what, double value, double bound) {
    if (bound != unbounded) all.push_back({fact, at_most, what, value, bound});
  };
  count("switches", row.switches, row.kept.switches);
  if (row.system_calls) count("syscalls", *row.system_calls, row.kept.system_calls);
  count("allocations", row.allocations, row.kept.allocations);
  count("bytes", quantile(row.values, 1), row.kept.bytes);
  // A sleep that is missing was a signal to somebody awake.
  if (run.on.sleeps > 0) {
    all.push_back({fact, at_least, "sleeps", row.sleeps, run.on.sleeps - 0.02 / run.on.sleepers});
  }
  return all;
}

std::vector<verdict> judge_worst(const std::vector<race>& runs, std::size_t contestant) {
  std::vector<verdict> worst;
  for (const race& run : runs) {
    const std::vector<verdict> all = judge(run, run.table[contestant]);
    if (worst.empty()) worst = all;
    for (std::size_t i = 0; i != all.size(); ++i) {
      if (all[i].worse_than(worst[i])) worst[i] = all[i];
    }
  }
  return worst;
}

std::size_t worst_run(const std::vector<race>& runs, std::size_t contestant) {
  const std::vector<verdict> worst = judge_worst(runs, contestant);
  if (worst.empty()) return 0;
  for (std::size_t i = 0; i != runs.size(); ++i) {
    if (judge(runs[i], runs[i].table[contestant])[0].value == worst[0].value) return i;
  }
  return 0;
}

}  // namespace bench
