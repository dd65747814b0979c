// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "host.hpp"

namespace model {

/// The choices of a run, and the depth-first walk over all of them: a run repeats the choices of
/// the trail and takes alternative 0 beyond its end; advance() then turns the trail into that of
/// the next run.
class trail {
 public:
  static constexpr int most_alternatives = 36;

  /// One that takes at random what it has not met yet.
  static trail random(std::uint64_t seed);

  /// Reads what text() wrote. Throws: std::invalid_argument.
  static trail parse(std::string_view text);

  /// One letter for the alternative taken and one for their number, for each choice.
  std::string text() const;

  void start_run() noexcept { position_ = 0; }

  /// Whether every choice of the trail has been met in this run.
  bool is_used_up() const noexcept { return position_ == choices_.size(); }
  std::size_t position() const noexcept { return position_; }

  /// What a repeated choice looked like before and looks like now, if that differs.
  struct difference {
    bool found = false;
    int alternatives_before = 0;
  };

  /// Takes the next choice. `history` is a fingerprint of all the run did so far.
  int choose(int alternatives, std::uint32_t history, difference& changed);

  /// Moves on to the next run. Returns: false when there is none.
  bool advance() noexcept;

 private:
  struct choice {
    std::uint8_t taken;
    std::uint8_t alternatives;
    bool has_history;  // a parsed trail knows none
    std::uint32_t history;
  };

  int first_choice(int alternatives) noexcept;

  host_vector<choice> choices_;
  std::size_t position_ = 0;
  std::uint64_t random_ = 0;  // the state of the generator; 0: always alternative 0
  int restlessness_ = 0;      // one choice of 2 to this power is drawn
};

}  // namespace model
