// SPDX-License-Identifier: BSL-1.0
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "fuzz/compare.hpp"
#include "fuzz/operation.hpp"
#include "fuzz/random_bytes.hpp"

// Prints sequences with the results that the library gives, for interpreters elsewhere.

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (argc < 3 || argc > 4 || (what != "everything" && what != "portable")) {
    std::fprintf(stderr, "usage: abide_fuzz_print everything|portable COUNT [SEED]\n");
    return 2;
  }
  const auto profile = what == "portable" ? fuzz::profile::portable : fuzz::profile::everything;
  const unsigned long long first = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1;
  const unsigned long long count = std::strtoull(argv[2], nullptr, 10);
  for (unsigned long long seed = first; seed != first + count; ++seed) {
    const fuzz::sequence s = fuzz::from_bytes(fuzz::random_bytes(seed), profile);
    if (s.empty()) continue;
    std::printf("# %llu\n%s\n", seed, fuzz::transcript(s).c_str());
  }
}
