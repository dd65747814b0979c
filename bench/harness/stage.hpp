// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>

namespace bench {

/// What a task runs on: one thread, a pair, a crowd.
struct stage {
  unsigned threads = 1;  // the calling one, which is timed, included

  // The last ones run only while nobody else wants their processor; so what they signal is asleep.
  unsigned idle = 0;

  // The first ones that must sleep so often in a trip; 0: as it comes. A row with less is void.
  unsigned sleepers = threads;
  double sleeps = 0;

  // How many processors the threads take in turn.
  unsigned processors = 1;

  // Long against what is not measured, short against what disturbs.
  std::chrono::microseconds batch{1000};
};

/// How many processors the program may use.
unsigned usable_processors();

inline constexpr stage alone{};
inline constexpr stage pair{.threads = 2};

}  // namespace bench
