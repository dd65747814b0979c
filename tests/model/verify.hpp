// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <iostream>

#include "checker.hpp"

namespace model {

/// Explores the scenario, prints one line, and fails the test unless all interleavings ran without
/// failure.
inline result verify(const scenario& s, const std::function<void()>& body) {
  result r = s.explore(body);
  std::cout << r.summary() << std::endl;
  EXPECT_TRUE(r.exhausted) << r.report;
  return r;
}

}  // namespace model
