// SPDX-License-Identifier: BSL-1.0
#include "harness/report.hpp"

#include <sys/utsname.h>

#include <cstddef>
#include <cstdio>
#include <optional>

#include "harness/judge.hpp"

namespace bench {
namespace {

// Three digits at least, and no more than tell something.
std::string number(double value) {
  char text[40];
  const int decimals = value < 100 ? 2 : value < 1000 ? 1 : 0;
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string number_or_dash(const std::optional<double>& value) {
  return value ? number(*value) : "-";
}

std::string p10_or_dash(const figures* row) {
  return row != nullptr ? number(quantile(row->values, 0.1)) : "-";
}

// A whole number without decimals: most bounds are.
std::string short_number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.3g", value);
  return value < 100 ? text : number(value);
}

const char* mark(const verdict& v) { return v.kept() ? "" : " !"; }

std::string sentence(const verdict& v) {
  const char* sign = v.must_be == verdict::sense::at_most ? " <= " : " >= ";
  return short_number(v.value) + sign + short_number(v.bound) + " " + v.what;
}

// One row of the final table.
void print_row(const race& worst, const figures& row, const std::vector<verdict>& verdicts) {
  std::string times = "-";
  std::string bound = "-";
  std::string others;
  for (const verdict& v : verdicts) {
    if (v.what == times_the_limit) {
      times = number(v.value);
      if (v.bound != unbounded) bound = number(v.bound) + mark(v);
    } else {
      others += (others.empty() ? "" : ", ") + sentence(v) + mark(v);
    }
  }
  std::printf(
      "  %-40s %9s %9s %9s %9s  %8s  %-8s %s\n", worst.name.c_str(), p10_or_dash(&row).c_str(),
      p10_or_dash(worst.of(side::limit)).c_str(), p10_or_dash(worst.of(side::standard)).c_str(),
      p10_or_dash(worst.of(side::boost)).c_str(), times.c_str(), bound.c_str(), others.c_str());
}

}  // namespace

void print_head(unsigned runs, unsigned rounds) {
  utsname os{};
  uname(&os);
  std::printf("%s %s %s, compiler %s, build %s, runs %u, rounds %u\n", os.sysname, os.release,
              os.machine, __VERSION__, ABIDE_BENCH_BUILD, runs, rounds);
}

void print_run(const subject& what, const std::vector<race>& races) {
  const std::string unit(what.unit);
  std::printf("\n%s: %s; per trip, of all threads, sleeps of each\n",
              std::string(what.name).c_str(), std::string(what.title).c_str());
  std::printf("%-40s %9s %9s %8s %8s %8s %8s %8s %8s\n", "", ("p10 " + unit).c_str(),
              ("med. " + unit).c_str(), "x limit", "switches", "sleeps", "syscalls", "allocs",
              "share");
  for (const race& run : races) {
    std::printf("%s\n", run.name.c_str());
    const figures* limit = run.of(side::limit);
    for (const figures& row : run.table) {
      const auto times = limit != nullptr ? std::optional(ratio(row, *limit)) : std::nullopt;
      std::printf("  %-38s %9s %9s %8s %8.2f %8.2f %8s %8.2f %8s\n", row.name.c_str(),
                  p10_or_dash(&row).c_str(), number(quantile(row.values, 0.5)).c_str(),
                  number_or_dash(times).c_str(), row.switches, row.sleeps,
                  number_or_dash(row.system_calls).c_str(), row.allocations,
                  number_or_dash(row.share).c_str());
    }
  }
}

void print_final_table(const std::vector<record>& records) {
  std::printf("\np10 of the worst run; x limit: of the worst run; !: the bound is missed\n");
  std::printf("%-42s %9s %9s %9s %9s  %8s  %-8s %s\n", "", "abide", "limit", "std", "Boost",
              "x limit", "bound", "other bounds");
  const subject* last = nullptr;
  for (const record& r : records) {
    for (std::size_t i = 0; i != r.runs[0].table.size(); ++i) {
      if (r.runs[0].table[i].stands_for != side::abide) continue;
      if (r.of != last) {
        std::printf("%s, %s\n", std::string(r.of->name).c_str(), std::string(r.of->unit).c_str());
        last = r.of;
      }
      const race& worst = r.runs[worst_run(r.runs, i)];
      print_row(worst, worst.table[i], judge_worst(r.runs, i));
    }
  }
}

std::vector<std::string> missed(const std::vector<record>& records, judged level) {
  std::vector<std::string> lines;
  if (level == judged::nothing) return lines;
  for (const record& r : records) {
    for (std::size_t i = 0; i != r.runs[0].table.size(); ++i) {
      for (const verdict& v : judge_worst(r.runs, i)) {
        if (v.kept() || (level == judged::facts && v.is != verdict::kind::fact)) continue;
        lines.push_back(std::string(r.of->name) + ": " + r.runs[0].name + ": " +
                        r.runs[0].table[i].name + ": " + sentence(v));
      }
    }
  }
  return lines;
}

}  // namespace bench
