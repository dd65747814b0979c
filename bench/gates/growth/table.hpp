// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "growth/window.hpp"

namespace growth {

/// How a cost may grow with n.
enum class order { constant, logarithmic, linear };

/// What is promised of one cost of one operation: at most base + factor * its order, at each n.
struct law {
  std::string_view operation;
  std::string_view cost;  // as in the head of the table
  order grows;
  double base;
  double factor = 0;
};

/// One dimension: what grows with what, row by row.
class table {
 public:
  table(std::string title, std::string what_n_is);

  void add(std::size_t n, std::string operation, const costs& c);
  void print() const;

  /// Prints what breaks a law. Returns: how often one is broken, or is about no row.
  int judge(const std::vector<law>& laws) const;

 private:
  struct row {
    std::size_t n;
    std::string operation;
    costs cost;
  };
  struct line {
    const row* first;
    const row* last;
    std::string text;
  };
  std::vector<line> lines_of(const std::string& operation) const;

  std::string title_;
  std::string what_n_is_;
  std::vector<row> rows_;
};

/// A dimension: fills its table and says what holds of it.
struct dimension {
  std::string_view name;
  table (*measure)();
  std::vector<law> laws;
};

dimension objects();
dimension waiters();
dimension callbacks();
dimension links();
dimension timers();
dimension contention();

}  // namespace growth
