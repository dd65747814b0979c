// SPDX-License-Identifier: BSL-1.0
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/measure.hpp"
#include "harness/report.hpp"
#include "subjects.hpp"

namespace {

constexpr const char* usage =
    "usage: abide_bench [--table] [--check | --check-facts] [--runs N] [--rounds N] [SUBJECT...]\n"
    "Measures abide against its peers, interleaved; bench/README.md says how to read it.\n"
    "  --table        print one row for each task, of all runs the worst, instead of each run\n"
    "  --check        exit 1 if abide misses a bound: of time, or of what is counted\n"
    "  --check-facts  exit 1 if it misses a bound of what is counted\n"
    "  --runs N       1 to 99 runs, of which the worst counts (default 1)\n"
    "  --rounds N     31 to 9999 rounds of each run (default 61)\n"
    "subjects, all by default:";

struct options {
  enum class output { runs, final_table } printed = output::runs;
  bench::judged judged = bench::judged::nothing;
  unsigned runs = 1;
  unsigned rounds = 61;
  std::vector<const bench::subject*> subjects;
};

void print_usage(std::FILE* to) {
  std::fputs(usage, to);
  for (const bench::subject* s : bench::subjects) {
    std::fprintf(to, " %s", std::string(s->name).c_str());
  }
  std::fputs("\n", to);
}

[[noreturn]] void refuse(const std::string& why) {
  std::fprintf(stderr, "abide_bench: %s\n", why.c_str());
  print_usage(stderr);
  std::exit(2);
}

unsigned number_from(const std::string& option, std::string_view text, unsigned least,
                     unsigned most) {
  unsigned n = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), n);
  if (error != std::errc() || end != text.end() || n < least || n > most) {
    refuse(option + " needs a number from " + std::to_string(least) + " to " +
           std::to_string(most) + ", not '" + std::string(text) + "'");
  }
  return n;
}

const bench::subject* subject_from(std::string_view name) {
  for (const bench::subject* s : bench::subjects) {
    if (s->name == name) return s;
  }
  refuse("there is no subject '" + std::string(name) + "'");
}

options parse(const std::vector<std::string_view>& arguments) {
  options chosen;
  for (std::size_t i = 0; i != arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const auto number = [&](unsigned least, unsigned most) {
      const std::string_view text = i + 1 != arguments.size() ? arguments[++i] : "";
      return number_from(std::string(argument), text, least, most);
    };
    if (argument == "--help") {
      print_usage(stdout);
      std::exit(0);
    } else if (argument == "--check") {
      chosen.judged = bench::judged::facts_and_figures;
    } else if (argument == "--check-facts") {
      chosen.judged = bench::judged::facts;
    } else if (argument == "--table") {
      chosen.printed = options::output::final_table;
    } else if (argument == "--runs") {
      chosen.runs = number(1, 99);
    } else if (argument == "--rounds") {
      chosen.rounds = number(31, 9999);
    } else if (argument.starts_with("-")) {
      refuse("there is no option '" + std::string(argument) + "'");
    } else {
      chosen.subjects.push_back(subject_from(argument));
    }
  }
  if (chosen.subjects.empty()) {
    chosen.subjects.assign(std::begin(bench::subjects), std::end(bench::subjects));
  }
  return chosen;
}

// In the order of the subjects; the runs of one follow each other as far apart as they can.
std::vector<bench::record> measure(const options& chosen) {
  std::vector<bench::record> records;
  for (unsigned run = 0; run != chosen.runs; ++run) {
    std::size_t next = 0;
    for (const bench::subject* subject : chosen.subjects) {
      std::vector<bench::race> races;
      for (const bench::task& task : subject->tasks()) {
        races.push_back(bench::measure(task, chosen.rounds));
      }
      if (chosen.printed == options::output::runs) bench::print_run(*subject, races);
      for (bench::race& race : races) {
        if (run == 0) records.push_back({subject, {}});
        records[next++].runs.push_back(std::move(race));
      }
    }
  }
  return records;
}

int run(const options& chosen) {
  bench::print_head(chosen.runs, chosen.rounds);
  const std::vector<bench::record> records = measure(chosen);
  if (chosen.printed == options::output::final_table) bench::print_final_table(records);
  if (chosen.judged == bench::judged::nothing) return 0;
  const std::vector<std::string> missed = bench::missed(records, chosen.judged);
  std::printf("\n");
  for (const std::string& line : missed) std::printf("MISSED %s\n", line.c_str());
  const char* which = chosen.judged == bench::judged::facts ? "of what is counted" : "of all kinds";
  if (missed.empty()) {
    std::printf("bounds %s: all kept\n", which);
  } else {
    std::printf("bounds %s: %zu missed\n", which, missed.size());
  }
  return missed.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(parse({argv + 1, argv + argc}));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "abide_bench: %s\n", e.what());
    return 1;
  }
}
