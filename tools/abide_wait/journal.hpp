// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "condition.hpp"
#include "options.hpp"

namespace abide_wait {

/// Prints what happens and when on standard output, one line each, as text or as JSON.
class journal {
 public:
  explicit journal(const options& o) : start_(o.start), format_(o.print) {}

  /// What has happened to the condition of that index.
  /// Throws: std::system_error naming the call.
  void print(time_point at, std::size_t index, const condition& subject,
             const occurrence& what) const;

  /// What has happened to the wait as a whole.
  void print(time_point at, const occurrence& what) const;

  /// What has happened, after its time: "0.203 s: ".
  std::string line(time_point at, const std::string& text) const;

 private:
  void print_text(const std::string& line) const;
  void print_json(time_point at, const std::string& index, const std::string& name,
                  const occurrence& what) const;
  std::string seconds(time_point at) const;

  const time_point start_;
  const options::output format_;
};

}  // namespace abide_wait
