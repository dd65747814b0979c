// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "fuzz/compare.hpp"
#include "fuzz/operation.hpp"

// What libFuzzer calls with bytes of its choice.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(reinterpret_cast<const std::byte*>(data), size);
  const fuzz::sequence s = fuzz::from_bytes(bytes, fuzz::profile::everything);
  if (const auto d = fuzz::compare(s)) {
    std::fprintf(stderr, "%s", fuzz::explain(s, *d).c_str());
    std::abort();
  }
  return 0;
}
