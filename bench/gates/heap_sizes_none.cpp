// SPDX-License-Identifier: BSL-1.0
#include "gates/bytes.hpp"

namespace bench {

std::vector<size_of> heap_sizes() { return {}; }

}  // namespace bench
