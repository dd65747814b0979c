// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "condition.hpp"
#include "descriptor.hpp"
#include "journal.hpp"
#include "options.hpp"

namespace abide_wait {

/// How things stand, on the terminal that standard error may be: one line a condition.
///
/// The lines are drawn over when they change, and wiped away in the end. Where that cannot be done
/// (others may write between them: a command, a script or its children; the terminal is dumb or too
/// low) a line is printed once more instead when it changes. Nothing waits for the terminal: one
/// that does not take a line gets no more.
class live_lines {
 public:
  live_lines(const options& o, const condition_list& conditions, const journal& log);
  live_lines(const live_lines&) = delete;
  live_lines& operator=(const live_lines&) = delete;
  ~live_lines() { wipe(); }

  /// Draws what has changed since the last time.
  void update();

  /// Leaves nothing of what was drawn over.
  void wipe();

 private:
  enum class manner { off, draw_over, append };

  manner manner_for(const options& o) const;
  bool lost_the_terminal();
  void write(const std::string& text);
  std::string line(const condition& c) const;

  const condition_list& conditions_;
  const journal& log_;
  const descriptor terminal_;
  manner manner_;
  std::vector<std::string> shown_;
};

}  // namespace abide_wait
