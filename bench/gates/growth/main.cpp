// SPDX-License-Identifier: BSL-1.0
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "growth/table.hpp"

// Counts, in a build of the library whose atomics count, what operations do to words that threads
// share, and how that grows. bench/GROWTH.md has the tables and what follows from them.

namespace {

constexpr const char* usage =
    "usage: abide_growth [--check] [DIMENSION...]\n"
    "  --check  print only what grows faster than it may; exit 1 if there is such a thing\n"
    "dimensions, all by default:";

}  // namespace

int main(int argc, char** argv) {
  const growth::dimension all[] = {growth::objects(), growth::waiters(), growth::callbacks(),
                                   growth::links(),   growth::timers(),  growth::contention()};
  bool checks = false;
  std::vector<const growth::dimension*> chosen;
  for (int i = 1; i != argc; ++i) {
    const std::string_view argument = argv[i];
    const std::size_t before = chosen.size();
    for (const growth::dimension& d : all) {
      if (d.name == argument) chosen.push_back(&d);
    }
    if (chosen.size() != before) continue;
    if (argument == "--check") {
      checks = true;
      continue;
    }
    std::fputs(usage, stderr);
    for (const growth::dimension& d : all) std::fprintf(stderr, " %s", std::string(d.name).c_str());
    std::fputs("\n", stderr);
    return 2;
  }
  if (chosen.empty()) {
    for (const growth::dimension& d : all) chosen.push_back(&d);
  }
  int broken = 0;
  for (const growth::dimension* d : chosen) {
    if (checks && d->laws.empty()) continue;
    const growth::table t = d->measure();
    if (!checks) t.print();
    broken += t.judge(d->laws);
    std::fflush(stdout);
  }
  return checks && broken != 0 ? 1 : 0;
}
