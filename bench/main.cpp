// SPDX-License-Identifier: BSL-1.0
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "harness/measure.hpp"
#include "harness/report.hpp"
#include "subjects.hpp"

namespace {

constexpr const char* usage =
    "usage: abide_bench [--check | --check-facts] [--rounds N] [SUBJECT...]\n"
    "Measures abide against its peers, interleaved; bench/README.md says how to read it.\n"
    "  --check        exit 1 if abide misses a bound: of time, or of what is counted\n"
    "  --check-facts  exit 1 if it misses a bound of what is counted\n"
    "  --rounds N     31 to 9999 rounds (default 61)\n"
    "subjects, all by default:";

struct options {
  bench::judged judged = bench::judged::nothing;
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

unsigned rounds_from(std::string_view text) {
  unsigned n = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), n);
  if (error != std::errc() || end != text.end() || n < 31 || n > 9999) {
    refuse("--rounds needs a number from 31 to 9999, not '" + std::string(text) + "'");
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
    if (argument == "--help") {
      print_usage(stdout);
      std::exit(0);
    } else if (argument == "--check") {
      chosen.judged = bench::judged::facts_and_times;
    } else if (argument == "--check-facts") {
      chosen.judged = bench::judged::facts;
    } else if (argument == "--rounds") {
      chosen.rounds = rounds_from(++i != arguments.size() ? arguments[i] : "");
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

int run(const options& chosen) {
  bench::pin_to_one_processor();
  bench::print_head(chosen.rounds);
  std::vector<std::string> missed;
  for (const bench::subject* subject : chosen.subjects) {
    const auto table = bench::measure(*subject, chosen.rounds);
    bench::print_table(*subject, table);
    for (std::string& line : bench::missed(*subject, table, chosen.judged)) {
      missed.push_back(std::string(subject->name) + ": " + line);
    }
  }
  if (chosen.judged == bench::judged::nothing) return 0;
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
