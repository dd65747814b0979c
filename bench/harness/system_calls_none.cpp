// SPDX-License-Identifier: BSL-1.0
#include "harness/system_calls.hpp"

namespace bench {

system_call_counter::system_call_counter() noexcept = default;
system_call_counter::~system_call_counter() = default;
std::optional<unsigned long> system_call_counter::count() const noexcept { return std::nullopt; }

}  // namespace bench
