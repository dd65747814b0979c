// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <iostream>

#include "checker.hpp"

namespace model {

/// Explores the scenario with and without sleep sets, and fails the test unless the runs are the
/// same up to the order of independent steps, and have the same outcomes.
inline result expect_that_nothing_is_lost(scenario s, const std::function<void()>& body) {
  s.tell_runs_apart();
  const result all = s.search(reduction::none).explore(body);
  const result fewer = s.search(reduction::sleep_sets).explore(body);
  EXPECT_TRUE(all.exhausted) << all.report;
  EXPECT_TRUE(fewer.exhausted) << fewer.report;
  EXPECT_EQ(fewer.outcomes, all.outcomes) << all.name;
  EXPECT_EQ(fewer.fatal_runs == 0, all.fatal_runs == 0) << all.name;
  EXPECT_TRUE(fewer.equivalence == all.equivalence)
      << all.name << ": " << fewer.equivalence.size() << " of " << all.equivalence.size();
  std::cout << all.name << ": " << all.equivalence.size() << " different runs at <= " << all.bound
            << " preemptions; " << all.runs << " without sleep sets, " << fewer.runs << " and "
            << fewer.cut_short << " cut short with them; " << all.seconds << " s, " << fewer.seconds
            << " s" << std::endl;
  return fewer;
}

/// Explores the scenario, prints one line, and fails the test unless all interleavings ran without
/// failure; then runs it at random, without a bound on preemptions. With ABIDE_MODEL_COMPARE in the
/// environment: explores it with and without sleep sets instead.
inline result verify(const scenario& s, const std::function<void()>& body) {
  if (std::getenv("ABIDE_MODEL_COMPARE") != nullptr) return expect_that_nothing_is_lost(s, body);
  result r = s.explore(body);
  if (r.replayed) {
    EXPECT_EQ(r.kind, failure::none) << r.report;
    return r;
  }
  std::cout << r.summary() << std::endl;
  EXPECT_TRUE(r.exhausted) << r.report;
  constexpr std::uint64_t random_runs = 500;
  const result beyond = s.sample(random_runs, 1, body);
  EXPECT_EQ(beyond.kind, failure::none) << beyond.report;
  return r;
}

}  // namespace model
