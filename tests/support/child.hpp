// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

namespace support {

/// Fixture of tests that run their body in a new process: nothing has been used there yet, and it
/// may die. (A mere fork is no new process: abide treats its child as one that is about to exec.)
class child_process : public testing::Test {
 protected:
  child_process() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

/// Ends the child; EXPECT_EXIT(..., testing::ExitedWithCode(0), "") then sees whether it passed.
/// GoogleTest is silent in a child, so the failures are printed here.
[[noreturn]] inline void finish() {
  const testing::TestResult& result =
      *testing::UnitTest::GetInstance()->current_test_info()->result();
  for (int i = 0; i != result.total_part_count(); ++i) {
    const testing::TestPartResult& part = result.GetTestPartResult(i);
    std::fprintf(stderr, "%s:%d: %s\n", part.file_name(), part.line_number(), part.message());
  }
  std::_Exit(result.Failed() ? 1 : 0);
}

}  // namespace support
