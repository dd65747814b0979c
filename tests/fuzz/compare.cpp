// SPDX-License-Identifier: BSL-1.0
#include "fuzz/compare.hpp"

#include "fuzz/live_memory.hpp"
#include "fuzz/player.hpp"
#include "fuzz/reference.hpp"
#include "fuzz/world.hpp"

namespace fuzz {
namespace {

std::optional<difference> compare_results(const sequence& s) {
  player real;
  reference expected;
  for (std::size_t i = 0; i != s.size(); ++i) {
    const std::string played = real.run(s[i]);
    const std::string wanted = expected.run(s[i], played);
    if (played != wanted) return difference{i, played, wanted};
  }
  return std::nullopt;
}

/// What a sequence leaves behind each time. The first time also makes what the process keeps.
std::optional<difference> compare_leftovers(const sequence& s) {
  const std::size_t handles = world::open_handles();
  const long blocks = live_blocks();
  if (auto d = compare_results(s)) return d;
  const auto more_handles = world::open_handles() - handles;
  const long more_blocks = live_blocks() - blocks;
  if (more_handles == 0 && more_blocks == 0) return std::nullopt;
  return difference{s.size(),
                    std::to_string(more_handles) + " handles and " + std::to_string(more_blocks) +
                        " blocks of memory are left",
                    "nothing is left"};
}

}  // namespace

std::optional<difference> compare(const sequence& s) {
  std::optional<difference> d = compare_leftovers(s);
  for (int again = 0; d && d->at == s.size() && again != 2; ++again) d = compare_leftovers(s);
  return d;
}

std::string transcript(const sequence& s) {
  player real;
  std::string text;
  for (const operation& o : s) text += to_text(o) + " = " + real.run(o) + "\n";
  return text;
}

sequence shrink(sequence s) {
  const auto d = compare(s);
  if (d && d->at < s.size()) s.resize(d->at + 1);
  for (std::size_t length = s.size(); length != 0; length /= 2) {
    for (std::size_t i = 0; i + length <= s.size();) {
      sequence shorter = s;
      const auto from = shorter.begin() + static_cast<std::ptrdiff_t>(i);
      shorter.erase(from, from + static_cast<std::ptrdiff_t>(length));
      if (compare(shorter)) {
        s = std::move(shorter);
      } else {
        ++i;
      }
    }
  }
  return s;
}

std::string explain(const sequence& s, const difference& d) {
  std::string text;
  for (std::size_t i = 0; i <= d.at && i != s.size(); ++i) text += to_text(s[i]) + "\n";
  return text + "# the library: " + d.played + "\n# the reference: " + d.expected + "\n";
}

}  // namespace fuzz
