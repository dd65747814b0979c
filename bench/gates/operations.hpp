// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace bench {

/// Something that one thread does by itself, with what one of it costs exactly.
struct operation {
  std::string name;
  double system_calls;  // none of them for the clock, which does not enter the kernel
  double allocations;
  std::function<void(unsigned)> run;  // does it so many times
};

/// All of them, ready to run. The process's timer thread runs from then on, and the calling thread
/// has waited before: what happens once in a process or a thread is done.
std::vector<operation> make_operations();

}  // namespace bench
