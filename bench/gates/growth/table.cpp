// SPDX-License-Identifier: BSL-1.0
#include "growth/table.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <utility>

namespace growth {
namespace {

// Compilers differ in what is a basic block.
constexpr double room_for_steps = 1.5;

struct column {
  std::string_view name;
  double costs::*value;
  double room = 1;
};
constexpr column columns[] = {
    {"changes", &costs::changes},
    {"failed", &costs::failed},
    {"loads", &costs::loads},
    {"one word", &costs::one_word},
    {"LOCKs", &costs::sections},
    {"longest", &costs::longest, room_for_steps},
    {"steps", &costs::steps, room_for_steps},
    {"wakes", &costs::wakes},
    {"sleeps", &costs::sleeps},
};

const column& column_of(std::string_view name) {
  for (const column& k : columns) {
    if (k.name == name) return k;
  }
  std::fprintf(stderr, "abide_growth: there is no column '%s'\n", std::string(name).c_str());
  std::abort();
}

double at(order o, double n) {
  switch (o) {
    case order::constant:
      return 0;
    case order::logarithmic:
      return 1 + std::log2(n);
    case order::linear:
      return n;
  }
  return 0;
}

// Without the zeros behind the point.
std::string shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, std::fabs(value - std::round(value)) < 0.005 ? "%.0f" : "%.2f",
                value);
  return text;
}

}  // namespace

table::table(std::string title, std::string what_n_is)
    : title_(std::move(title)), what_n_is_(std::move(what_n_is)) {}

void table::add(std::size_t n, std::string operation, const costs& c) {
  rows_.push_back({n, std::move(operation), c});
}

void table::print() const {
  std::printf("\n### %s\n\n| %-47s | %16s |", title_.c_str(), "operation", what_n_is_.c_str());
  for (const column& k : columns) std::printf(" %8s |", std::string(k.name).c_str());
  std::printf("\n|%s|%s:|", std::string(49, '-').c_str(), std::string(17, '-').c_str());
  for (std::size_t i = 0; i != std::size(columns); ++i) std::printf("---------:|");
  std::puts("");
  for (std::size_t i = 0; i != rows_.size(); ++i) {
    const std::vector<line> lines = lines_of(rows_[i].operation);
    if (lines.front().first != &rows_[i]) continue;  // all of an operation at its first row
    for (const line& l : lines) {
      std::string n = std::to_string(l.first->n);
      if (l.last != l.first) n += " ... " + std::to_string(l.last->n);
      std::printf("| %-47s | %16s |%s\n", l.first->operation.c_str(), n.c_str(), l.text.c_str());
    }
  }
}

// Rows of an operation that follow each other and cost the same are one line.
std::vector<table::line> table::lines_of(const std::string& operation) const {
  std::vector<line> lines;
  for (const row& r : rows_) {
    if (r.operation != operation) continue;
    std::string text;
    for (const column& c : columns) {
      char field[32];
      std::snprintf(field, sizeof field, " %8s |", shown(r.cost.*c.value).c_str());
      text += field;
    }
    if (!lines.empty() && lines.back().text == text) {
      lines.back().last = &r;
    } else {
      lines.push_back({&r, &r, std::move(text)});
    }
  }
  return lines;
}

int table::judge(const std::vector<law>& laws) const {
  int broken = 0;
  for (const law& l : laws) {
    bool is_about_something = false;
    for (const row& r : rows_) {
      if (r.operation != l.operation) continue;
      is_about_something = true;
      const column& c = column_of(l.cost);
      const double value = r.cost.*c.value;
      const double most = c.room * (l.base + l.factor * at(l.grows, static_cast<double>(r.n)));
      if (value <= most) continue;
      ++broken;
      std::printf("abide_growth: '%s' at %zu %s: %s %s, at most %s\n", r.operation.c_str(), r.n,
                  what_n_is_.c_str(), shown(value).c_str(), std::string(l.cost).c_str(),
                  shown(most).c_str());
    }
    if (!is_about_something) {
      ++broken;
      std::printf("abide_growth: no row is about '%s'\n", std::string(l.operation).c_str());
    }
  }
  return broken;
}

}  // namespace growth
