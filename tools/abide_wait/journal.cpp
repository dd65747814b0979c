// SPDX-License-Identifier: BSL-1.0
#include "journal.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace abide_wait {

void journal::print(time_point at, const std::string& event) const {
  if (quiet_) return;
  const double elapsed = std::chrono::duration<double>(at - start_).count();
  std::printf("abide-wait: %.3f s: %s\n", elapsed, event.c_str());
  if (std::fflush(stdout) != 0) throw std::system_error(errno, std::generic_category(), "write");
}

}  // namespace abide_wait
