// SPDX-License-Identifier: BSL-1.0
#include "harness/report.hpp"

#include <sys/utsname.h>

#include <cmath>
#include <cstdio>

namespace bench {
namespace {

std::string line(const figures& row, const char* what, double value, double bound) {
  char text[200];
  std::snprintf(text, sizeof text, "%s: %.3g %s, bound %.3g", row.name.c_str(), value, what, bound);
  return text;
}

}  // namespace

void print_head(unsigned rounds) {
  utsname os{};
  uname(&os);
  std::printf("%s %s %s, compiler %s, build %s, %u rounds\n", os.sysname, os.release, os.machine,
              __VERSION__, ABIDE_BENCH_BUILD, rounds);
  std::printf("All per round trip, of both threads; sleeps: of the timed thread alone.\n");
}

void print_table(const subject& what, const std::vector<figures>& table) {
  std::printf("\n%.*s: %.*s\n", static_cast<int>(what.name.size()), what.name.data(),
              static_cast<int>(what.title.size()), what.title.data());
  std::printf("%-40s %8s %8s %8s %8s %8s %8s %8s\n", "contestant", "p10 us", "med. us", "x limit",
              "switches", "sleeps", "syscalls", "allocs");
  for (const figures& row : table) {
    std::printf("%-40s %8.2f %8.2f %8.2f %8.2f %8.2f ", row.name.c_str(), quantile(row.times, 0.1),
                quantile(row.times, 0.5), ratio(row, table.front()), row.switches, row.sleeps);
    if (row.system_calls) {
      std::printf("%8.2f", *row.system_calls);
    } else {
      std::printf("%8s", "-");
    }
    std::printf(" %8.2f\n", row.allocations);
  }
  if (!table.front().system_calls) {
    std::printf("System calls are not counted: it needs x86-64 and Linux 5.11 or newer.\n");
  }
}

std::vector<std::string> missed(const subject& what, const std::vector<figures>& table,
                                judged level) {
  std::vector<std::string> lines;
  if (level == judged::nothing) return lines;
  for (const figures& row : table) {
    const auto judge = [&](const char* unit, double value, double bound) {
      if (value > bound) lines.push_back(line(row, unit, value, bound));
    };
    judge("context switches", row.switches, row.kept.switches);
    judge("allocations", row.allocations, row.kept.allocations);
    if (row.system_calls) judge("system calls", *row.system_calls, row.kept.system_calls);
    if (what.first_thread_sleeps == subject::sleep::every_time && std::abs(row.sleeps - 1) > 0.02) {
      lines.push_back(line(row, "sleeps, so its row is void", row.sleeps, 1));
    }
    if (level == judged::facts) continue;
    judge("times the limit", ratio(row, table.front()), row.kept.times_limit);
    for (const figures& rival : table) {
      if (rival.name == row.kept.faster_than && ratio(rival, row) < row.kept.factor) {
        lines.push_back(
            line(row, "times faster than its rival", ratio(rival, row), row.kept.factor));
      }
    }
  }
  return lines;
}

}  // namespace bench
