// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace support {

/// Runs this program's tests of that pattern once more where the steady clock is 140 years ahead,
/// which is about as far as the system can count. The calling test may be one of them.
inline void run_far_ahead(const std::string& tests) {
  if (std::getenv("ABIDE_FAR_AHEAD") != nullptr) {  // this is that run
    EXPECT_GT(std::chrono::steady_clock::now().time_since_epoch(), std::chrono::years(139));
    return;
  }
  const std::string unshare = "unshare --time --monotonic 4415040000 ";
  if (std::system((unshare + "true 2>/dev/null").c_str()) != 0) {
    GTEST_SKIP() << "no time namespace can be made here";
  }
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  const std::string run = "ABIDE_FAR_AHEAD=1 " + unshare + self + " --gtest_brief=1";
  EXPECT_EQ(std::system((run + " --gtest_filter=" + tests).c_str()), 0);
}

}  // namespace support
