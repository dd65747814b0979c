// SPDX-License-Identifier: BSL-1.0
#include <gtest/gtest.h>

#include <cstdio>

#include "noise/seed.hpp"

// Linked into every noise program: it says its seed before its first test, so that the seed is
// known whatever ends the program. ctest shows it of a test that fails.

namespace {

class announced_seed : public testing::Environment {
 public:
  void SetUp() override {
    // Not to standard error, of which death tests expect the message and nothing else.
    std::printf("ABIDE_NOISE_SEED=%u\n", abide::noise::seed());
    std::fflush(stdout);
  }
};

const testing::Environment* const installed =
    testing::AddGlobalTestEnvironment(new announced_seed);  // GoogleTest deletes it

}  // namespace
