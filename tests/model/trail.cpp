// SPDX-License-Identifier: BSL-1.0
#include "trail.hpp"

#include <stdexcept>

namespace model {

namespace {

constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";

int value_of_digit(char c) {
  const std::size_t value = digits.find(c);
  if (value == std::string_view::npos) throw std::invalid_argument("a trail has digits and a-z");
  return static_cast<int>(value);
}

// A choice has at least two alternatives, so 36 of them fit one letter: '0' stands for 36.
char digit_of(int value) { return digits[static_cast<std::size_t>(value) % digits.size()]; }

}  // namespace

trail trail::random(std::uint64_t seed) {
  trail result;
  result.random_ = (seed + 1) * 0x9E3779B97F4A7C15u | 1;
  // Some runs switch all the time, some hardly ever: each finds what the other does not.
  result.restlessness_ = 1 + static_cast<int>(seed % 5);
  return result;
}

int trail::first_choice(int alternatives) noexcept {
  if (random_ == 0) return 0;
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  const std::uint64_t drawn = random_ >> 16;
  if ((drawn & ((std::uint64_t{1} << restlessness_) - 1)) != 0) return 0;
  return static_cast<int>((drawn >> 8) % static_cast<std::uint64_t>(alternatives));
}

trail trail::parse(std::string_view text) {
  if (text.size() % 2 != 0) throw std::invalid_argument("a trail has two letters for each choice");
  trail result;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int taken = value_of_digit(text[i]);
    int alternatives = value_of_digit(text[i + 1]);
    if (alternatives == 0) alternatives = most_alternatives;
    if (taken >= alternatives) throw std::invalid_argument("a trail takes what it did not offer");
    result.choices_.push_back(
        {static_cast<std::uint8_t>(taken), static_cast<std::uint8_t>(alternatives), false, 0});
  }
  return result;
}

std::string trail::text() const {
  std::string text;
  for (std::size_t i = 0; i < position_; ++i) {
    text += digit_of(choices_[i].taken);
    text += digit_of(choices_[i].alternatives);
  }
  return text;
}

int trail::choose(int alternatives, std::uint32_t history, difference& changed) {
  if (position_ == choices_.size()) {
    choices_.push_back({static_cast<std::uint8_t>(first_choice(alternatives)),
                        static_cast<std::uint8_t>(alternatives), true, history});
  }
  choice& next = choices_[position_];
  if (next.alternatives != alternatives || (next.has_history && next.history != history)) {
    changed = {true, next.alternatives};
    return 0;
  }
  next.has_history = true;
  next.history = history;
  ++position_;
  return next.taken;
}

bool trail::advance() noexcept {
  while (!choices_.empty() && choices_.back().taken + 1 == choices_.back().alternatives) {
    choices_.pop_back();
  }
  if (choices_.empty()) return false;
  ++choices_.back().taken;
  return true;
}

}  // namespace model
