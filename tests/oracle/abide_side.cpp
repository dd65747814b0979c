// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/operation.hpp"
#include "fuzz/player.hpp"

// abide_oracle everything|portable COUNT SEED: prints sequences as the fuzzer makes them.
// abide_oracle: plays the sequences of the standard input on abide, and prints each operation with
// its result. An empty line ends a sequence.

namespace {

void print(fuzz::profile profile, unsigned long long count, unsigned long long seed) {
  for (; count != 0; --count, ++seed) {
    std::mt19937_64 random(seed);
    std::vector<std::byte> bytes(32 + random() % 352);
    for (std::byte& b : bytes) b = static_cast<std::byte>(random());
    std::printf("%s\n", fuzz::to_text(fuzz::from_bytes(bytes, profile)).c_str());
  }
}

void play() {
  std::optional<fuzz::player> player(std::in_place);
  for (std::string line; std::getline(std::cin, line);) {
    if (line.empty()) {
      player.emplace();
      std::puts("");
    } else {
      std::printf("%s = %s\n", line.c_str(), player->run(fuzz::read_operation(line)).c_str());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4) {
    const bool is_portable = std::string_view(argv[1]) == "portable";
    print(is_portable ? fuzz::profile::portable : fuzz::profile::everything,
          std::strtoull(argv[2], nullptr, 10), std::strtoull(argv[3], nullptr, 10));
  } else {
    play();
  }
}
