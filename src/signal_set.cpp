// SPDX-License-Identifier: BSL-1.0
#include <abide/signal_set.hpp>

#include <stdexcept>

#include "platform/sys_process.hpp"

namespace abide {
inline namespace v1 {
namespace {

std::uint64_t checked(std::span<const int> signals) {
  std::uint64_t set = 0;
  for (const int signal : signals) {
    if (!sys::is_blockable(signal)) {
      throw std::invalid_argument("abide::signal_set: not a signal, or one that cannot be blocked");
    }
    set |= std::uint64_t{1} << (signal - 1);
  }
  return set;
}

}  // namespace

signal_set::signal_set(std::initializer_list<int> signals)
    : signal_set(checked({signals.begin(), signals.size()})) {}

signal_set::signal_set(std::span<const int> signals) : signal_set(checked(signals)) {}

// Opened first: that can fail.
signal_set::signal_set(std::uint64_t signals)
    : handle_(sys::open_signals(signals)), blocked_(sys::block_signals(signals)) {}

signal_set::~signal_set() { sys::unblock_signals(blocked_); }

std::optional<signal_info> signal_set::take() {
  const auto signal = sys::take_signal(handle_.get());
  if (!signal) return std::nullopt;
  return signal_info{signal->number, signal->sender};
}

}  // namespace v1
}  // namespace abide
